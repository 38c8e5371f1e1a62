import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BackupNote, readBackupNote } from '../data-dir/backup-note.ts';
import { dataFiles } from '../data-dir/data-dir.ts';
import { DATABASE_NAMES } from '../data-dir/replace-databases.ts';
import { StartError } from '../start/start-error.ts';

/** A folder with a copy of each database. */
export interface Backup {
  readonly folder: string;
  /** Undefined for a backup of an earlier version. */
  readonly note: BackupNote | undefined;
}

/** Throws a {@link StartError} if the folder holds no backup. Does not read the databases. */
export function findBackup(dataDir: string, name: string | undefined): Backup {
  if (name === undefined)
    throw new StartError(`Name the folder of a backup: greenvue restore ${exampleOf(dataDir)}`);
  const folder = resolve(name);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (!isFolder)
    throw new StartError(
      `${folder} is not a folder: name the folder of a backup, such as ${exampleOf(dataDir)}`,
    );
  if (folder === resolve(dataFiles(dataDir).restoring))
    throw new StartError(
      `${folder} has the copies of an interrupted restore, not a backup: start the server, which completes or removes them, or name a backup, such as ${exampleOf(dataDir)}`,
    );
  // The files of a server may change while they are copied.
  if (existsSync(dataFiles(folder).lock))
    throw new StartError(
      `${folder} is the DATA_DIR of a server, not a backup: make a backup of it with greenvue backup, and restore that.`,
    );
  const missing = DATABASE_NAMES.filter((each) => !existsSync(join(folder, each)));
  if (missing.length > 0)
    throw new StartError(
      `${folder} is not a complete backup (${missing.join(' and ')} missing): name a folder that greenvue backup has made.`,
    );
  return { folder, note: noteOf(folder) };
}

function noteOf(folder: string): BackupNote | undefined {
  try {
    return readBackupNote(folder);
  } catch (cause) {
    throw new StartError(
      `${join(folder, 'backup.json')} can't be read: restore another backup, or remove that file if you trust the databases beside it.`,
      { cause },
    );
  }
}

/** The newest backup of DATA_DIR, or how one is named. */
function exampleOf(dataDir: string): string {
  const { backups } = dataFiles(dataDir);
  const newest = existsSync(backups) ? readdirSync(backups).sort().at(-1) : undefined;
  return join(backups, newest ?? '2026-01-31T12-00-00-000Z');
}
