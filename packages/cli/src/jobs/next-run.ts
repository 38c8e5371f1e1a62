import type { Job, Preview } from '@greenvue/jobs/client';
import { instantAndDistance, instantText } from '../terminal/words.ts';

/** When a slot is due, with the slot itself if it is another time: see `spread`. */
export function dueText(due: string, slot: string | null | undefined, now: number): string {
  const isSpread = typeof slot === 'string' && slot !== due;
  return `${instantAndDistance(due, now)}${isSpread ? `, for the slot at ${instantText(slot)}` : ''}`;
}

/** A sentence about the next run of a job. */
export function nextRunText(job: Job, now: number): string {
  if (job.next_run !== null) return `Its next run is at ${instantAndDistance(job.next_run, now)}.`;
  if (job.status === 'paused') return 'It is paused.';
  if (job.after != null) return `It runs when a run of ${job.after.job} has ${endWords(job.after.on)}.`;
  return job.on_demand ? 'It runs only on request.' : 'It has no next run.';
}

/** Completes "when a run has": which ends of the other job start a run of a chain. */
export function endWords(on: NonNullable<Job['after']>['on']): string {
  return on === 'finished' ? 'succeeded or failed' : on;
}

/** A sentence about the effect of an edit on the next run. */
export function movedRunText({ before, times: [after] }: Preview, now: number): string {
  if (after === undefined && before === null) return 'The job has no next run, before and after the edit.';
  if (after === undefined) return `The job will have no next run; it was at ${instantText(before ?? '')}.`;
  if (before === null) return `Next run: ${instantAndDistance(after, now)}.`;
  if (before === after) return `The next run stays at ${instantAndDistance(after, now)}.`;
  return `The next run moves from ${instantText(before)} to ${instantAndDistance(after, now)}.`;
}
