import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

export type Integrity =
  | { readonly kind: 'sound' }
  /** `why`: the first fault that was found. */
  | { readonly kind: 'damaged'; readonly why: string }
  /** The check could not finish. */
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * How long a start waits for the check (ms). The check of a larger database continues while the database is
 * in use.
 */
const CHECK_BEFORE_WORK_MS = 1_000;

/** A check under way. */
export interface IntegrityCheck {
  readonly outcome: Promise<Integrity>;
  /** Returns at once; a call of SQLite under way ends in its own time. */
  abandon(): void;
}

/**
 * Checks the whole database in a thread of its own (`PRAGMA quick_check`), while others may read and write.
 * Takes about 2 s a GB from the page cache, and twice that from disk.
 */
export function checkIntegrity(file: string): IntegrityCheck {
  // Source and build have the same names but for this.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`./integrity-thread.${extension}`, import.meta.url);
  const worker = new Worker(url, { workerData: { file }, name: 'integrity-thread' });
  // A process with nothing else to do may end.
  worker.unref();
  const outcome = new Promise<Integrity>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ kind: 'unknown', why: String(error) }));
    worker.once('exit', () => resolve({ kind: 'unknown', why: 'the check was ended' }));
  });
  return { outcome, abandon: () => void worker.terminate() };
}

/** A check that a start has waited for. */
export interface StartCheck {
  /** Why the database is damaged; undefined: no damage was found in time. */
  readonly damage: string | undefined;
  /** The check has read the whole database and found no damage. */
  isSound(): boolean;
  abandon(): void;
}

/**
 * Checks a database as {@link checkIntegrity} does, and waits a second at most. Damage that is found after
 * that goes to `foundLater`.
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
