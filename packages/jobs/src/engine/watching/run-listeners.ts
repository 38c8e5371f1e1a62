import type { JobEvent } from '../../core/model/events.ts';
import type { StoreReads } from '../../core/store/store.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';
import type { RunEvent, RunEventType, RunListenerOptions, RunSubscription } from '../ports/jobs-port.ts';
import { resultOf } from './run-result.ts';
import { WorkQueue } from './work-queue.ts';

export interface RunListenersDeps {
  readonly store: Pick<StoreReads, 'getRun'>;
  readonly events: Pick<EventFeed, 'subscribe'>;
  readonly logger: Pick<EngineLogger, 'error' | 'warn'>;
}

interface Wanted {
  readonly events: readonly RunEventType[];
  /** The name of the job type. */
  readonly type: string;
  readonly listener: (event: RunEvent) => unknown;
}

/** The most jobs whose type a listener remembers. */
const MOST_KNOWN = 10_000;
/** The most events that wait for a slow listener. */
const MOST_WAITING = 10_000;

/** One listener of an engine. */
export interface RunListener extends RunSubscription {
  /** Resolves once the listener has been called with all events so far, and its calls have ended. */
  caughtUp(): Promise<unknown>;
}

/** What an event of a run names. */
interface OfRun {
  readonly jobId: string;
  readonly runId: string;
}

/** The listeners of one engine. */
export class RunListeners {
  readonly #with: RunListenersDeps;
  readonly #listeners = new Set<RunListener>();

  constructor(deps: RunListenersDeps) {
    this.#with = deps;
  }

  add(wanted: Wanted, options?: RunListenerOptions): RunSubscription {
    const listener = listenToRuns(this.#with, wanted, options);
    this.#listeners.add(listener);
    return {
      unsubscribe: () => {
        this.#listeners.delete(listener);
        listener.unsubscribe();
      },
    };
  }

  caughtUp(): Promise<unknown> {
    return Promise.all([...this.#listeners].map((listener) => listener.caughtUp()));
  }

  /** Calls no listener from now on. */
  stop(): void {
    for (const listener of this.#listeners) listener.unsubscribe();
    this.#listeners.clear();
  }
}

/**
 * Listens to events of runs of one job type. An event names no type and carries no result, so each is read
 * with its run, one after the other: the listener gets events in their order.
 */
export function listenToRuns(
  { store, events, logger }: RunListenersDeps,
  wanted: Wanted,
  { onMissed }: RunListenerOptions = {},
): RunListener {
  /** Whether a job is of the type, by its id. Another map, once the ids may stand for other jobs. */
  let known = new Map<string, boolean>();
  let isOver = false;
  const queue = new WorkQueue({
    most: MOST_WAITING,
    full: () => logger.warn({}, 'a listener to events of runs is too slow: newer events were dropped'),
    caughtUp: tellMissed,
    failed: (err) => {
      logger.warn({ err }, 'an event of a run could not be delivered, because the run could not be read');
      return tellMissed();
    },
  });

  async function deliver(event: JobEvent & OfRun, type: RunEventType, jobs: typeof known) {
    const { id, at, jobId, runId } = event;
    if (isOver || jobs.get(jobId) === false) return;
    const view = await store.getRun(runId);
    // It was pruned, or its job was deleted.
    if (view === undefined || isOver) return;
    if (jobs.size >= MOST_KNOWN) jobs.clear();
    jobs.set(jobId, view.type === wanted.type);
    if (view.type !== wanted.type) return;
    const { run } = view;
    await call(() =>
      wanted.listener({ type, id, at, jobId, run, result: resultOf(run), errors: run.errors }),
    );
  }

  async function call(listener: () => unknown): Promise<void> {
    try {
      await listener();
    } catch (err) {
      end();
      logger.error({ err }, 'a listener to events of runs threw an error and was removed');
    }
  }

  async function tellMissed(): Promise<void> {
    if (onMissed !== undefined && !isOver) await call(onMissed);
  }

  const { unsubscribe } = events.subscribe((event) => {
    const isMissing = event === 'reset' || event.type === 'runs.coalesced';
    // An id may stand for a job of another type from now on.
    if (isMissing || event.type === 'job.deleted') known = new Map();
    if (isMissing) return queue.add(tellMissed);
    const { jobId, runId } = event;
    const jobs = known;
    const type = wanted.events.find((name) => name === event.type);
    if (type !== undefined && jobId !== undefined && runId !== undefined)
      queue.add(() => deliver({ ...event, jobId, runId }, type, jobs));
  });
  function end(): void {
    isOver = true;
    unsubscribe();
  }
  return { unsubscribe: end, caughtUp: () => queue.caughtUp() };
}
