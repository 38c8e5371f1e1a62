import type { Run } from '@greenvue/jobs/client';

/** The duration of a finished run's last attempt. */
export interface TrendPoint {
  readonly run: Run;
  /** When the attempt started, in ms. */
  readonly at: number;
  readonly tookMs: number;
  readonly failed: boolean;
}

export interface DurationTrend {
  /** Oldest first. */
  readonly points: readonly TrendPoint[];
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly slowestMs: number;
}

/** The largest number of finished runs in a trend. */
export const TREND_RUNS = 200;

/** The durations of the newest runs that succeeded or failed. Cancelled runs say nothing about durations. */
export function durationTrend(runs: readonly Run[]): DurationTrend | undefined {
  const points = runs
    .map(pointOf)
    .filter((point) => point !== undefined)
    .sort((a, b) => a.at - b.at)
    .slice(-TREND_RUNS);
  if (points.length === 0) return undefined;
  const sorted = points.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return {
    points,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    slowestMs: percentile(sorted, 1),
  };
}

/** Whether a run is a point of the trend. */
export function hasDuration(run: Run): boolean {
  return pointOf(run) !== undefined;
}

function pointOf(run: Run): TrendPoint | undefined {
  if (run.status !== 'succeeded' && run.status !== 'failed') return undefined;
  if (run.started_at === null || run.finished_at === null) return undefined;
  const at = Date.parse(run.started_at);
  return { run, at, tookMs: Math.max(Date.parse(run.finished_at) - at, 0), failed: run.status === 'failed' };
}

/** The nearest rank: a measured value, never an average of two. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0;
}
