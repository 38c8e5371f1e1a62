import type { Clock } from '../../core/clock.ts';
import { formatDuration } from '../../core/time/duration.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { Settings } from '../options.ts';
import type { RunningAttempts } from '../places/running-attempts.ts';
import type { RunListeners } from '../watching/run-listeners.ts';

/** How long handlers have to end after a shutdown has aborted them (ms), out of the shutdown's own time. */
const ABORT_GRACE_MS = 2_000;
/** A stop that takes longer (ms) says what it waits for. */
const QUIET_MS = 200;
const POLL_MS = 20;

/** Waits for the handlers in the time that a shutdown has, aborts the rest, and ends the threads. */
export async function endHandlers({ settings, node, executor, threads }: EngineParts): Promise<void> {
  const { running } = executor;
  const { shutdownTimeoutMs: timeoutMs, logger } = settings;
  const graceMs = Math.min(ABORT_GRACE_MS, timeoutMs / 4);
  const quietMs = Math.min(QUIET_MS, timeoutMs - graceMs);
  await drained(running, settings, quietMs);
  const { count } = running;
  if (count > 0)
    logger.warn(
      { running: count },
      `stopping: waiting up to ${formatDuration(timeoutMs)} for ${runsText(count)}`,
    );
  await drained(running, settings, timeoutMs - graceMs - quietMs);
  running.abortAll('shutdown');
  await drained(running, settings, graceMs);
  running.terminateThreads();
  // A run whose thread could not be ended is recovered with the next start.
  await threads.end();
  const { interruptedCount: interrupted } = executor;
  if (interrupted === 0) return;
  const when = node.hasOthers ? 'again on another node' : 'again at the next start';
  logger.warn({ interrupted }, `stopping: ${runsText(interrupted)} did not end in time and will run ${when}`);
}

const runsText = (count: number) => (count === 1 ? '1 run' : `${count} runs`);

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
          'another transaction has locked their jobs and does not end, a handler has not ended the transaction of its ctx.complete(), or the store does not answer',
        );
      await after(clock, POLL_MS);
    }
  } catch (error) {
    logger.warn({ err: error }, 'finished runs could not be saved; the next start takes them back');
  }
}

interface ListenersToEnd {
  readonly settings: Settings;
  readonly listeners: RunListeners;
}

/** Lets the listeners hear how the last runs have ended: they read these runs in the store, which closes. */
export async function endListeners({ settings, listeners }: ListenersToEnd): Promise<void> {
  const { clock, logger } = settings;
  const { promise: tooLong, resolve } = Promise.withResolvers<'too long'>();
  const cancel = clock.setTimer(ABORT_GRACE_MS, () => resolve('too long'));
  const outcome = await Promise.race([listeners.caughtUp(), tooLong]);
  cancel();
  listeners.stop();
  if (outcome === 'too long')
    logger.warn({}, 'a listener to events of runs has not ended in time; the engine stops without it');
}

/** Waits until no handler runs, at most `ms`. */
async function drained(running: RunningAttempts, { clock }: Settings, ms: number): Promise<void> {
  const end = clock.monotonic() + ms;
  while (running.count > 0 && clock.monotonic() < end) await after(clock, POLL_MS);
}

function after(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(ms, resolve));
}
