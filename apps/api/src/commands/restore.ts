import { existsSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { continueIds, readDatabaseIdentity, takeFileLock } from '@greenvue/jobs/sqlite';
import type { Config } from '../config/config.ts';
import { type DataDirLock, dataFiles, lockDataDir, openDataDir } from '../data-dir/data-dir.ts';
import { refuseMoved } from '../data-dir/move-notes.ts';
import {
  DATABASE_NAMES,
  isDecided,
  replaceDatabases,
  replacedFolder,
  settleRestore,
} from '../data-dir/replace-databases.ts';
import { readAppDatabase } from '../installation/open-installation.ts';
import { type Comparison, compareDatabases } from '../restore/compare-databases.ts';
import { type Backup, findBackup } from '../restore/find-backup.ts';
import { restoredGuide } from '../restore/restored-guide.ts';
import { stageBackup } from '../restore/stage-backup.ts';
import { isDiskFull } from '../start/full-disk.ts';
import { StartError } from '../start/start-error.ts';

export interface RestoreFlags {
  /** Also replaces the databases of another installation. */
  readonly replaceOther?: boolean;
}

/**
 * Replaces the databases in DATA_DIR, which no server may use, with a backup, and keeps the replaced ones. All
 * or nothing, also after a kill. Returns what was restored, lost and repeated. Not for PostgreSQL.
 */
export async function restore(
  config: Config,
  [name]: readonly string[],
  { replaceOther = false }: RestoreFlags = {},
): Promise<string> {
  const { dataDir } = config;
  if (config.postgres !== undefined) throw new StartError(ON_POSTGRES);
  const backup = findBackup(dataDir, name);
  refuseOtherOwner(dataDir);
  refuseLinks(dataDir);
  openDataDir(dataDir);
  const lock = await lockDataDir(dataDir);
  try {
    const jobsLock = lockJobs(dataDir);
    try {
      await refuseMoved(dataDir);
      settleRestore(dataDir);
      return await replaceWith(backup, config, replaceOther);
    } finally {
      jobsLock.release();
    }
  } finally {
    lock.release();
  }
}

const ON_POSTGRES =
  'DATABASE_URL is set, and this command restores SQLite only. Stop all nodes, restore the dump with pg_restore into an empty database, and raise the ids before the first start, as docs/greenvue-postgres.md says.';

/** The server could not open databases that belong to another user, such as root. */
function refuseOtherOwner(dataDir: string): void {
  const owner = existsSync(dataDir) ? statSync(dataDir).uid : undefined;
  const user = process.geteuid?.();
  if (owner === undefined || user === undefined || owner === user) return;
  throw new StartError(
    `DATA_DIR ${dataDir} belongs to the user with id ${owner}, and this command runs as ${user}: run it as that user, such as with sudo -u '#${owner}'.`,
  );
}

/** SQLite keeps the log of a linked database beside the linked file, where the restore would leave it. */
function refuseLinks(dataDir: string): void {
  const link = DATABASE_NAMES.map((each) => join(dataDir, each)).find((file) =>
    lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink(),
  );
  if (link === undefined) return;
  throw new StartError(
    `${link} is a symbolic link, and a restore replaces only files: set DATA_DIR to the folder that has the databases, and restore again.`,
  );
}

/** Another program may have `jobs.db` open as a store. */
function lockJobs(dataDir: string): DataDirLock {
  const { jobs } = dataFiles(dataDir);
  const outcome = takeFileLock({ lockFile: `${jobs}.lock`, pidFile: `${jobs}.lock.pid` });
  if (outcome.kind === 'locked') return outcome.lock;
  const { pid, host } = outcome.holder;
  throw new StartError(
    `${jobs} is in use by another program (pid ${pid} on ${host}): stop it, then restore.`,
  );
}

async function replaceWith(backup: Backup, config: Config, replaceOther: boolean): Promise<string> {
  const { dataDir } = config;
  const { restoring, jobs } = dataFiles(dataDir);
  const now = new Date();
  const hasOld = DATABASE_NAMES.some((each) => existsSync(join(dataDir, each)));
  let changes: Comparison | 'unknown';
  let isOther = false;
  try {
    const id = await stageBackup(dataDir, backup);
    const present = presentInstallation(dataDir);
    isOther = id !== undefined && present !== undefined && id !== present;
    if (isOther && !replaceOther)
      throw new StartError(
        `The backup ${backup.folder} belongs to another installation (${id}) than the databases in DATA_DIR ${dataDir} (${present}), so nothing was restored: name another backup, or add --replace-other to replace these databases anyway.`,
      );
    changes = compare(restoring, dataDir);
    continueIds({
      file: dataFiles(restoring).jobs,
      replaced: existsSync(jobs) ? jobs : undefined,
      now: now.getTime(),
    });
    replaceDatabases(dataDir, now.toISOString());
  } catch (error) {
    if (isDecided(dataDir)) throw new StartError(incomplete(dataDir, error), { cause: error });
    // Removes the copies.
    settleRestore(dataDir);
    if (!isDiskFull(error)) throw error;
    throw new StartError(
      `The disk of DATA_DIR ${dataDir} is full, so nothing was restored: free space on it, and restore again.`,
    );
  }
  return restoredGuide({
    dataDir,
    backup: backup.folder,
    takenAt: backup.note?.takenAt,
    isOther,
    kept: hasOld ? replacedFolder(dataDir, now.toISOString()) : undefined,
    changes,
    missingSecrets: missingSecrets(config),
  });
}

/** Undefined if there is no database, or none that can be read. */
function presentInstallation(dataDir: string): string | undefined {
  const { app, jobs } = dataFiles(dataDir);
  const found = [readAppDatabase(app), readDatabaseIdentity(jobs)];
  return found.find((one) => one.kind === 'filled')?.id;
}

function incomplete(dataDir: string, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `The restore to DATA_DIR ${dataDir} is not complete (${why}). Remove the cause, and start the server: it completes the restore first.`;
}

function compare(restoring: string, dataDir: string): Comparison | 'unknown' {
  try {
    return compareDatabases(restoring, dataDir);
  } catch {
    // Missing, damaged, or of another version: often the reason for the restore.
    return 'unknown';
  }
}

function missingSecrets({ dataDir, jwtSecret, secretsKeys }: Config): readonly string[] {
  const lacks = (name: string) => !existsSync(join(dataDir, name));
  return [
    ...(jwtSecret === undefined && lacks('jwt-secret')
      ? [
          'jwt-secret, which no backup contains. Without it, people have to sign in again; API tokens stay valid',
        ]
      : []),
    ...(secretsKeys.length === 0 && lacks('secrets-key')
      ? [
          "secrets-key, which no backup contains. Copy it here, or set SECRETS_KEY. Without the key, GreenVue can't read its secrets",
        ]
      : []),
  ];
}
