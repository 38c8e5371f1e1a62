import { cronClock, cronFields } from '../cron/cron.ts';
import { wallPattern } from '../cron/wall-pattern.ts';
import { rruleClock, shortestRruleGap } from '../rrule/rrule.ts';
import type { LocalSchedule } from '../schedule.ts';
import { shortestGapOf } from './shortest-gap.ts';
import type { SlotClock } from './slot-clock.ts';

/** The clock of a schedule of local times. It ignores `startAt` as the first slot. */
export function localClock(schedule: LocalSchedule): SlotClock {
  return schedule.kind === 'cron' ? cronClock(schedule.cron, schedule.timezone) : rruleClock(schedule);
}

/** Schedules with the same key have the same clock. */
export function localClockKey(schedule: LocalSchedule): string {
  const { timezone } = schedule;
  if (schedule.kind === 'cron') return `${timezone} ${schedule.cron}`;
  return `${timezone} ${schedule.startAt ?? ''} ${schedule.rrule}`;
}

/** Whether a minute may have more than one slot. */
export function hasSeveralAMinute(schedule: LocalSchedule): boolean {
  return schedule.kind === 'cron' ? cronFields(schedule.cron).length === 6 : /BYSECOND/i.test(schedule.rrule);
}

/**
 * The shortest time (ms) between any two slots, on the local clock. `Infinity` if there is at most one slot.
 */
export function shortestLocalGap(schedule: LocalSchedule): number {
  return schedule.kind === 'cron' ? shortestGapOf(wallPattern(schedule.cron)) : shortestRruleGap(schedule);
}
