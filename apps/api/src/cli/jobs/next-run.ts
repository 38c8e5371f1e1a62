import type { Job, Preview } from '@greenvue/jobs/client';
import { instantAndDistance, instantText } from '../terminal/words.ts';

/** A sentence on when a job runs next. */
export function nextRunText(job: Job, now: number): string {
  if (job.next_run !== null) return `Its next run is at ${instantAndDistance(job.next_run, now)}.`;
  if (job.status === 'paused') return 'It is paused.';
  return job.on_demand ? 'It runs when somebody asks.' : 'It has no next run.';
}

/** A sentence on what an edit does to the next run, by its preview. */
export function movedRunText({ before, times: [after] }: Preview, now: number): string {
  if (after === undefined && before === null) return 'There is no next run, before and after.';
  if (after === undefined) return `There is no next run any more; it was at ${instantText(before ?? '')}.`;
  if (before === null) return `Next run: ${instantAndDistance(after, now)}.`;
  if (before === after) return `The next run stays at ${instantAndDistance(after, now)}.`;
  return `The next run moves from ${instantText(before)} to ${instantAndDistance(after, now)}.`;
}
