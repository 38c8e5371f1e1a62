import type { Job } from '@greenvue/jobs/client';

const HOUR_MS = 3_600_000;

/** Which of some jobs, those with the soonest next run first, come due in the next hour. */
interface Upcoming {
  readonly soon: readonly Job[];
  /** More come due than these. */
  readonly hasMore: boolean;
  /** Nothing of what was read is still to come: what follows it is not known yet. */
  readonly isBehind: boolean;
}

/** What has come due since the jobs were read is to come no more. */
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
