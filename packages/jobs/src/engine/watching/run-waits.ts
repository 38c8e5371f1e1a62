import type { Clock } from '../../core/clock.ts';
import { EngineError, RunError } from '../../core/model/errors.ts';
import type { JobEvent } from '../../core/model/events.ts';
import { type AttemptError, isLiveRun, NO_ERRORS } from '../../core/model/run.ts';
import type { StoreReads } from '../../core/store/store.ts';
import type { RunView } from '../../core/store/store-views.ts';
import { formatDuration } from '../../core/time/duration.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { EventSubscription } from '../ports/engine-port.ts';

export interface RunWaitsDeps {
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly store: Pick<StoreReads, 'getRun'>;
  readonly events: Pick<EventFeed, 'subscribe'>;
}

export interface WaitLimits {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Wait {
  readonly runId: string;
  readonly jobId: string;
  /** The read under way. Another one follows if `isStale`. */
  isReading: boolean;
  isStale: boolean;
  reads: number;
  /** Whether the last read has seen that a pause of the job holds the run. */
  isHeld: boolean;
  /** Those of its attempts, at the last read. */
  errors: readonly AttemptError[];
  cancelRead: (() => void) | undefined;
  end(outcome: { readonly view: RunView } | { readonly error: unknown }): void;
}

/** When to read a run without an event (ms after the last read): events of other nodes may get lost. */
const READ_AFTER_MS = [500, 1_000, 2_000, 5_000] as const;
const LONGEST_PAUSE_MS = 5_000;

/** Waits for the end of runs. Events of all nodes say when to read a run; slow polling covers lost events. */
export class RunWaits {
  readonly #with: RunWaitsDeps;
  readonly #waits = new Set<Wait>();
  #subscription: EventSubscription | undefined;
  #isStopped = false;

  constructor(deps: RunWaitsDeps) {
    this.#with = deps;
  }

  /**
   * Resolves with the run once it has ended, however it did. Rejects with a `RunError` of code `timeout`,
   * with the reason of the signal, or with an `EngineError` when the run is gone or the engine stops.
   */
  wait({ runId, jobId }: Pick<Wait, 'runId' | 'jobId'>, { timeoutMs, signal }: WaitLimits): Promise<RunView> {
    const { promise, resolve, reject } = Promise.withResolvers<RunView>();
    const { clock } = this.#with;
    const aborted = () => wait.end({ error: signal?.reason });
    const cancelTimeout =
      timeoutMs === undefined
        ? undefined
        : clock.setTimer(timeoutMs, () => wait.end({ error: timedOut(wait, timeoutMs) }));
    const wait: Wait = {
      runId,
      jobId,
      isReading: false,
      isStale: false,
      reads: 0,
      isHeld: false,
      errors: NO_ERRORS,
      cancelRead: undefined,
      end: (outcome) => {
        if (!this.#waits.delete(wait)) return;
        cancelTimeout?.();
        wait.cancelRead?.();
        signal?.removeEventListener('abort', aborted);
        this.#unsubscribeIfAlone();
        if ('view' in outcome) resolve(outcome.view);
        else reject(outcome.error);
      },
    };
    this.#waits.add(wait);
    this.#subscription ??= this.#with.events.subscribe((event) => this.#heard(event));
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted === true) aborted();
    else void this.#read(wait);
    return promise;
  }

  /** Nobody waits any longer. A run that has ended since the last read still arrives. */
  stop(): void {
    this.#isStopped = true;
    for (const wait of this.#waits) void this.#read(wait);
  }

  #heard(event: JobEvent | 'reset'): void {
    for (const wait of this.#waits) {
      const isAbout =
        event === 'reset' ||
        event.runId === wait.runId ||
        (event.count !== undefined && event.jobId === wait.jobId);
      if (isAbout) void this.#read(wait);
    }
  }

  async #read(wait: Wait): Promise<void> {
    wait.isStale = wait.isReading;
    if (wait.isReading) return;
    wait.isReading = true;
    try {
      const view = await this.#with.store.getRun(wait.runId);
      if (view === undefined) return wait.end({ error: gone(wait.runId) });
      if (!isLiveRun(view.run)) return wait.end({ view });
      wait.isHeld = view.run.held === 'pause';
      wait.errors = view.run.errors;
    } catch {
      // The database is away: the next read may succeed.
    } finally {
      wait.isReading = false;
    }
    if (!this.#waits.has(wait)) return;
    if (wait.isStale) return this.#read(wait);
    if (this.#isStopped) return wait.end({ error: stopping(wait.runId) });
    wait.cancelRead?.();
    const pauseMs = READ_AFTER_MS[wait.reads++] ?? LONGEST_PAUSE_MS;
    wait.cancelRead = this.#with.clock.setTimer(pauseMs, () => void this.#read(wait));
  }

  #unsubscribeIfAlone(): void {
    if (this.#waits.size > 0) return;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }
}

function timedOut({ runId, jobId, isHeld, errors }: Wait, timeoutMs: number): RunError {
  const state = isHeld
    ? `The job is paused: the run waits until resumeJob("${jobId}") or the end of the pause.`
    : `It continues; getRun("${runId}") shows its state.`;
  const last = errors.at(-1);
  const failure = last === undefined ? '' : ` Its last attempt failed: ${last.message}`;
  const message = `The run ${runId} of ${jobId} has not ended within ${formatDuration(timeoutMs)}. ${state}${failure}`;
  return new RunError('timeout', message, { runId, jobId, errors });
}

function gone(runId: string): EngineError {
  return new EngineError(
    'not_found',
    `There is no run with the id "${runId}" any more: its job was deleted, or its history was removed.`,
  );
}

function stopping(runId: string): EngineError {
  const message = `The engine is stopping, so it no longer waits for the run ${runId}. The run stays; getRun("${runId}") shows its state.`;
  return new EngineError('unavailable', message);
}
