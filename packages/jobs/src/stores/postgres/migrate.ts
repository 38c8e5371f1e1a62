import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { StoreError } from '../../core/model/errors.ts';
import { packageFile } from '../../package-file.ts';
import { numberOf } from '../rows/first-column.ts';
import type { Database } from './connection/database.ts';
import { isBusy } from './connection/database-errors.ts';
import type { Statements } from './connection/queries.ts';
import { findServerFault } from './connection/server-fault.ts';

/**
 * In order; the position (from 1) is the schema's version. Released migrations never change. Nodes of the
 * previous version still run, and lock jobs and runs in either order. So each migration locks only one of
 * their tables.
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
  '0012-watching.sql',
  '0013-job-versions.sql',
  '0014-who-asked-for-runs.sql',
  '0015-what-runs-ran-with.sql',
  '0016-failed-runs-by-error.sql',
  '0017-watched-runs.sql',
  '0018-alerts.sql',
  '0019-durations.sql',
  '0020-pause-of-all.sql',
  '0021-backfills.sql',
  '0022-bulk-commands.sql',
  '0023-secrets.sql',
  '0024-alert-channels-off.sql',
  '0025-drained-nodes.sql',
  '0026-audit-by-target.sql',
  '0027-audit-by-actor.sql',
  '0028-ends-and-spread.sql',
  '0029-expiry.sql',
  '0030-gates.sql',
  '0031-recurrence-rules.sql',
  '0032-jobs-in-code.sql',
  '0033-declaring-nodes.sql',
  '0034-checkpoints.sql',
  '0035-calendars.sql',
  '0036-chains.sql',
  '0037-priority.sql',
  '0038-max-running.sql',
  '0039-completions.sql',
  '0040-limits-of-types.sql',
  '0041-levels.sql',
  '0042-left-ends.sql',
] as const;

/** An arbitrary number. A node that migrates holds the advisory lock with this key. */
const MIGRATION_LOCK = 7_236_451_902;
/** Half of a heartbeat's time limit. */
const LOCK_WAIT_MS = 2_000;
const PAUSE_MS = 5_000;
const TRIES = 100;

/**
 * Brings the schema up to date. One node migrates at a time, and each migration is one transaction. Throws a
 * StoreError: `newer_schema` if the schema is newer than this code, `unusable` if the server or the
 * privileges do not suffice.
 */
export async function migrate(db: Database): Promise<void> {
  await requireUsable(db);
  // If nothing is to do, the usual case, it takes no lock and needs no privilege to change the schema.
  let version = (await hasLedger(db)) ? await versionOf(db) : 0;
  requireKnown(version);
  while (version < MIGRATIONS.length) version = await applyPatiently(db);
}

/** {@link migrate} in the caller's transaction. Other nodes wait for its end. */
export async function migrateWithin(q: Statements): Promise<void> {
  await requireUsable(q);
  for (let version = 0; version < MIGRATIONS.length; ) version = await applyNext(q);
}

async function requireUsable(q: Statements): Promise<void> {
  const fault = await findServerFault((sql, params) => q.objects(sql, params), SCHEMA);
  if (fault !== undefined) throw new StoreError('unusable', fault);
}

/**
 * Waits for locks in short tries: other statements queue behind a waiting ALTER, and heartbeats of live nodes
 * would time out. Rejects as `busy` after some minutes.
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
 * Applies the first missing migration, if any. Returns the new version. Without `lockWaitMs`, the session's
 * settings limit the wait for locks.
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
  await q.script(readFileSync(packageFile(`stores/postgres/migrations/${missing}`), 'utf8'));
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

/** A migration has no time limit, whatever the role or the database sets. */
const UNBOUNDED = `SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings
  WHERE name IN ('statement_timeout', 'transaction_timeout')`;
const SCHEMA = { name: 'greenvue_jobs', ledger: 'schema_version', log: 'audit' } as const;
const HAS_LEDGER = `SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = 'greenvue_jobs' AND tablename = 'schema_version'`;
// Not CREATE SCHEMA IF NOT EXISTS: it needs the privilege to create schemas even if the schema exists.
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
