import { type WithCalendar, windowsOf } from '../calendars/job-calendar.ts';
import { boundsOf, type Schedule } from './schedule.ts';

/** A job as far as it decides when its slots are due. */
export interface SlotTimes extends WithCalendar {
  readonly id: string;
  readonly schedule: Schedule;
}

/**
 * When a slot of a job is due (P34, spread; P33, calendars and ends). Later slots are never due earlier. A
 * calendar that moves puts a slot at the end of its window, before and after the offset of the spread.
 */
export function assignedTime(job: SlotTimes, slot: number): number {
  const windows = windowsOf(job, 'move');
  if (windows === undefined) return slot + offsetOf(job);
  return windows.freeFrom(windows.freeFrom(slot) + offsetOf(job));
}

/** The latest instant whose slot is due by `now`: the inverse of {@link assignedTime}. */
export function latestDueBy(job: SlotTimes, now: number): number {
  const windows = windowsOf(job, 'move');
  if (windows === undefined) return now - offsetOf(job);
  return windows.freeBefore(windows.freeBefore(now) - offsetOf(job));
}

/** At least 0 and less than the spread: the same for a job as long as its spread is the same. */
function offsetOf({ id, schedule }: SlotTimes): number {
  const { spreadMs } = boundsOf(schedule);
  return spreadMs === undefined ? 0 : Math.floor(shareOf(id) * spreadMs);
}

/** FNV-1a, and the last step of MurmurHash3, which spreads ids that differ in their last character alone. */
function shareOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < id.length; n += 1) hash = Math.imul(hash ^ id.charCodeAt(n), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
