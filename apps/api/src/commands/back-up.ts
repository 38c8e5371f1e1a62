import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkIntegrity } from '@greenvue/jobs/sqlite';
import type { Config } from '../config/config.ts';
import { backupNoteFile, writeBackupNote } from '../data-dir/backup-note.ts';
import { dataFiles, stampOf } from '../data-dir/data-dir.ts';
import { syncFile } from '../data-dir/durable-files.ts';
import { settleRestoreAlone } from '../data-dir/replace-databases.ts';
import { isDiskFull } from '../start/full-disk.ts';
import { StartError } from '../start/start-error.ts';

/**
 * Copies `jobs.db` and `app.db` to a folder, each as a consistent snapshot, while the server runs or not.
 * Returns the paths. Default folder: `DATA_DIR/backups/<time>`. Never overwrites files. Not for PostgreSQL.
 */
export async function backUp(config: Config, [target]: readonly string[]): Promise<string> {
  if (config.postgres !== undefined) {
    const place = new URL(config.postgres.url);
    // Every user of the machine can see the arguments of a command.
    place.password = '';
    throw new StartError(
      `DATABASE_URL is set, and this command backs up SQLite only. Use PostgreSQL's pg_dump: put the password in PGPASSWORD or ~/.pgpass, and run: pg_dump "${place.href}" > greenvue.sql`,
    );
  }
  await settleRestoreAlone(config.dataDir);
  const files = dataFiles(config.dataDir);
  // The jobs first: a run that succeeds between the two copies runs again after a restore. The other way
  // round, it would count as done, and what it did in `app.db` would be lost.
  const sources = [files.jobs, files.app].filter((file) => existsSync(file));
  if (sources.length === 0)
    throw new StartError(
      `There is no database in DATA_DIR ${config.dataDir} yet: set DATA_DIR to the folder of the server.`,
    );
  for (const source of sources) await requireSound(source);
  const takenAt = new Date().toISOString();
  const folder = resolve(target ?? join(files.backups, stampOf(takenAt)));
  const created = mkdirSync(folder, { recursive: true, mode: 0o700 });
  const copies = sources.map((source) => ({ source, copy: join(folder, basename(source)) }));
  const taken = copies.find(({ copy }) => existsSync(copy));
  if (taken) throw new StartError(`${taken.copy} already exists: choose another folder.`);
  try {
    for (const { source, copy } of copies) await copyDatabase(source, partOf(copy));
    for (const { copy } of copies) renameSync(partOf(copy), copy);
    writeBackupNote(folder, takenAt);
    return copies.map(({ copy }) => copy).join('\n');
  } catch (error) {
    for (const { copy } of copies) for (const path of [partOf(copy), copy]) rmSync(path, { force: true });
    rmSync(backupNoteFile(folder), { force: true });
    if (created !== undefined) rmSync(created, { recursive: true, force: true });
    if (!isDiskFull(error)) throw error;
    throw new StartError(
      `The disk of ${folder} is full, so no backup was made: free space on it, or name a folder on another disk.`,
    );
  }
}

/** The name of an incomplete copy. */
const partOf = (copy: string): string => `${copy}.part`;

async function copyDatabase(source: string, part: string): Promise<void> {
  rmSync(part, { force: true });
  // Created empty with mode 600, so that nobody else can read any of it.
  writeFileSync(part, '', { mode: 0o600 });
  const database = new DatabaseSync(source, { readOnly: true, timeout: 10_000 });
  try {
    database.prepare('VACUUM INTO ?').run(part);
  } finally {
    database.close();
  }
  await requireSound(part);
  syncFile(part);
}

/**
 * Throws a {@link StartError} if a database is damaged: its backup would replace a good one.
 */
async function requireSound(file: string): Promise<void> {
  const found = await checkIntegrity(file).outcome;
  if (found.kind !== 'damaged') return;
  throw new StartError(
    `${file} is damaged (${found.why}), so no backup was made. Stop the server and restore the newest backup.`,
  );
}
