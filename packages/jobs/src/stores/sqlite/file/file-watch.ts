import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

/** A watch on an open database. */
export interface FileWatch {
  stop(): void;
}

export interface FileWatchOptions {
  readonly file: string;
  /** Called once, with the file and what happened: `/data/jobs.db was removed`. */
  gone(what: string): void;
  /** Default: 1,000. */
  readonly everyMs?: number;
}

/** The log may be missing for a moment while its last connection is replaced. */
const LOG_MISSING_LOOKS = 2;

/**
 * Checks each second, off the event loop, that an open database is still the file at its path, and that its
 * log exists. SQLite does not notice: it continues to write to files without a path.
 */
export async function watchDatabaseFile({
  file,
  gone,
  everyMs = 1_000,
}: FileWatchOptions): Promise<FileWatch> {
  const path = resolve(file);
  const log = `${path}-wal`;
  const opened = await stat(path, { bigint: true });
  let logSeen = false;
  let logMissing = 0;
  const look = async (): Promise<string | undefined> => {
    const found = await statOf(path);
    if (found === 'missing') return `${path} was removed`;
    if (found !== 'unknown' && !isSame(found, opened)) return `${path} was replaced`;
    const foundLog = await statOf(log);
    logSeen ||= typeof foundLog === 'object';
    logMissing = foundLog === 'missing' && logSeen ? logMissing + 1 : 0;
    return logMissing >= LOG_MISSING_LOOKS ? `${log} was removed` : undefined;
  };
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    const what = await look();
    isLooking = false;
    // A look that ends after `stop()` reports nothing.
    if (what === undefined || isStopped) return;
    stop();
    gone(what);
  }, everyMs);
  timer.unref();
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    clearInterval(timer);
  };
  return { stop };
}

/** `unknown`: the file system refuses to say, which does not mean that the file is gone. */
async function statOf(path: string): Promise<BigIntStats | 'missing' | 'unknown'> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unknown';
  }
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
