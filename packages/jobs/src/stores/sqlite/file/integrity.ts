import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { threadFile } from '../../../package-file.ts';

export type Integrity =
  | { readonly kind: 'sound' }
  /** `why`: the first fault. */
  | { readonly kind: 'damaged'; readonly why: string }
  /** The check could not finish. */
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * How long a start waits for the check (ms). The check of a larger database continues while the database is
 * in use.
 */
const CHECK_BEFORE_WORK_MS = 1_000;

/** A running check. */
export interface IntegrityCheck {
  readonly outcome: Promise<Integrity>;
  /** Returns at once; SQLite's current call still runs to its end. */
  abandon(): void;
}

/**
 * Checks the whole database in a thread of its own (`PRAGMA quick_check`) while others read and write. Takes
 * about 2 s per GB from the page cache, and twice that from disk.
 */
export function checkIntegrity(file: string): IntegrityCheck {
  const url = threadFile('stores/sqlite/file/integrity-thread');
  const worker = new Worker(url, { workerData: { file }, name: 'integrity-thread' });
  // Does not keep the process alive.
  worker.unref();
  const outcome = new Promise<Integrity>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ kind: 'unknown', why: String(error) }));
    worker.once('exit', () => resolve({ kind: 'unknown', why: 'the check was ended' }));
  });
  return { outcome, abandon: () => void worker.terminate() };
}

/** The check at a start. */
export interface StartCheck {
  /** Why the database is damaged; undefined if no damage was found in time. */
  readonly damage: string | undefined;
  /** The check has read the whole database and found no damage. */
  isSound(): boolean;
  abandon(): void;
}

/**
 * Checks a database as {@link checkIntegrity} does, and waits at most a second. Reports later damage to
 * `foundLater`.
 */
export async function checkBeforeWork(file: string, foundLater: (why: string) => void): Promise<StartCheck> {
  const check = checkIntegrity(file);
  let isSound = false;
  const damaged = check.outcome.then((found) => {
    isSound = found.kind === 'sound';
    return found.kind === 'damaged' ? found.why : undefined;
  });
  const damage = await Promise.race([damaged, setTimeout(CHECK_BEFORE_WORK_MS, undefined, { ref: false })]);
  if (damage === undefined) void damaged.then((why) => why !== undefined && foundLater(why));
  return { damage, isSound: () => isSound, abandon: () => check.abandon() };
}
