import type pg from 'pg';
import type { StoreContents } from '../../../core/store/table-rows.ts';
import { queriesOn } from '../connection/queries.ts';
import { migrateWithin } from '../migrate.ts';
import { WriteTablesError, writeTables } from './write-tables.ts';

export interface ContentsToWrite {
  /** In a transaction of the caller's, which makes all of it durable or nothing. */
  readonly client: pg.ClientBase;
  readonly contents: StoreContents;
  /** Told of rows as they are written. */
  readonly wrote: (rows: number) => void;
}

/**
 * Makes the store's schema, unless it is there, and writes into it all that another store keeps, ids, fences
 * and instants as they are. Throws a {@link WriteTablesError} when a job or a living node is there already,
 * or when not all has arrived; see {@link writeTables}, whose number it returns.
 */
export async function writePostgresContents(input: ContentsToWrite): Promise<number> {
  const { client, contents, wrote } = input;
  await migrateWithin(queriesOn(client));
  const { rows } = await client.query('SELECT FROM greenvue_jobs.nodes LIMIT 1');
  if (rows.length > 0) {
    throw new WriteTablesError('A node works on this database already: only an empty one can be moved into.');
  }
  const replaced = await writeTables({ client, schema: 'greenvue_jobs', tables: contents.tables, wrote });
  // The schema's own triggers have filled this one: how what is due is found is planned by its size, too.
  await client.query('ANALYZE greenvue_jobs.job_wakes');
  if (contents.lastId > 0) await client.query("SELECT setval('greenvue_jobs.ids', $1)", [contents.lastId]);
  return replaced;
}
