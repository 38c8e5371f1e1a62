import { type EventDetails, eventError, type JobEventType } from '../../core/model/events.ts';
import type { RunOver } from '../../core/model/run.ts';
import { NO_OTHERS, type NodeEvent, type Others } from '../../core/nodes/membership.ts';
import type { Node } from '../nodes/node.ts';
import type { EventSubscription, JobEventListener } from '../ports/engine-port.ts';
import { Coalescer } from './coalescer.ts';
import { EventRing, type EventRingDeps } from './event-ring.ts';

/** Events for the other nodes gather for this long (ms). */
const GATHER_MS = 100;
/** Run events sent to the others one by one in that time; the rest are counted by job. */
const MOST_GATHERED = 500;
/** The other nodes send this long after the last subscriber left (ms): most come back, and miss nothing. */
const LINGER_MS = 60_000;

export interface EventFeedDeps extends EventRingDeps {
  readonly node: Pick<Node, 'watch' | 'notify'>;
}

/** The events of all nodes in one ring. Nodes send each other events only while one has a subscriber. */
export class EventFeed {
  readonly #with: EventFeedDeps;
  readonly #ring: EventRing;
  readonly #coalescer: Coalescer;
  #others: Others = NO_OTHERS;
  #isWatching = false;
  #gathered: NodeEvent[] = [];
  readonly #counted = new Map<string, number>();
  #cancelSending: (() => void) | undefined;
  #cancelLinger: (() => void) | undefined;

  constructor(deps: EventFeedDeps) {
    this.#with = deps;
    this.#ring = new EventRing(deps);
    this.#coalescer = new Coalescer(deps.clock, (jobId, count) => this.#count(jobId, count));
  }

  get subscribers(): number {
    return this.#ring.subscribers;
  }

  /** Publishes an event of the whole engine to the subscribers of this node alone. */
  emitHere(type: JobEventType, details: EventDetails = {}): void {
    this.#ring.emit(type, undefined, undefined, details);
  }

  emit(type: JobEventType, jobId: string, runId?: string, details: EventDetails = {}): void {
    this.#ring.emit(type, jobId, runId, details);
    if (!this.#others.isWatching) return;
    if (runId !== undefined && !this.#coalescer.admit(jobId)) return;
    if (runId !== undefined && this.#gathered.length >= MOST_GATHERED) return this.#count(jobId, 1);
    this.#gathered.push({ at: this.#with.clock.now(), type, jobId, runId, ...details });
    this.#sendSoon();
  }

  /** Publishes how far a bulk command is. `scope`: the bounds of its caller, if it has some. */
  emitBulk(type: 'bulk.progress' | 'bulk.finished', details: EventDetails, scope: string | undefined): void {
    const event = { at: this.#with.clock.now(), type, ...details, scope };
    this.#ring.receive(event);
    if (!this.#others.isWatching) return;
    this.#gathered.push(event);
    this.#sendSoon();
  }

  /** Publishes the ends of runs whose claims were taken back. */
  runsEnded(ended: readonly RunOver[]): void {
    for (const { status, jobId, runId, reason, error } of ended)
      this.emit(`run.${status}`, jobId, runId, { reason, error: error && eventError(error) });
  }

  receive(events: readonly NodeEvent[]): void {
    // That node may not know yet that nobody watches here.
    if (this.#isWatching) for (const event of events) this.#ring.receive(event);
  }

  othersChanged(others: Others): void {
    this.#others = others;
  }

  /** Events of the other nodes may have been lost. */
  noticesMissed(): void {
    if (this.#isWatching) this.#ring.reset();
  }

  /** The node has joined under a new id: the others do not know yet whether somebody watches here. */
  joined(): void {
    if (!this.#isWatching) return;
    this.#with.node.watch(true);
    this.#ring.reset();
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
    this.#sendNow();
  }

  #watch(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    if (this.#isWatching) return;
    this.#isWatching = true;
    // The ring lacks what the others did while nobody watched.
    if (this.#others.count > 0) this.#ring.reset();
    this.#with.node.watch(true);
  }

  #lingerIfAlone(): void {
    if (this.#ring.subscribers > 0) return;
    this.#cancelLinger?.();
    this.#cancelLinger = this.#with.clock.setTimer(LINGER_MS, () => {
      this.#isWatching = false;
      this.#with.node.watch(false);
    });
  }

  #count(jobId: string, count: number): void {
    this.#counted.set(jobId, (this.#counted.get(jobId) ?? 0) + count);
    this.#sendSoon();
  }

  #sendSoon(): void {
    this.#cancelSending ??= this.#with.clock.setTimer(GATHER_MS, () => this.#sendNow());
  }

  #sendNow(): void {
    this.#cancelSending?.();
    this.#cancelSending = undefined;
    const at = this.#with.clock.now();
    const counted = [...this.#counted].map(
      ([jobId, count]): NodeEvent => ({ at, type: 'runs.coalesced', jobId, count }),
    );
    const events = [...this.#gathered, ...counted];
    this.#gathered = [];
    this.#counted.clear();
    if (events.length > 0) this.#with.node.notify({ kind: 'events', events });
  }
}
