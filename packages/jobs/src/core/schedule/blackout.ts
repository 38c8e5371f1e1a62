import { FARTHEST_LOOK_MS } from '../calendars/calendar-windows.ts';
import { windowsOf } from '../calendars/job-calendar.ts';
import { assignedTime, latestDueBy, type SlotTimes } from './assigned-time.ts';
import { hasGrid } from './schedule.ts';
import { nextSlot, slotFromEnd } from './schedule-slots.ts';

/** A job as far as it decides which of its slots run. */
export interface Slots extends SlotTimes {
  readonly anchorAt: number;
}

/** P33, calendars and ends: the end of the window in which a slot is skipped; none for a slot that runs. */
export function blackoutEnd(job: SlotTimes, slot: number): number | undefined {
  return windowsOf(job, 'skip')?.endOf(assignedTime(job, slot));
}

/** The first slot from `slot` on that no window skips. None if there is no such slot within 5 years. */
export function slotThatRuns(job: Slots, slot: number): number | undefined {
  let at = slot;
  for (let end = blackoutEnd(job, at); end !== undefined; end = blackoutEnd(job, at)) {
    const next = firstDueFrom(job, end);
    if (next === undefined || next - slot > FARTHEST_LOOK_MS) return undefined;
    at = next;
  }
  return at;
}

/** The last slot of the window that skips a slot and ends at `end`. */
export function lastInBlackout(job: Slots, slot: number, end: number): number {
  return lastDueBy(job, slot, end - 1);
}

/** The last slot from `first` on that is due by `at`; `first` if there is none. */
export function lastDueBy(job: Slots, first: number, at: number): number {
  return slotFromEnd(job.schedule, job.anchorAt, first, latestDueBy(job, at), 1);
}

/** The last slot from `first` to `by` that no window skips. `first` is such a slot. */
export function lastThatRuns(job: Slots, first: number, by: number): number {
  const windows = windowsOf(job, 'skip');
  if (windows === undefined) return by;
  let slot = slotFromEnd(job.schedule, job.anchorAt, first, by, 1);
  while (slot > first && blackoutEnd(job, slot) !== undefined)
    slot = lastDueBy(job, first, windows.freeBefore(assignedTime(job, slot)));
  return slot;
}

/** When the first slot after `slot` is due that is due at another instant than it (P6, catch-up). */
export function nextDueAfter(job: Slots, slot: number): number | undefined {
  const next = firstDueFrom(job, assignedTime(job, slot) + 1);
  return next === undefined ? undefined : assignedTime(job, next);
}

/** The first of the slots from `first` on that are due together with `slot`. */
export function firstDueWith(job: Slots, slot: number, first: number): number {
  if (windowsOf(job, 'move') === undefined || !hasGrid(job.schedule)) return slot;
  return Math.max(first, firstDueFrom(job, assignedTime(job, slot)) ?? slot);
}

/** The first slot that is due at or after an instant. */
function firstDueFrom(job: Slots, at: number): number | undefined {
  return nextSlot(job.schedule, job.anchorAt, latestDueBy(job, at - 1));
}
