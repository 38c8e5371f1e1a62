import type { Clock } from '../../core/clock.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { Settings } from '../options.ts';
import type { RunningAttempts } from '../places/running-attempts.ts';

/** How long handlers have to end after a shutdown has aborted them (ms), out of the shutdown's own time. */
const ABORT_GRACE_MS = 2_000;
const POLL_MS = 20;

/** Waits for the handlers in the time that a shutdown has, aborts the rest, and ends the threads. */
export async function endHandlers({ settings, executor, threads }: EngineParts): Promise<void> {
  const { running } = executor;
  const graceMs = Math.min(ABORT_GRACE_MS, settings.shutdownTimeoutMs / 4);
  await drained(running, settings, settings.shutdownTimeoutMs - graceMs);
  running.abortAll('shutdown');
  await drained(running, settings, graceMs);
  running.terminateThreads();
  // A run whose thread could not be ended is recovered with the next start.
  await threads.end();
}

/** Writes what has ended. Gives up when the store refuses: the next start recovers those runs. */
export async function settleRest({ settings, settlements, dispatcher }: EngineParts): Promise<void> {
  const { clock, logger } = settings;
  try {
    const end = clock.monotonic() + ABORT_GRACE_MS;
    for (let left = settlements.unwritten; left > 0; left = settlements.unwritten) {
      settlements.retryPostponed();
      await dispatcher.pass();
      if (settlements.unwritten < left) continue;
      // The rest is on its way, or another transaction has locked its jobs.
      if (clock.monotonic() >= end)
        throw new Error(
          'another transaction has locked their jobs and does not end, or the store does not answer',
        );
      await after(clock, POLL_MS);
    }
  } catch (error) {
    logger.warn({ err: error }, 'finished runs could not be saved; the next start takes them back');
  }
}

/** Waits until no handler runs, at most `ms`. */
async function drained(running: RunningAttempts, { clock }: Settings, ms: number): Promise<void> {
  const end = clock.monotonic() + ms;
  while (running.count > 0 && clock.monotonic() < end) await after(clock, POLL_MS);
}

function after(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(ms, resolve));
}
