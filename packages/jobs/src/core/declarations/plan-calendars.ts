import type { Calendar } from '../calendars/calendar.ts';
import { windowsText } from '../calendars/job-calendar.ts';
import { CODE_ACTOR } from '../commands/declare.ts';
import { type CalendarDefinition, MOST_CALENDARS, tooManyCalendars } from '../store/calendar-store.ts';
import type { CalendarInCode, DeclareFault } from '../store/store-declarations.ts';

export interface CalendarPlan {
  /** New and changed calendars. */
  readonly put: readonly CalendarInCode[];
  /** The ids of calendars that code declares no more: each is deleted once no job uses it. */
  readonly gone: readonly string[];
  readonly faults: readonly DeclareFault[];
}

/** P28, jobs in code: whether code declares a calendar, so that nobody else may change it. */
export function isCalendarOfCode({ createdBy }: Calendar): boolean {
  return createdBy === CODE_ACTOR;
}

export function sameCalendarDefinition(a: CalendarDefinition, b: CalendarDefinition): boolean {
  return a.name === b.name && windowsText(a) === windowsText(b);
}

/** P28, jobs in code: what brings the stored calendars to what a program declares. */
export function planCalendars(
  declared: readonly CalendarInCode[],
  stored: readonly Calendar[],
): CalendarPlan {
  const before = new Map(stored.map((calendar) => [calendar.id, calendar]));
  const ids = new Set(declared.map(({ id }) => id));
  const put: CalendarInCode[] = [];
  const faults: DeclareFault[] = [];
  let count = stored.length;
  for (const one of declared) {
    const calendar = before.get(one.id);
    if (calendar === undefined) {
      count += 1;
      if (count > MOST_CALENDARS) faults.push(faultOf(one.id, tooManyCalendars()));
    } else if (isCalendarOfCode(calendar)) {
      if (sameCalendarDefinition(calendar, one.calendar)) continue;
    } else if (!one.adopt) faults.push(madeElsewhere(calendar));
    put.push(one);
  }
  const gone = stored.filter((calendar) => isCalendarOfCode(calendar) && !ids.has(calendar.id));
  return { put, gone: gone.map(({ id }) => id), faults };
}

function madeElsewhere({ id, createdBy = 'unknown' }: Calendar): DeclareFault {
  const detail = `a calendar with this id exists that code does not declare (made by ${createdBy}). Delete it, use another id, or take it over with adopt: true`;
  return faultOf(id, detail);
}

function faultOf(calendarId: string, detail: string): DeclareFault {
  return { calendarId, detail };
}
