import type { FinishedStatus, RunOrigin } from '../model/run.ts';

/**
 * What is counted of a finished run (P18, bounds): its status, with the duration of its last attempt; and how
 * late that attempt started.
 */
export type Measure = FinishedStatus | 'lateness';

/** The bucket of a run that has no duration, because it never started or is of an older version. */
export const UNMEASURED = -1;

const SMALLEST_MS = 1;
const LARGEST_MS = 7 * 24 * 3_600_000;
const STEP = 1.3;

/**
 * Upper bounds (ms), ascending; each includes values equal to it. Databases contain positions in this list,
 * so never change it. A bound is at most 1.3 times the one before.
 */
export const BUCKET_BOUNDS_MS: readonly number[] = boundsMs();

function boundsMs(): readonly number[] {
  const bounds: number[] = [];
  for (let ms = SMALLEST_MS; ms < LARGEST_MS; ms = Math.max(ms + 1, Math.floor(ms * STEP))) bounds.push(ms);
  return [...bounds, LARGEST_MS];
}

/** The buckets of short durations, looked up: most runs are short, and each run is counted. */
const SHORT: readonly number[] = Array.from({ length: 1_024 }, (_, ms) => firstAtLeast(ms));

/** The bucket of a duration. What is longer than a week is in the bucket of a week. */
export function bucketOf(ms: number): number {
  return SHORT[Math.max(0, Math.trunc(ms))] ?? firstAtLeast(ms);
}

function firstAtLeast(ms: number): number {
  let low = 0;
  let high = BUCKET_BOUNDS_MS.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((BUCKET_BOUNDS_MS[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The number of values in each bucket. */
export type BucketCounts = ReadonlyMap<number, number>;

/**
 * The duration (ms) that this share of the counted values does not exceed: the geometric middle of its
 * bucket. At most 15 % from the exact value, and exact up to 7 ms. Undefined without values.
 */
export function percentileMs(counts: BucketCounts, share: number): number | undefined {
  const measured = [...counts].filter(([bucket]) => bucket !== UNMEASURED).sort(([a], [b]) => a - b);
  const total = measured.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of measured) {
    seen += count;
    if (seen >= total * share) return middleMs(bucket);
  }
  return undefined;
}

function middleMs(bucket: number): number {
  const high = BUCKET_BOUNDS_MS[bucket] ?? LARGEST_MS;
  const low = (BUCKET_BOUNDS_MS[bucket - 1] ?? 0) + 1;
  return Math.round(Math.sqrt(low * high));
}

/**
 * When a run could have started: at its slot or at the request for it, unless `dueAt` says otherwise: it
 * waited for its own `run_at`, for its next attempt, or for the end of a pause.
 */
export function dueAtOf(
  run: Pick<RunOrigin, 'scheduledFor' | 'queuedAt'> & { readonly dueAt?: number },
): number {
  return run.dueAt ?? run.scheduledFor ?? run.queuedAt;
}
