import type { Job } from '../model/job.ts';
import { assignedTime } from '../schedule/assigned-time.ts';
import { nextDueAfter } from '../schedule/blackout.ts';
import { hasGrid } from '../schedule/schedule.ts';
import { gapAfter } from '../schedule/schedule-slots.ts';

/** A slot taken later than this, or than half the gap to its next one, was missed (P6, catch-up). */
const MISSED_AFTER_MS = 60_000;

/** Whether a slot that is taken now was missed. */
export function isMissed(job: Job, slot: number, now: number): boolean {
  return now - assignedTime(job, slot) > Math.min(gapOf(job, slot) / 2, MISSED_AFTER_MS);
}

/** Time from when a slot is due to when the next one is that a calendar has not moved to the same instant. */
function gapOf(job: Job, slot: number): number {
  const { schedule, anchorAt, calendar } = job;
  if (calendar?.mode !== 'move' || !hasGrid(schedule)) return gapAfter(schedule, anchorAt, slot);
  return (nextDueAfter(job, slot) ?? Number.POSITIVE_INFINITY) - assignedTime(job, slot);
}
