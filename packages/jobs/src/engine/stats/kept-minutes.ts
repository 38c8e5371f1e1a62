import type { Clock } from '../../core/clock.ts';
import { percentileMs } from '../../core/rules/run-measures.ts';
import type { JobStore } from '../../core/store/store.ts';
import type { HistoryCount } from '../../core/store/store-views.ts';
import type { MinuteCounts } from '../ports/engine-stats.ts';
import { KEPT } from './time-buckets.ts';

const MINUTE_MS = 60_000;

export interface KeptMinutesDeps {
  readonly store: Pick<JobStore, 'history'>;
  readonly clock: Clock;
}

/**
 * The minutes before this node started, from the runs that history still contains: a restart loses no chart
 * of the last hour. They count the runs of all nodes. Read once.
 */
export class KeptMinutes {
  readonly #with: KeptMinutesDeps;
  #reading: Promise<ReadonlyMap<number, Minute>> | undefined;

  constructor(deps: KeptMinutesDeps) {
    this.#with = deps;
  }

  /** Adds them to the `minutes` of a node that started at `startedAt`. */
  async addTo(minutes: readonly MinuteCounts[], startedAt: number): Promise<readonly MinuteCounts[]> {
    if (this.#with.clock.now() >= startedAt + KEPT * MINUTE_MS) return minutes;
    this.#reading ??= this.#read(startedAt).catch((error: unknown) => {
      this.#reading = undefined;
      throw error;
    });
    const kept = await this.#reading;
    return minutes.map((counts) => sumOf(counts, kept.get(counts.minute)));
  }

  async #read(startedAt: number): Promise<ReadonlyMap<number, Minute>> {
    const from = (Math.floor(startedAt / MINUTE_MS) - KEPT) * MINUTE_MS;
    const counts = await this.#with.store.history({ from, to: startedAt, stepMs: MINUTE_MS });
    const minutes = new Map<number, Minute>();
    for (const counted of counts ?? []) count(minutes, from + counted.step * MINUTE_MS, counted);
    return minutes;
  }
}

interface Minute {
  readonly counts: Record<'succeeded' | 'failed' | 'cancelled' | 'skipped', number>;
  readonly lateness: Map<number, number>;
}

function count(minutes: Map<number, Minute>, at: number, { measure, bucket, count: n }: HistoryCount): void {
  const minute = minutes.get(at) ?? {
    counts: { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 },
    lateness: new Map<number, number>(),
  };
  minutes.set(at, minute);
  if (measure === 'lateness') minute.lateness.set(bucket, n);
  else minute.counts[measure] += n;
}

function sumOf(counts: MinuteCounts, kept: Minute | undefined): MinuteCounts {
  if (kept === undefined) return counts;
  const started = [...kept.lateness.values()].reduce((sum, n) => sum + n, 0);
  const late = [percentileMs(kept.lateness, 0.99), counts.latenessP99Ms].filter((ms) => ms !== undefined);
  return {
    ...counts,
    started: counts.started + started,
    succeeded: counts.succeeded + kept.counts.succeeded,
    failed: counts.failed + kept.counts.failed,
    cancelled: counts.cancelled + kept.counts.cancelled,
    skipped: counts.skipped + kept.counts.skipped,
    latenessP99Ms: late.length === 0 ? undefined : Math.max(...late),
  };
}
