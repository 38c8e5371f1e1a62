import { readFileSync } from 'node:fs';
import { StoreError } from '../../core/model/errors.ts';
import { packageFile } from '../../package-file.ts';
import type { Database } from './database.ts';

/** In order; the position (from 1) is the schema's version. Released ones never change. */
const MIGRATIONS = [
  '0001-jobs-and-runs.sql',
  '0002-traces.sql',
  '0003-jobs-are-made-faster.sql',
  '0004-info.sql',
  '0005-suspects.sql',
  '0006-unclaimed-slots.sql',
  '0007-room-for-reasons.sql',
  '0008-watching.sql',
  '0009-what-runs-ran-with.sql',
  '0010-watched-runs.sql',
  '0011-alerts.sql',
  '0012-durations.sql',
  '0013-pause-of-all.sql',
  '0014-backfills.sql',
  '0015-bulk-commands.sql',
  '0016-secrets.sql',
  '0017-alert-channels-off.sql',
  '0018-audit-by-target-and-actor.sql',
  '0019-ends-and-spread.sql',
  '0020-expiry.sql',
  '0021-cancel-previous.sql',
  '0022-gates.sql',
  '0023-recurrence-rules.sql',
  '0024-jobs-in-code.sql',
  '0025-checkpoints.sql',
  '0026-calendars.sql',
  '0027-chains.sql',
  '0028-priority.sql',
  '0029-max-running.sql',
  '0030-limits-of-types.sql',
] as const;

/**
 * Migrates the schema in one transaction, and returns whether it was new. Throws a StoreError `newer_schema`
 * if it is newer than this code.
 */
export function migrate(db: Database): 'new' | 'known' {
  // Some migrations rebuild a table to which others refer, and one edits the text of a CHECK. SQLite permits
  // this switch only outside of a transaction.
  db.exec('PRAGMA foreign_keys = OFF');
  db.protectSchema(false);
  try {
    db.exec('BEGIN IMMEDIATE');
    const before = applyMissing(db);
    db.exec('COMMIT');
    return before === 0 ? 'new' : 'known';
  } catch (error) {
    if (db.isInTransaction()) db.exec('ROLLBACK');
    throw error;
  } finally {
    db.protectSchema(true);
    db.exec('PRAGMA foreign_keys = ON');
  }
}

/** Returns the earlier version. */
function applyMissing(db: Database): number {
  const version = schemaVersion(db);
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      'newer_schema',
      `The job database has schema version ${version}; this version of the software knows ${MIGRATIONS.length}. Start a newer one.`,
    );
  }
  if (version === MIGRATIONS.length) return version;
  for (const name of MIGRATIONS.slice(version)) {
    db.exec(readFileSync(packageFile(`stores/sqlite/migrations/${name}`), 'utf8'));
  }
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  return version;
}

function schemaVersion(db: Database): number {
  const version = db.statement('PRAGMA user_version').get()?.user_version;
  if (typeof version !== 'number') throw new Error('the database has no user_version');
  return version;
}
