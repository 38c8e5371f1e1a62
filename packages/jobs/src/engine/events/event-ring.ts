import type { Clock } from '../../core/clock.ts';
import type { JobEvent, JobEventType } from '../../core/events.ts';
import type { ToldEvent } from '../../core/membership.ts';
import type { EventSubscription, JobEventListener } from '../engine-port.ts';
import { Coalescer } from './coalescer.ts';

const CAPACITY = 10_000;

/** The newest events that this node knows of, for those who watch and those who come back. */
export class EventRing {
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  #ring: JobEvent[] = [];
  #lastId = 0;
  /** Before this one, some may have been missed. */
  #firstId = 1;
  readonly #listeners = new Set<JobEventListener>();
  readonly #coalescer: Coalescer;

  /** `failed` hears of a listener that threw, and is not asked again. */
  constructor(clock: Clock, failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
    this.#coalescer = new Coalescer(clock, (jobId, count) =>
      this.#push({ at: clock.now(), type: 'runs.coalesced', jobId, count }),
    );
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Tells an event of a job itself, or of a run; run events coalesce when they come thick. */
  emit(type: JobEventType, jobId: string, runId?: string, data?: JobEvent['data']): void {
    if (runId !== undefined && !this.#coalescer.admit(jobId)) return;
    this.#push(toldEvent({ at: this.#clock.now(), type, jobId, runId, data }));
  }

  /** An event that another node tells. */
  hear(event: ToldEvent): void {
    if (event.runId === undefined || this.#coalescer.admit(event.jobId)) this.#push(event);
  }

  /** Events may have been missed: who comes back with an older one, and who listens, has to read anew. */
  skip(): void {
    this.#lastId += 1;
    this.#firstId = this.#lastId + 1;
    // A listener may listen anew.
    for (const listener of [...this.#listeners]) this.#tell(listener, 'reset');
  }

  /** Tells what was only counted so far. */
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

  #push(event: ToldEvent): void {
    const told = { id: ++this.#lastId, ...event };
    this.#ring[told.id % CAPACITY] = told;
    for (const listener of this.#listeners) this.#tell(listener, told);
  }

  #tell(listener: JobEventListener, what: JobEvent | 'reset'): void {
    try {
      const told: unknown = listener(what);
      // One may be `async` all the same.
      if (told instanceof Promise) told.catch((error: unknown) => this.#letGo(listener, error));
    } catch (error) {
      this.#letGo(listener, error);
    }
  }

  #letGo(listener: JobEventListener, error: unknown): void {
    if (this.#listeners.delete(listener)) this.#failed(error);
  }
}

/** Without the parts that it does not have. */
export function toldEvent({
  at,
  type,
  jobId,
  runId,
  data,
}: Pick<ToldEvent, 'at' | 'type' | 'jobId'> & {
  readonly runId: string | undefined;
  readonly data: JobEvent['data'] | undefined;
}): ToldEvent {
  const told: { -readonly [K in keyof ToldEvent]: ToldEvent[K] } = { at, type, jobId };
  if (runId !== undefined) told.runId = runId;
  if (data !== undefined) told.data = data;
  return told;
}
