import { type Job, nextSlotOf } from '../model/job.ts';
import { assignedTime } from '../schedule/assigned-time.ts';
import { blackoutEnd, lastInBlackout } from '../schedule/blackout.ts';

/**
 * When the next slot is taken: when it is due, or the last one of the window that skips it (P33, calendars
 * and ends).
 */
export function slotTakenAt(job: Job): number | undefined {
  const slot = job.calendar?.mode === 'skip' ? nextSlotOf(job) : undefined;
  const end = slot === undefined ? undefined : blackoutEnd(job, slot);
  if (slot === undefined || end === undefined) return job.nextRunAt;
  return assignedTime(job, lastInBlackout(job, slot, end));
}
