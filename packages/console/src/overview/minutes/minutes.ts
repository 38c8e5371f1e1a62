import type { Stats } from '@greenvue/jobs/client';
import type { RunStatus } from '../../ui/status/status.tsx';

type Minute = Stats['minutes'][number];

/** The outcomes in a bar, from bottom to top. */
export const OUTCOMES = [
  'succeeded',
  'skipped',
  'cancelled',
  'failed',
] as const satisfies readonly RunStatus[];
type Outcome = (typeof OUTCOMES)[number];

/** The last hour for the charts: in each list one number per minute, oldest first. */
export interface MinutePiles {
  /** Seconds since the epoch. */
  readonly seconds: number[];
  readonly counts: Readonly<Record<Outcome, number[]>>;
  /** The top of each outcome's part of the bar: its count plus all counts below it. */
  readonly tops: Readonly<Record<Outcome, number[]>>;
  readonly retried: number[];
  /** null: nothing started in that minute. */
  readonly latenessMs: (number | null)[];
}

/** The API sends `minutes` newest first; an older server sends none. */
export function minutePiles(minutes: readonly Minute[] | undefined): MinutePiles {
  const rows = (minutes ?? []).toReversed();
  const counts = byOutcome((outcome) => rows.map((row) => row[outcome]));
  const tops = byOutcome((outcome) => {
    const below = OUTCOMES.slice(0, OUTCOMES.indexOf(outcome) + 1);
    return rows.map((row) => below.reduce((sum, name) => sum + row[name], 0));
  });
  return {
    seconds: rows.map(({ minute }) => Date.parse(minute) / 1_000),
    counts,
    tops,
    retried: rows.map(({ retried }) => retried),
    latenessMs: rows.map(({ lateness_p99_ms: ms }) => ms),
  };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function byOutcome(listOf: (outcome: Outcome) => number[]): Record<Outcome, number[]> {
  return {
    succeeded: listOf('succeeded'),
    skipped: listOf('skipped'),
    cancelled: listOf('cancelled'),
    failed: listOf('failed'),
  };
}
