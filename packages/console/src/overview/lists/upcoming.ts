import type { Job } from '@greenvue/jobs/client';

const HOUR_MS = 3_600_000;

/** The jobs due in the next hour, from a list sorted by next run. */
interface Upcoming {
  readonly soon: readonly Job[];
  /** Whether more jobs are due than these. */
  readonly hasMore: boolean;
  /** Whether every job in the list was already due, so that the next ones are unknown. */
  readonly isBehind: boolean;
}

/** Leaves out jobs that became due since they were read. */
export function upcomingOf(jobs: readonly Job[], now: number, shown: number): Upcoming {
  const isOver = ({ next_run: next }: Job): boolean => next !== null && Date.parse(next) <= now;
  const isSoon = (job: Job): boolean =>
    job.next_run !== null && !isOver(job) && Date.parse(job.next_run) <= now + HOUR_MS;
  const soon = jobs.filter(isSoon);
  return {
    soon: soon.slice(0, shown),
    hasMore: soon.length > shown,
    isBehind: soon.length === 0 && jobs.some(isOver),
  };
}
