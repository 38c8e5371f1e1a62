import type { JobCalendar } from '../calendars/job-calendar.ts';
import { type Slots, slotThatRuns } from '../schedule/blackout.ts';
import { hasEnd, type Schedule } from '../schedule/schedule.ts';
import { firstSlot, nextSlot } from '../schedule/schedule-slots.ts';
import { NO_END_LEFT, NO_SLOT_LEFT, NO_SLOT_OUTSIDE, noCalendar, RUN_AT_PAST } from './command-refusals.ts';
import type { Refusal } from './refusal.ts';

/** A new `run_at` may be this far past: clocks and networks are not exact (P2, schedule; P16, edit). */
export const RUN_AT_TOLERANCE_MS = 60_000;

/** P2, schedule: why no job may be made with this schedule now. */
export function scheduleRefusal(schedule: Schedule, now: number): Refusal | undefined {
  if (schedule.kind === 'run_at') return schedule.runAt < now - RUN_AT_TOLERANCE_MS ? RUN_AT_PAST : undefined;
  if (schedule.kind === 'after') return (schedule.endAt ?? now) < now ? NO_END_LEFT : undefined;
  return hasEnd(schedule) && firstSlot(schedule, now) === undefined ? NO_SLOT_LEFT : undefined;
}

/**
 * P33, calendars and ends: why no job may have these slots. A `run_at` slot may be the only one, and be
 * skipped.
 */
export function calendarRefusal(job: Slots, now: number): Refusal | undefined {
  const { schedule, anchorAt, calendar } = job;
  if (calendar?.mode !== 'skip' || schedule.kind === 'run_at') return undefined;
  const slot = nextSlot(schedule, anchorAt, now);
  return slot !== undefined && slotThatRuns(job, slot) === undefined ? NO_SLOT_OUTSIDE : undefined;
}

/**
 * What is decided with the windows of the calendar that a definition names; a refusal if there is no such
 * calendar.
 */
export function withKnownCalendar<T>(
  calendar: JobCalendar | undefined,
  known: ReadonlyMap<string, string>,
  decide: (windows: string | undefined) => T,
): T | Refusal {
  const windows = calendar && known.get(calendar.id);
  return calendar !== undefined && windows === undefined ? noCalendar(calendar.id) : decide(windows);
}
