import { setTimeout } from 'node:timers/promises';

/** Intervals at which a start on a full disk is retried, and at which it prints a line. */
const TRY_EVERY_MS = 2_000;
const SAY_EVERY_MS = 60_000;

export interface FullDiskOptions {
  readonly dataDir: string;
  readonly say: (line: string) => unknown;
}

/**
 * Runs `start`, and retries it while the disk is full. Throws any other error.
 */
export async function startOnceDiskHasRoom<T>(
  start: () => Promise<T>,
  { dataDir, say }: FullDiskOptions,
): Promise<T> {
  for (let saidAt = Number.NEGATIVE_INFINITY; ; ) {
    try {
      return await start();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (performance.now() - saidAt >= SAY_EVERY_MS) {
        saidAt = performance.now();
        say(
          `The disk of DATA_DIR ${dataDir} is full: free space on it. Until then, GreenVue tries to start every ${TRY_EVERY_MS / 1_000} s.`,
        );
      }
      await setTimeout(TRY_EVERY_MS);
    }
  }
}

const SQLITE_FULL = 13;

/**
 * Whether an error of the jobs' store, of GreenVue's database or of the file system means that the disk is
 * full.
 */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && (error.code === 'full' || error.code === 'ENOSPC')) return true;
  if ('kind' in error && error.kind === 'full') return true;
  return 'errcode' in error && error.errcode === SQLITE_FULL;
}
