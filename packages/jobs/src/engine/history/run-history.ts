import { FINISHED_STATUSES, type FinishedStatus } from '../../core/model/run.ts';
import { type BucketCounts, type Measure, percentileMs } from '../../core/rules/run-measures.ts';
import type { HistoryCount } from '../../core/store/store-views.ts';
import type { HistoryNumbers, Percentiles, RunHistory } from '../ports/engine-stats.ts';

/** The range and the steps of a history, in ms. */
export interface HistorySteps {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** The counts of finished runs as people read them (P18, bounds). Each step of the range has numbers. */
export function runHistoryOf(
  counts: readonly HistoryCount[],
  { from, to, stepMs }: HistorySteps,
): RunHistory {
  const total = emptyTally();
  const steps = Array.from({ length: Math.ceil((to - from) / stepMs) }, emptyTally);
  for (const counted of counts) {
    add(total, counted);
    const step = steps[counted.step];
    if (step !== undefined) add(step, counted);
  }
  return {
    from,
    to,
    stepMs,
    total: numbersOf(total),
    steps: steps.map((tally, n) => ({ from: from + n * stepMs, ...numbersOf(tally) })),
  };
}

type Tally = Readonly<Record<Measure, Map<number, number>>>;

function emptyTally(): Tally {
  return {
    succeeded: new Map(),
    failed: new Map(),
    cancelled: new Map(),
    skipped: new Map(),
    lateness: new Map(),
  };
}

function add(tally: Tally, { measure, bucket, count }: HistoryCount): void {
  const counts = tally[measure];
  counts.set(bucket, (counts.get(bucket) ?? 0) + count);
}

function numbersOf(tally: Tally): HistoryNumbers {
  const counts: Record<FinishedStatus, number> = { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 };
  for (const status of FINISHED_STATUSES) for (const count of tally[status].values()) counts[status] += count;
  const judged = counts.succeeded + counts.failed;
  return {
    counts,
    successRate: judged === 0 ? undefined : counts.succeeded / judged,
    durationMs: percentilesOf(tally.succeeded),
    failedDurationMs: percentilesOf(tally.failed),
    latenessMs: percentilesOf(tally.lateness),
  };
}

function percentilesOf(counts: BucketCounts): Percentiles | undefined {
  const p50 = percentileMs(counts, 0.5);
  const p95 = percentileMs(counts, 0.95);
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}
