import type { Clock } from '../core/clock.ts';
import { EngineError } from './engine-port.ts';
import type { Settings } from './options.ts';
import type { Dispatcher } from './pass/dispatcher.ts';
import type { Executor } from './places/executor.ts';
import type { ThreadPool } from './threads/thread-pool.ts';

/** How long handlers have to end after a shutdown has aborted them; out of the shutdown's own time. */
const ABORT_GRACE_MS = 2_000;

/** Throws once an engine was stopped: its store is closed, and what a later start opened would stay open. */
export function refuseStopped(stopping: AbortSignal): void {
  if (!stopping.aborted) return;
  throw new EngineError(
    'unavailable',
    "The engine can't start, because it was stopped: create a new engine with `createEngine()`, and a new store for it.",
  );
}

/** Waits for the handlers within the time of a shutdown, aborts the others, and ends the threads. */
export async function endHandlers<Deps>(
  executor: Executor<Deps>,
  threads: ThreadPool,
  settings: Settings,
): Promise<void> {
  const graceMs = Math.min(ABORT_GRACE_MS, settings.shutdownTimeoutMs / 4);
  await drained(executor, settings, settings.shutdownTimeoutMs - graceMs);
  executor.abortAll('shutdown');
  await drained(executor, settings, graceMs);
  executor.terminateThreads();
  // A run whose thread could not be ended is recovered with the next start.
  await endThreads(threads, settings);
}

/** Ends the threads, and waits a moment only: a thread in a long native call can't be ended. */
export async function endThreads(threads: ThreadPool, { clock }: Settings): Promise<void> {
  await atMost(clock, ABORT_GRACE_MS, threads.close());
}

/** Writes what has ended; gives up when the store refuses: those runs are recovered with the next start. */
export async function settleRest<Deps>(
  dispatcher: Dispatcher<Deps>,
  { clock, logger }: Settings,
): Promise<void> {
  try {
    const end = clock.monotonic() + ABORT_GRACE_MS;
    for (let left = dispatcher.settling; left > 0; left = dispatcher.settling) {
      dispatcher.retryNow();
      await dispatcher.pass();
      if (dispatcher.settling < left) continue;
      // What is left is on its way, or its jobs are held by others.
      if (clock.monotonic() >= end)
        throw new Error(
          'their jobs are held by a transaction that does not end, or the store does not answer',
        );
      await after(clock, 20);
    }
  } catch (error) {
    logger.warn({ err: error }, 'finished runs could not be saved; the next start takes them back');
  }
}

/** Waits until no handler runs, at most `ms`. */
async function drained<Deps>(executor: Executor<Deps>, { clock }: Settings, ms: number): Promise<void> {
  const end = clock.monotonic() + ms;
  while (executor.busy > 0 && clock.monotonic() < end) {
    await after(clock, 20);
  }
}

/** Waits for work, but no longer than `ms`; leaves no timer that would keep the process. */
async function atMost(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const cancel = clock.setTimer(ms, over.resolve);
  try {
    await Promise.race([work, over.promise]);
  } finally {
    cancel();
  }
}

function after(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(ms, resolve));
}
