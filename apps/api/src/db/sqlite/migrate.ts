import { NewerDatabaseError } from '../errors.ts';
import type { Migration } from '../migrations/migration-files.ts';
import type { Channel } from './channel.ts';

const CREATE_LEDGER = `CREATE TABLE IF NOT EXISTS migrations (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL
) STRICT`;
const HAS_LEDGER = "SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'";
const LATEST = 'SELECT coalesce(max(version), 0) AS version FROM migrations';
const RECORD =
  "INSERT INTO migrations (version, name, applied_at) VALUES (?, ?, CAST(unixepoch('subsec') * 1000 AS INTEGER))";

/**
 * Brings the database up to the last of `migrations`, each in a transaction of its own under the write lock,
 * so that processes and threads that start together apply each one once. Throws a {@link NewerDatabaseError}
 * when the database is ahead.
 */
export async function migrate(
  writer: Channel,
  options: { readonly file: string; readonly migrations: readonly Migration[] },
): Promise<void> {
  const known = options.migrations.length;
  // The common start, with nothing to do, takes no write lock.
  let version = await versionOf(writer);
  while (version < known) version = await applyNext(writer, options.migrations);
  if (version > known) throw new NewerDatabaseError({ database: options.file, found: version, known });
}

async function versionOf(writer: Channel): Promise<number> {
  if ((await rowsOf(writer, HAS_LEDGER)).length === 0) return 0;
  return Number((await rowsOf(writer, LATEST))[0]?.version);
}

/** Applies the next migration, if another process has not applied it meanwhile. Returns the new version. */
async function applyNext(writer: Channel, migrations: readonly Migration[]): Promise<number> {
  await writer.send({ kind: 'script', sql: 'BEGIN IMMEDIATE' });
  try {
    await writer.send({ kind: 'script', sql: CREATE_LEDGER });
    const version = await versionOf(writer);
    const next = migrations[version];
    if (next !== undefined) {
      await writer.send({ kind: 'script', sql: next.sql });
      await writer.send({ kind: 'query', sql: RECORD, parameters: [next.version, next.name] });
    }
    await writer.send({ kind: 'script', sql: 'COMMIT' });
    return next?.version ?? version;
  } catch (error) {
    await writer.send({ kind: 'rollback' });
    throw error;
  }
}

async function rowsOf(writer: Channel, sql: string) {
  return (await writer.send({ kind: 'query', sql, parameters: [] })).rows;
}
