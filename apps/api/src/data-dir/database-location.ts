import type { Config } from '../config/config.ts';
import type { DatabaseLocation } from '../db/create-database.ts';
import { dataFiles } from './data-dir.ts';

type Where = Pick<Config, 'dataDir' | 'postgres'>;

/** The location of GreenVue's database. */
export function databaseLocation({ dataDir, postgres }: Where): DatabaseLocation {
  return postgres === undefined ? { file: dataFiles(dataDir).app } : { url: postgres.url };
}

/** The location of the database for people, without user and password. */
export function databaseName({ dataDir, postgres }: Where): string {
  if (postgres === undefined) return `DATA_DIR ${dataDir}`;
  const { host, pathname } = new URL(postgres.url);
  return `PostgreSQL ${host}${decodeURIComponent(pathname)}`;
}
