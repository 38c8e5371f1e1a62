import type { JobHistory } from '@greenvue/jobs/client';

/** The outcomes in a bar, from bottom to top. */
export const OUTCOMES = ['succeeded', 'skipped', 'cancelled', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * A history for the charts: in each list one number per step, oldest first. null: no run has such a value.
 */
export interface TrendLines {
  /** The start of each step, in seconds since the epoch. */
  readonly seconds: number[];
  /** Length of a step in seconds. */
  readonly stepSeconds: number;
  /** The top of each outcome's part of the bar: its count plus all counts below it. */
  readonly tops: Readonly<Record<Outcome, number[]>>;
  readonly p50Ms: (number | null)[];
  readonly p95Ms: (number | null)[];
  readonly latenessMs: (number | null)[];
}

export function trendLines({ from, to, steps }: JobHistory): TrendLines {
  const topOf = (outcome: Outcome) => {
    const below = OUTCOMES.slice(0, OUTCOMES.indexOf(outcome) + 1);
    return steps.map((step) => below.reduce((sum, name) => sum + step[name], 0));
  };
  const [first, second] = steps;
  const stepMs = Date.parse(second?.from ?? to) - Date.parse(first?.from ?? from);
  return {
    seconds: steps.map((step) => Date.parse(step.from) / 1_000),
    stepSeconds: stepMs / 1_000,
    tops: {
      succeeded: topOf('succeeded'),
      skipped: topOf('skipped'),
      cancelled: topOf('cancelled'),
      failed: topOf('failed'),
    },
    p50Ms: steps.map(({ duration_ms: ms }) => ms?.p50 ?? null),
    p95Ms: steps.map(({ duration_ms: ms }) => ms?.p95 ?? null),
    latenessMs: steps.map(({ lateness_ms: ms }) => ms?.p95 ?? null),
  };
}
