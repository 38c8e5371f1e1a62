import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkIntegrity } from '@greenvue/jobs/sqlite';
import type { Config } from '../config/config.ts';
import { backupNoteFile, writeBackupNote } from '../data-dir/backup-note.ts';
import { dataFiles, stampOf } from '../data-dir/data-dir.ts';
import { fileIdentity, syncFile, syncFolder } from '../data-dir/durable-files.ts';
import { settleRestoreAlone } from '../data-dir/replace-databases.ts';
import { refuseLostWritesAlone } from '../installation/refuse-lost-writes.ts';
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
  await refuseLostWritesAlone(config.dataDir);
  const files = dataFiles(config.dataDir);
  // The jobs first: a run that succeeds between the two copies runs again after a restore. The other way
  // round, it would count as done, and what it did in `app.db` would be lost.
  const sources = [files.jobs, files.app].filter((file) => existsSync(file));
  if (sources.length === 0)
    throw new StartError(
      `There is no database in DATA_DIR ${config.dataDir} yet: set DATA_DIR to the folder of the server.`,
    );
  const identities = sources.map(fileIdentity);
  for (const source of sources) await requireSound(source);
  const takenAt = new Date().toISOString();
  const folder = resolve(target ?? join(files.backups, stampOf(takenAt)));
  const created = mkdirSync(folder, { recursive: true, mode: 0o700 });
  const copies = sources.map((source) => copyOf(source, folder));
  const made: string[] = [];
  try {
    for (const { copy } of copies) refuseTaken(copy);
    for (const { source, part } of copies) await copyDatabase(source, part);
    if (sources.map(fileIdentity).join() !== identities.join()) throw replacedMeanwhile(config.dataDir);
    for (const { part, copy } of copies) {
      refuseTaken(copy);
      renameSync(part, copy);
      made.push(copy);
    }
    writeBackupNote(folder, takenAt);
    syncNew(folder, created);
    return copies.map(({ copy }) => copy).join('\n');
  } catch (error) {
    // Another backup may have finished in the same folder: only what this one has made is removed.
    if (made.length === copies.length) made.push(backupNoteFile(folder));
    for (const path of [...copies.map(({ part }) => part), ...made]) rmSync(path, { force: true });
    removeEmpty(folder, created);
    if (!isDiskFull(error)) throw error;
    throw new StartError(
      `The disk of ${folder} is full, so no backup was made: free space on it, or name a folder on another disk.`,
    );
  }
}

/** Makes the names of the new folders durable, from the folder up to `first`. Undefined: none was created. */
function syncNew(folder: string, first: string | undefined): void {
  if (first === undefined) return;
  syncFolder(dirname(folder));
  if (folder !== first) syncNew(dirname(folder), first);
}

interface Copy {
  readonly source: string;
  readonly copy: string;
  /** The incomplete copy, with a name that no other backup uses. */
  readonly part: string;
}

function copyOf(source: string, folder: string): Copy {
  const copy = join(folder, basename(source));
  return { source, copy, part: `${copy}.${randomUUID()}.part` };
}

function refuseTaken(copy: string): void {
  if (existsSync(copy)) throw new StartError(`${copy} already exists: choose another folder.`);
}

function replacedMeanwhile(dataDir: string): StartError {
  return new StartError(
    `A restore has replaced the databases in DATA_DIR ${dataDir} meanwhile, so no backup was made: back up again.`,
  );
}

/** Removes the folder and its parents up to `first`, while they are empty. Undefined: none was created. */
function removeEmpty(folder: string, first: string | undefined): void {
  if (first === undefined) return;
  try {
    rmdirSync(folder);
  } catch {
    return;
  }
  if (folder !== first) removeEmpty(dirname(folder), first);
}

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
