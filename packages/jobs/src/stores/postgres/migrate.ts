import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { StoreError } from '../../core/model/errors.ts';
import { numberOf } from '../rows/first-column.ts';
import type { Database } from './connection/database.ts';
import { isBusy } from './connection/database-errors.ts';
import type { Statements } from './connection/queries.ts';
import { findServerFault } from './connection/server-fault.ts';

/**
 * In order; the position (from 1) is the schema's version. Released ones never change. Nodes of the version
 * before go on meanwhile, and their transactions lock jobs before runs, or runs before jobs: so each locks
 * one of their tables, and no other.
 */
const MIGRATIONS = [
  '0001-jobs-and-runs.sql',
  '0002-claims-stay-in-their-page.sql',
  '0003-wakes-lie-apart.sql',
  '0004-room-for-two-updates.sql',
  '0005-traces.sql',
  '0006-traces-of-runs.sql',
  '0007-jobs-without-checks.sql',
  '0008-live-runs-without-checks.sql',
  '0009-history-without-checks.sql',
  '0010-suspects.sql',
  '0011-unclaimed-slots.sql',
] as const;

/** Any number: who migrates holds the advisory lock of this one. */
const MIGRATION_LOCK = 7_236_451_902;
/** Half as long as a heartbeat waits for its answer. */
const LOCK_WAIT_MS = 2_000;
const PAUSE_MS = 5_000;
const TRIES = 100;

/**
 * Brings the schema up to date by one node at a time, each migration whole or not at all. Throws a StoreError
 * `newer_schema` when it is newer than this code, and `unusable` when the server or the rights on it are not
 * what is needed.
 */
export async function migrate(db: Database): Promise<void> {
  await requireUsable(db);
  // The common start, with nothing to do, takes no lock and needs no right to change the schema.
  let version = (await hasLedger(db)) ? await versionOf(db) : 0;
  requireKnown(version);
  while (version < MIGRATIONS.length) version = await applyPatiently(db);
}

/** {@link migrate} as a part of the caller's transaction; others wait for its end. */
export async function migrateWithin(q: Statements): Promise<void> {
  await requireUsable(q);
  for (let version = 0; version < MIGRATIONS.length; ) version = await applyNext(q);
}

async function requireUsable(q: Statements): Promise<void> {
  const fault = await findServerFault((sql, params) => q.objects(sql, params), SCHEMA);
  if (fault !== undefined) throw new StoreError('unusable', fault);
}

/**
 * Waits for locks a little at a time: other statements queue behind a waiting ALTER, and heartbeats of living
 * nodes would time out. After some minutes it gives up, as `busy`.
 */
async function applyPatiently(db: Database): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction((q) => applyNext(q, LOCK_WAIT_MS));
    } catch (error) {
      if (!isBusy(error) || tries >= TRIES) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}

/**
 * Applies the first one that is missing, if any; gives the schema's version then. Without `lockWaitMs` it
 * waits for tables for as long as the session lets it.
 */
async function applyNext(q: Statements, lockWaitMs?: number): Promise<number> {
  await q.arrays(UNBOUNDED);
  await q.arrays('SELECT pg_advisory_xact_lock($1::bigint)::text', [MIGRATION_LOCK]);
  if (lockWaitMs !== undefined) await q.script(`SET LOCAL lock_timeout = ${lockWaitMs}`);
  await q.script(FIRST);
  const version = await versionOf(q);
  requireKnown(version);
  const missing = MIGRATIONS[version];
  if (missing === undefined) return version;
  await q.script(readFileSync(new URL(`./migrations/${missing}`, import.meta.url), 'utf8'));
  await q.run(SET_VERSION, [version + 1]);
  return version + 1;
}

async function hasLedger(q: Statements): Promise<boolean> {
  return (await q.arrays(HAS_LEDGER)).length > 0;
}

async function versionOf(q: Statements): Promise<number> {
  return numberOf((await q.arrays(VERSION))[0]) ?? 0;
}

function requireKnown(version: number): void {
  if (version <= MIGRATIONS.length) return;
  throw new StoreError(
    'newer_schema',
    `The job database has schema version ${version}; this version of the software knows ${MIGRATIONS.length}. Start a newer one.`,
  );
}

/** A migration takes as long as it takes, whatever the role or the database has for others. */
const UNBOUNDED = `SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings
  WHERE name IN ('statement_timeout', 'transaction_timeout')`;
const SCHEMA = { name: 'greenvue_jobs', ledger: 'schema_version', log: 'audit' } as const;
const HAS_LEDGER = `SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = 'greenvue_jobs' AND tablename = 'schema_version'`;
// Not CREATE SCHEMA IF NOT EXISTS: that wants the right to make one even when it is there, made for a user
// who may not.
const FIRST = `DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'greenvue_jobs') THEN
      CREATE SCHEMA greenvue_jobs;
    END IF;
  END $$;
  CREATE TABLE IF NOT EXISTS greenvue_jobs.schema_version (
    one boolean PRIMARY KEY CHECK (one), version integer NOT NULL)`;
const VERSION = 'SELECT version FROM greenvue_jobs.schema_version';
const SET_VERSION = `INSERT INTO greenvue_jobs.schema_version (one, version) VALUES (true, $1)
  ON CONFLICT (one) DO UPDATE SET version = excluded.version`;
