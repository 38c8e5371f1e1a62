import { readFileSync } from 'node:fs';
import { StoreError } from '../../core/errors.ts';
import type { Database } from './database.ts';
import { numberOf } from './run-rows.ts';

/** In order; the position (from 1) is the schema's version. Released ones never change. */
const MIGRATIONS = ['0001-jobs-and-runs.sql'] as const;

/** Any number: who migrates holds the advisory lock of this one. */
const MIGRATION_LOCK = 7_236_451_902;

/**
 * Brings the schema up to date, whole or not at all, by one node at a time. Throws a StoreError `newer_schema` when it is
 * newer than this code.
 */
export async function migrate(db: Database): Promise<void> {
  await db.transaction(async (q) => {
    await q.arrays('SELECT pg_advisory_xact_lock($1::bigint)::text', [MIGRATION_LOCK]);
    await q.script(FIRST);
    const version = numberOf((await q.arrays(VERSION))[0]) ?? 0;
    if (version > MIGRATIONS.length) {
      throw new StoreError(
        'newer_schema',
        `The job database has schema version ${version}; this version of the software knows ${MIGRATIONS.length}. Start a newer one.`,
      );
    }
    for (const name of MIGRATIONS.slice(version)) {
      await q.script(readFileSync(new URL(`./migrations/${name}`, import.meta.url), 'utf8'));
    }
    if (version < MIGRATIONS.length) await q.run(SET_VERSION, [MIGRATIONS.length]);
  });
}

const FIRST = `CREATE SCHEMA IF NOT EXISTS greenvue_jobs;
  CREATE TABLE IF NOT EXISTS greenvue_jobs.schema_version (
    one boolean PRIMARY KEY CHECK (one), version integer NOT NULL)`;
const VERSION = 'SELECT version FROM greenvue_jobs.schema_version';
const SET_VERSION = `INSERT INTO greenvue_jobs.schema_version (one, version) VALUES (true, $1)
  ON CONFLICT (one) DO UPDATE SET version = excluded.version`;
