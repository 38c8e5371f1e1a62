import type { Calendar } from '../../calendars/calendar.ts';
import {
  type CalendarCommand,
  type CalendarCommandResult,
  MOST_CALENDARS,
} from '../../store/calendar-store.ts';
import { ask, type Script } from '../script.ts';
import type { UnitOfWork } from '../unit-of-work.ts';

/** The ids of jobs that a refusal to delete a calendar lists. */
const LISTED_JOBS = 10;

/**
 * Creates, replaces or deletes a calendar (P33, calendars and ends). From now on, its jobs take their slots as
 * it says; the planner places their next runs again.
 */
export function* changeCalendar(
  { now }: UnitOfWork,
  { id, command, audit }: CalendarCommand,
): Script<CalendarCommandResult> {
  const before = yield* ask('lockCalendar', id);
  let calendar: Calendar;
  if (command.kind === 'put') {
    if (before === undefined && (yield* ask('countCalendars')) >= MOST_CALENDARS) return { kind: 'too_many' };
    const { by } = command;
    const made = before ?? { createdAt: now, ...(by === undefined ? {} : { createdBy: by }) };
    calendar = { ...made, id, ...command.calendar, updatedAt: now };
    yield* ask('saveCalendar', calendar);
    if (before !== undefined) yield* ask('wakeJobsInCalendar', id);
  } else {
    if (before === undefined) return { kind: 'absent' };
    const jobIds = yield* ask('jobsInCalendar', id, LISTED_JOBS);
    if (jobIds.length > 0) return { kind: 'in_use', jobIds };
    calendar = before;
    yield* ask('removeCalendar', id);
  }
  if (audit !== undefined) yield* ask('writeAudit', audit, id);
  return { kind: 'done', calendar, isNew: before === undefined };
}
