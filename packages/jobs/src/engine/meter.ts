import type { Clock } from '../core/clock.ts';
import type { EngineStats } from './engine-port.ts';

export type Ending = 'succeeded' | 'failed' | 'cancelled' | 'retried';

const SECONDS = 60;
/** Lateness in steps of a fifth: bucket i holds what is under 1.2^i ms; 96 of them reach beyond 11 hours. */
const STEP = 1.2;
const BUCKETS = 96;

interface Second {
  second: number;
  started: number;
  maxLateness: number;
  readonly finished: Record<Ending, number>;
  readonly lateness: Uint32Array;
}

/** What this node did since its start, and in the last minute, in constant space. */
export class Meter {
  readonly #clock: Clock;
  readonly #total: Record<Ending, number> = { succeeded: 0, failed: 0, cancelled: 0, retried: 0 };
  readonly #seconds: Second[] = Array.from({ length: SECONDS }, () => emptySecond());

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  started(latenessMs: number): void {
    const second = this.#current();
    second.started++;
    second.maxLateness = Math.max(second.maxLateness, latenessMs);
    const bucket =
      latenessMs < 1 ? 0 : Math.min(Math.ceil(Math.log(latenessMs) / Math.log(STEP)), BUCKETS - 1);
    second.lateness[bucket] = (second.lateness[bucket] ?? 0) + 1;
  }

  finished(ending: Ending): void {
    this.#current().finished[ending]++;
    this.#total[ending]++;
  }

  get sinceStart(): EngineStats['sinceStart'] {
    return { ...this.#total };
  }

  lastMinute(): EngineStats['lastMinute'] {
    const oldest = this.#now() - SECONDS;
    const total = emptySecond();
    for (const second of this.#seconds) {
      if (second.second <= oldest) continue;
      total.started += second.started;
      total.maxLateness = Math.max(total.maxLateness, second.maxLateness);
      for (const ending of ['succeeded', 'failed', 'cancelled', 'retried'] as const) {
        total.finished[ending] += second.finished[ending];
      }
      for (const [bucket, count] of second.lateness.entries())
        total.lateness[bucket] = (total.lateness[bucket] ?? 0) + count;
    }
    const { started, finished } = total;
    return { started, finished, latenessMs: started === 0 ? undefined : percentiles(total) };
  }

  #now(): number {
    return Math.floor(this.#clock.monotonic() / 1_000);
  }

  #current(): Second {
    const now = this.#now();
    const index = now % SECONDS;
    const known = this.#seconds[index];
    if (known?.second === now) return known;
    const fresh = { ...emptySecond(), second: now };
    this.#seconds[index] = fresh;
    return fresh;
  }
}

function percentiles(total: Second): NonNullable<EngineStats['lastMinute']['latenessMs']> {
  const at = (share: number): number => {
    let seen = 0;
    for (const [bucket, count] of total.lateness.entries()) {
      seen += count;
      if (seen >= total.started * share) return Math.min(round(STEP ** bucket), round(total.maxLateness));
    }
    return round(total.maxLateness);
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: round(total.maxLateness) };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function emptySecond(): Second {
  return {
    second: Number.NEGATIVE_INFINITY,
    started: 0,
    maxLateness: 0,
    finished: { succeeded: 0, failed: 0, cancelled: 0, retried: 0 },
    lateness: new Uint32Array(BUCKETS),
  };
}
