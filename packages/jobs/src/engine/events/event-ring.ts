import type { Clock } from '../../core/clock.ts';
import type { EventDetails, JobEvent, JobEventType } from '../../core/model/events.ts';
import type { NodeEvent } from '../../core/nodes/membership.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';
import type { EventSubscription, JobEventListener } from '../ports/engine-port.ts';
import { Coalescer } from './coalescer.ts';

const CAPACITY = 10_000;

export interface EventRingDeps {
  readonly clock: Clock;
  readonly logger: Pick<EngineLogger, 'error'>;
}

/** The newest 10,000 events that this node knows of. A subscriber who comes back gets those it missed. */
export class EventRing {
  readonly #with: EventRingDeps;
  #ring: JobEvent[] = [];
  #lastId = 0;
  /** Before this id, events may be missing. */
  #firstId = 1;
  readonly #listeners = new Set<JobEventListener>();
  readonly #coalescer: Coalescer;

  constructor(deps: EventRingDeps) {
    const { clock } = deps;
    this.#with = deps;
    this.#coalescer = new Coalescer(clock, (jobId, count) =>
      this.#push({ at: clock.now(), type: 'runs.coalesced', jobId, count }),
    );
  }

  get subscribers(): number {
    return this.#listeners.size;
  }

  /** Publishes an event of a job, or of a run. Above 200 a second, the run events of a job are counted. */
  emit(type: JobEventType, jobId?: string, runId?: string, details: EventDetails = {}): void {
    if (runId !== undefined && jobId !== undefined && !this.#coalescer.admit(jobId)) return;
    this.#push({ at: this.#with.clock.now(), type, jobId, runId, ...details });
  }

  receive(event: NodeEvent): void {
    const { jobId, runId } = event;
    if (runId === undefined || jobId === undefined || this.#coalescer.admit(jobId)) this.#push(event);
  }

  /** Events may have been lost: all subscribers, and those who come back, have to reload their data. */
  reset(): void {
    this.#lastId += 1;
    this.#firstId = this.#lastId + 1;
    // A copy: a listener may subscribe again.
    for (const listener of [...this.#listeners]) this.#call(listener, 'reset');
  }

  stop(): void {
    this.#coalescer.stop();
  }

  subscribe(listener: JobEventListener, after?: number): EventSubscription {
    this.#listeners.add(listener);
    const unsubscribe = () => void this.#listeners.delete(listener);
    return { backlog: this.#since(after), lastId: this.#lastId, unsubscribe };
  }

  #since(after: number | undefined): readonly JobEvent[] | 'reset' {
    if (after === undefined || after === this.#lastId) return [];
    const oldest = Math.max(this.#lastId - CAPACITY + 1, this.#firstId);
    if (after > this.#lastId || after < oldest - 1) return 'reset';
    const missed: JobEvent[] = [];
    for (let id = after + 1; id <= this.#lastId; id++) {
      const event = this.#ring[id % CAPACITY];
      if (event !== undefined) missed.push(event);
    }
    return missed;
  }

  #push(event: NodeEvent): void {
    const numbered = { id: ++this.#lastId, ...event };
    this.#ring[numbered.id % CAPACITY] = numbered;
    for (const listener of this.#listeners) this.#call(listener, numbered);
  }

  #call(listener: JobEventListener, event: JobEvent | 'reset'): void {
    try {
      const returned: unknown = listener(event);
      // A listener may be `async`, whatever its type says.
      if (returned instanceof Promise) returned.catch((error: unknown) => this.#remove(listener, error));
    } catch (error) {
      this.#remove(listener, error);
    }
  }

  #remove(listener: JobEventListener, err: unknown): void {
    if (this.#listeners.delete(listener))
      this.#with.logger.error({ err }, 'a subscriber to job events threw an error and was removed');
  }
}
