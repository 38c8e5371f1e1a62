import type { Calendar } from '../../calendars/calendar.ts';
import { CODE_ACTOR } from '../../commands/declare.ts';
import { isCalendarOfCode, sameCalendarDefinition } from '../../declarations/plan-calendars.ts';
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
 * Creates, replaces or deletes a calendar (P33, calendars and ends). From now on, its jobs take their slots
 * as it says; the planner places their next runs again.
 */
export function* changeCalendar({ now }: UnitOfWork, input: CalendarCommand): Script<CalendarCommandResult> {
  const { id, command, inCode = false, audit } = input;
  const before = yield* ask('lockCalendar', id);
  let calendar: Calendar;
  if (before !== undefined && !inCode && isCalendarOfCode(before)) {
    const isSame = command.kind === 'put' && sameCalendarDefinition(before, command.calendar);
    return isSame ? { kind: 'done', calendar: before, isNew: false } : { kind: 'declared' };
  }
  if (command.kind === 'put') {
    if (before === undefined && (yield* ask('listCalendars')).length >= MOST_CALENDARS)
      return { kind: 'too_many' };
    const made = inCode ? { createdBy: CODE_ACTOR } : makerOf(before, command.by);
    calendar = { ...made, id, ...command.calendar, createdAt: before?.createdAt ?? now, updatedAt: now };
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

/** Who made a calendar that code does not declare. A person whose name is that of code stays unnamed. */
function makerOf(before: Calendar | undefined, by: string | undefined): Pick<Calendar, 'createdBy'> {
  const createdBy = before === undefined ? by : before.createdBy;
  return createdBy === undefined || createdBy === CODE_ACTOR ? {} : { createdBy };
}
