import type { Clock } from '../../core/clock.ts';
import type { JobEvent, JobEventType } from '../../core/events.ts';
import { NO_OTHERS, type Others, type ToldEvent } from '../../core/membership.ts';
import type { RunOver } from '../../core/run.ts';
import type { EventSubscription, JobEventListener } from '../engine-port.ts';
import { Coalescer } from './coalescer.ts';
import { EventRing, toldEvent } from './event-ring.ts';

/** Events for the other nodes gather for so long. */
const GATHER_MS = 100;
/** Run events that are told to the others one by one in that time; the rest are counted by job. */
const MOST_GATHERED = 500;
/**
 * How long other nodes keep sending events after the last watcher has gone: most come back, and then have
 * missed nothing.
 */
const LINGER_MS = 60_000;

export interface EventFeedDeps {
  readonly clock: Clock;
  /** A listener threw, and hears no more. */
  failed(error: unknown): void;
  /** Somebody watches events on this node, or nobody any more: so the others tell of theirs, or don't. */
  watch(isWatching: boolean): void;
  /** To the other nodes. */
  tell(events: readonly ToldEvent[]): void;
}

/**
 * The events of all nodes, as this one shows them: its own and what the others tell, in its own ring and
 * order. Nothing is told from node to node unless somebody watches.
 */
export class EventFeed {
  readonly #with: EventFeedDeps;
  readonly #ring: EventRing;
  readonly #coalescer: Coalescer;
  #others: Others = NO_OTHERS;
  #isWatching = false;
  #gathered: ToldEvent[] = [];
  readonly #counted = new Map<string, number>();
  #cancelTelling: (() => void) | undefined;
  #cancelLinger: (() => void) | undefined;

  constructor(deps: EventFeedDeps) {
    this.#with = deps;
    this.#ring = new EventRing(deps.clock, deps.failed);
    this.#coalescer = new Coalescer(deps.clock, (jobId, count) => this.#count(jobId, count));
  }

  /** How many listen here. */
  get listeners(): number {
    return this.#ring.listeners;
  }

  /** An event of this node. */
  emit(type: JobEventType, jobId: string, runId?: string, data?: JobEvent['data']): void {
    this.#ring.emit(type, jobId, runId, data);
    if (!this.#others.isWatching) return;
    if (runId !== undefined && !this.#coalescer.admit(jobId)) return;
    if (runId !== undefined && this.#gathered.length >= MOST_GATHERED) return this.#count(jobId, 1);
    this.#gathered.push(toldEvent({ at: this.#with.clock.now(), type, jobId, runId, data }));
    this.#tellSoon();
  }

  /** These runs are over, since their claims were taken back. */
  runsOver(ended: readonly RunOver[]): void {
    for (const { status, jobId, runId } of ended) this.emit(`run.${status}`, jobId, runId);
  }

  /** Events of another node. */
  hear(events: readonly ToldEvent[]): void {
    // One that does not know yet that nobody watches here.
    if (this.#isWatching) for (const event of events) this.#ring.hear(event);
  }

  meet(others: Others): void {
    this.#others = others;
  }

  /** What the others told may not have come here. */
  missed(): void {
    if (this.#isWatching) this.#ring.skip();
  }

  /** The node is known to the others, under a new id: they don't know yet whether somebody watches. */
  joined(): void {
    if (!this.#isWatching) return;
    this.#with.watch(true);
    this.#ring.skip();
  }

  subscribe(listener: JobEventListener, after?: number): EventSubscription {
    this.#watch();
    const { unsubscribe, ...subscription } = this.#ring.subscribe(listener, after);
    return {
      ...subscription,
      unsubscribe: () => {
        unsubscribe();
        this.#lingerIfAlone();
      },
    };
  }

  stop(): void {
    this.#ring.stop();
    this.#coalescer.stop();
    this.#cancelLinger?.();
    this.#tellNow();
  }

  #watch(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    if (this.#isWatching) return;
    this.#isWatching = true;
    // What the others did while nobody watched is not in the ring.
    if (this.#others.count > 0) this.#ring.skip();
    this.#with.watch(true);
  }

  #lingerIfAlone(): void {
    if (this.#ring.listeners > 0) return;
    this.#cancelLinger?.();
    this.#cancelLinger = this.#with.clock.setTimer(LINGER_MS, () => {
      this.#isWatching = false;
      this.#with.watch(false);
    });
  }

  #count(jobId: string, count: number): void {
    this.#counted.set(jobId, (this.#counted.get(jobId) ?? 0) + count);
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#cancelTelling ??= this.#with.clock.setTimer(GATHER_MS, () => this.#tellNow());
  }

  #tellNow(): void {
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
    const at = this.#with.clock.now();
    const counted = [...this.#counted].map(
      ([jobId, count]): ToldEvent => ({ at, type: 'runs.coalesced', jobId, count }),
    );
    const events = [...this.#gathered, ...counted];
    this.#gathered = [];
    this.#counted.clear();
    if (events.length > 0) this.#with.tell(events);
  }
}
