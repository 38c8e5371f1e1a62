import { windowsOf } from '../calendars/job-calendar.ts';
import { isFixedDelay } from '../model/job.ts';
import { assignedTime } from '../schedule/assigned-time.ts';
import { lastDueBy, slotThatRuns } from '../schedule/blackout.ts';
import { hasGrid } from '../schedule/schedule.ts';
import { nextSlot, passedSlots } from '../schedule/schedule-slots.ts';
import type { ForecastJob } from './forecast-job.ts';
import { type AddMinute, MINUTE_MS, type MinuteWindow } from './minute-window.ts';

/** The steps between two points at which the caller may let other work run: about a millisecond. */
const STEPS_A_SLICE = 20;

interface CalendarCount {
  readonly window: MinuteWindow;
  /** The next slot; in the past for a late one. */
  readonly first: number | undefined;
  readonly typicalMs: number;
}

/**
 * Counts the runs of a job with a calendar by minute (P33, calendars and ends): none for slots that it skips,
 * and one for those that it moves to one instant. It looks at each minute with runs.
 */
export function* countWithCalendar(
  job: ForecastJob,
  { window, first, typicalMs }: CalendarCount,
  add: AddMinute,
): Generator<void> {
  const { now, from, minutes } = window;
  const to = from + minutes * MINUTE_MS;
  const indexOf = (at: number) => Math.floor((at - from) / MINUTE_MS);
  let next = first;
  for (let steps = 1; next !== undefined; steps += 1) {
    const slot = slotThatRuns(job, next);
    const due = slot === undefined ? undefined : Math.max(assignedTime(job, slot), now);
    if (slot === undefined || due === undefined || due >= to) return;
    const last = lastOfMinute(job, slot, due);
    if (due >= from) add(indexOf(due), runsIn(job, { slot, last, due }));
    next = slotAfter(job, last, due + typicalMs);
    if (steps % STEPS_A_SLICE === 0) yield;
  }
}

/** The last slot of the minute in which a slot is due, and of the time before a window that skips slots. */
function lastOfMinute(job: ForecastJob, slot: number, due: number): number {
  const end = (Math.floor(due / MINUTE_MS) + 1) * MINUTE_MS;
  const start = windowsOf(job, 'skip')?.nextStart(due) ?? end;
  return Math.max(slot, lastDueBy(job, slot, Math.min(end, start) - 1));
}

function runsIn(
  job: ForecastJob,
  { slot, last, due }: { readonly slot: number; readonly last: number; readonly due: number },
): number {
  const { schedule, anchorAt, catchUp } = job;
  const count = passedSlots(schedule, anchorAt, slot, last).count;
  if (catchUp === 'all') return count;
  const together = lastDueBy(job, slot, due);
  return 1 + (together >= last ? 0 : count - passedSlots(schedule, anchorAt, slot, together).count);
}

function slotAfter({ schedule, anchorAt }: ForecastJob, slot: number, endsAt: number): number | undefined {
  if (isFixedDelay(schedule)) return endsAt + schedule.everyMs;
  return hasGrid(schedule) ? nextSlot(schedule, anchorAt, slot) : undefined;
}
