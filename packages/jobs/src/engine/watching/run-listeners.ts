import type { JobEvent } from '../../core/model/events.ts';
import type { StoreReads } from '../../core/store/store.ts';
import type { EngineLogger } from '../engine-logger.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { RunEvent, RunEventType, RunListenerOptions, RunSubscription } from '../jobs-port.ts';
import { resultOf } from './run-result.ts';

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

/**
 * Listens to events of runs of one job type. An event names no type and carries no result, so each is read
 * with its run, one after the other: the listener gets events in their order.
 */
export function listenToRuns(
  { store, events, logger }: RunListenersDeps,
  wanted: Wanted,
  { onMissed }: RunListenerOptions = {},
): RunSubscription {
  /** Whether a job is of the type, by its id. */
  const known = new Map<string, boolean>();
  let isOver = false;
  let turn = Promise.resolve();

  async function deliver(event: JobEvent, type: RunEventType, runId: string): Promise<void> {
    if (isOver || known.get(event.jobId) === false) return;
    const view = await store.getRun(runId);
    // It was pruned, or its job was deleted.
    if (view === undefined || isOver) return;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(event.jobId, view.type === wanted.type);
    if (view.type !== wanted.type) return;
    const { id, at, jobId } = event;
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

  function missed(): void {
    known.clear();
    if (onMissed !== undefined) queue(() => call(onMissed));
  }

  function queue(work: () => Promise<void>): void {
    turn = turn.then(work).catch((err: unknown) => {
      logger.warn({ err }, 'an event of a run could not be delivered, because the run could not be read');
      if (onMissed !== undefined && !isOver) return call(onMissed);
      return undefined;
    });
  }

  const { unsubscribe } = events.subscribe((event) => {
    if (event === 'reset' || event.type === 'runs.coalesced') return missed();
    const { runId } = event;
    // The id may stand for a job of another type from now on.
    if (event.type === 'job.deleted') known.delete(event.jobId);
    const type = wanted.events.find((name) => name === event.type);
    if (type !== undefined && runId !== undefined) queue(() => deliver(event, type, runId));
  });
  function end(): void {
    isOver = true;
    unsubscribe();
  }
  return { unsubscribe: end };
}
