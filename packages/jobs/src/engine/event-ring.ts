import type { Clock } from '../core/clock.ts';
import type { JobEvent, JobEventType } from '../core/events.ts';
import type { EventSubscription } from './engine-port.ts';

const CAPACITY = 10_000;
/** Run events of one job that are told one by one in a second; the rest are counted (P18, section 6 of the design). */
const EACH_A_SECOND = 200;

const SECOND_MS = 1_000;

interface Burst {
  second: number;
  told: number;
  untold: number;
}

/** The node's newest events, for those who watch and those who come back. */
export class EventRing {
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  #ring: JobEvent[] = [];
  #lastId = 0;
  readonly #listeners = new Set<(event: JobEvent) => void>();
  readonly #bursts = new Map<string, Burst>();
  #cancelFlush: (() => void) | undefined;

  /** `failed` hears of a listener that threw, and is not asked again. */
  constructor(clock: Clock, failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /** Tells an event of a job itself, or of a run; run events coalesce when they come thick. */
  emit(type: JobEventType, jobId: string, runId?: string, data?: JobEvent['data']): void {
    if (runId !== undefined && this.#isTooMany(jobId)) return;
    this.#push({
      type,
      jobId,
      ...(runId === undefined ? {} : { runId }),
      ...(data === undefined ? {} : { data }),
    });
  }

  /** Tells what was only counted so far. */
  stop(): void {
    this.#flush(Number.POSITIVE_INFINITY);
    this.#cancelFlush?.();
  }

  /** Tells what was only counted before this second, and forgets jobs that have calmed down; once a second while there are any. */
  #flush(second: number): void {
    this.#cancelFlush = undefined;
    for (const [jobId, burst] of this.#bursts) {
      if (burst.second >= second) continue;
      if (burst.untold > 0) this.#push({ type: 'runs.coalesced', jobId, count: burst.untold });
      this.#bursts.delete(jobId);
    }
    if (this.#bursts.size > 0) this.#flushSoon();
  }

  #flushSoon(): void {
    this.#cancelFlush ??= this.#clock.setTimer(SECOND_MS, () => this.#flush(this.#second()));
  }

  #second(): number {
    return Math.floor(this.#clock.monotonic() / SECOND_MS);
  }

  subscribe(listener: (event: JobEvent) => void, after?: number): EventSubscription {
    this.#listeners.add(listener);
    const unsubscribe = () => void this.#listeners.delete(listener);
    return { backlog: this.#since(after), lastId: this.#lastId, unsubscribe };
  }

  #since(after: number | undefined): readonly JobEvent[] | 'reset' {
    if (after === undefined || after === this.#lastId) return [];
    const oldest = this.#lastId - Math.min(this.#lastId, CAPACITY) + 1;
    if (after > this.#lastId || after < oldest - 1) return 'reset';
    const missed: JobEvent[] = [];
    for (let id = after + 1; id <= this.#lastId; id++) {
      const event = this.#ring[id % CAPACITY];
      if (event !== undefined) missed.push(event);
    }
    return missed;
  }

  #push(event: Omit<JobEvent, 'id' | 'at'>): void {
    const told = { id: ++this.#lastId, at: this.#clock.now(), ...event };
    this.#ring[told.id % CAPACITY] = told;
    for (const listener of this.#listeners) {
      try {
        listener(told);
      } catch (error) {
        this.#listeners.delete(listener);
        this.#failed(error);
      }
    }
  }

  #isTooMany(jobId: string): boolean {
    const second = this.#second();
    const burst = this.#bursts.get(jobId);
    if (burst === undefined || burst.second !== second) {
      if (burst !== undefined && burst.untold > 0)
        this.#push({ type: 'runs.coalesced', jobId, count: burst.untold });
      this.#bursts.set(jobId, { second, told: 1, untold: 0 });
      this.#flushSoon();
      return false;
    }
    if (burst.told < EACH_A_SECOND) {
      burst.told++;
      return false;
    }
    burst.untold++;
    return true;
  }
}
