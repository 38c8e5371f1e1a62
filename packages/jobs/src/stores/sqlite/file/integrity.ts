import { Worker } from 'node:worker_threads';

export type Integrity =
  | { readonly kind: 'sound' }
  /** `why`: the first fault that was found. */
  | { readonly kind: 'damaged'; readonly why: string }
  /** It could not be read to its end: nothing is known. */
  | { readonly kind: 'unknown'; readonly why: string };

/** A check under way. */
export interface IntegrityCheck {
  readonly outcome: Promise<Integrity>;
  /** Waits for nothing: a call of SQLite's that is under way ends in its own time. */
  abandon(): void;
}

/**
 * Reads the whole database in a thread of its own (`PRAGMA quick_check`), beside whatever else reads and writes it: some 2 s for each
 * GB that the system has in memory, twice that from a disk.
 */
export function checkIntegrity(file: string): IntegrityCheck {
  // Source and build have the same names but for this.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const url = new URL(`./integrity-thread.${extension}`, import.meta.url);
  const worker = new Worker(url, { workerData: { file }, name: 'integrity-thread' });
  // It keeps no process alive that has nothing else to do.
  worker.unref();
  const outcome = new Promise<Integrity>((resolve) => {
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ kind: 'unknown', why: String(error) }));
    worker.once('exit', () => resolve({ kind: 'unknown', why: 'the check was ended' }));
  });
  return { outcome, abandon: () => void worker.terminate() };
}
