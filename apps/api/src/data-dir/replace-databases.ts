import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start/start-error.ts';
import { writeBackupNote } from './backup-note.ts';
import { dataFiles, lockDataDir, stampOf } from './data-dir.ts';
import { syncFile, syncFolder, writeDurably } from './durable-files.ts';

/** The databases of DATA_DIR. */
export const DATABASE_NAMES = ['jobs.db', 'app.db'] as const;
/** A database is its file with the files that SQLite keeps beside it. */
const SUFFIXES = ['', '-wal', '-shm', '-journal'];
/** Holds the instant of the replacement. From its creation on, the replacement is decided. */
const READY = 'ready';

/**
 * Puts the databases of `DATA_DIR/restoring` in the place of those of DATA_DIR, which move to
 * `DATA_DIR/replaced/<instant>`: all of them or none, also after a kill or a power cut at any instant. Needs the
 * lock of DATA_DIR.
 */
export function replaceDatabases(dataDir: string, instant: string): void {
  const { restoring } = dataFiles(dataDir);
  for (const each of DATABASE_NAMES) {
    if (existsSync(join(restoring, `${each}-wal`)))
      throw new Error(`${each} still has a log in ${restoring}`);
    syncFile(join(restoring, each));
  }
  requireRoomForOld(dataDir, instant);
  writeDurably(join(restoring, READY), instant);
  syncFolder(dataDir);
  settleRestore(dataDir);
}

/** Runs before the restore is decided. If the move failed later, the server could not start any more. */
function requireRoomForOld(dataDir: string, instant: string): void {
  const { restoring, replaced } = dataFiles(dataDir);
  const kept = replacedFolder(dataDir, instant);
  if (existsSync(kept))
    throw new StartError(
      `${kept} already exists, so nothing was restored: check the clock of this machine, and restore again.`,
    );
  if (!existsSync(replaced)) return;
  const [probe, moved] = [join(restoring, 'probe'), join(replaced, 'probe')];
  try {
    writeFileSync(probe, '');
    renameSync(probe, moved);
    rmSync(moved);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `The replaced databases can't be moved to ${replaced} (${why}), so nothing was restored: put this folder on the disk of DATA_DIR, or rename it, and restore again.`,
      { cause },
    );
  }
}

/**
 * Completes a decided replacement that was interrupted, and removes what an undecided one has left. Each
 * process does this before it opens a database. Needs the lock of DATA_DIR.
 */
export function settleRestore(dataDir: string): void {
  const { restoring } = dataFiles(dataDir);
  if (isDecided(dataDir)) {
    const ready = join(restoring, READY);
    // A database that is in its place already is no longer in `restoring`.
    const names = DATABASE_NAMES.filter((name) => existsSync(join(restoring, name)));
    keepOld({ dataDir, names, instant: readFileSync(ready, 'utf8') });
    for (const name of names) renameSync(join(restoring, name), join(dataDir, name));
    syncFolder(dataDir);
    rmSync(ready);
  }
  rmSync(restoring, { recursive: true, force: true });
}

/** Whether a replacement is decided and not complete. */
export function isDecided(dataDir: string): boolean {
  return existsSync(join(dataFiles(dataDir).restoring, READY));
}

/** `settleRestore` for a program that does not hold the lock. Throws if a restore is under way. */
export async function settleRestoreAlone(dataDir: string): Promise<void> {
  if (!existsSync(dataFiles(dataDir).restoring)) return;
  const lock = await lockDataDir(dataDir);
  try {
    settleRestore(dataDir);
  } finally {
    lock.release();
  }
}

/** The folder of the databases that were replaced at an instant. */
export function replacedFolder(dataDir: string, instant: string): string {
  return join(dataFiles(dataDir).replaced, stampOf(instant));
}

interface Replacement {
  readonly dataDir: string;
  readonly names: readonly string[];
  readonly instant: string;
}

function keepOld({ dataDir, names, instant }: Replacement): void {
  const old = names
    .flatMap((name) => SUFFIXES.map((suffix) => name + suffix))
    .filter((name) => existsSync(join(dataDir, name)));
  const kept = replacedFolder(dataDir, instant);
  if (old.length === 0 && !existsSync(kept)) return;
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  for (const name of old) renameSync(join(dataDir, name), join(kept, name));
  // No server had them open, so they are a complete backup.
  writeBackupNote(kept, instant);
  for (const folder of [dataFiles(dataDir).replaced, dataDir]) syncFolder(folder);
}
