import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

/**
 * Notes in `<file>.open` that a database is open, until {@link removeOpenMark}. Names the file itself, so that the
 * mark says nothing about a copy or a backup in its place. Without the mark, {@link isLogMissing} finds less.
 */
export function writeOpenMark(file: string): void {
  try {
    writeFileSync(markOf(file), identityOf(file));
  } catch {
    // A full disk, for example: the database works without it.
  }
}

/** Call it once the database is closed, and its log is copied into it. */
export function removeOpenMark(file: string): void {
  try {
    rmSync(markOf(file), { force: true });
  } catch {
    // The folder is read-only, for example: the next start then asks for a log that is not needed.
  }
}

/**
 * Whether a database was left open and its write-ahead log is gone. Its last process has written the log, and only
 * a process that closes the database removes it.
 */
export function isLogMissing(file: string): boolean {
  try {
    if (readFileSync(markOf(file), 'utf8') !== identityOf(file)) return false;
  } catch {
    return false;
  }
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  // Opening a database to read it creates an empty log.
  return log === undefined || log.size === 0;
}

const markOf = (file: string): string => `${file}.open`;

function identityOf(file: string): string {
  const { dev, ino } = statSync(file, { bigint: true });
  return `${dev}:${ino}\n`;
}
