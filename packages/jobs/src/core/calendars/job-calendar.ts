import { createMemo } from '../memo.ts';
import type { Calendar, CalendarMode } from './calendar.ts';
import { type CalendarWindows, createCalendarWindows } from './calendar-windows.ts';

/** Which calendar decides about the slots of a job, and how (P33, calendars and ends). */
export interface JobCalendar {
  readonly id: string;
  readonly mode: CalendarMode;
}

/** What of a job says which of its slots are inside windows. */
export interface WithCalendar {
  readonly calendar?: JobCalendar;
  /** {@link windowsText} of the calendar, as it is now. The row of the job does not have it. */
  readonly windows?: string;
}

/** The time zone and the windows of a calendar as text: equal texts have equal windows. */
export function windowsText({ timezone, windows }: Pick<Calendar, 'timezone' | 'windows'>): string {
  return JSON.stringify({ timezone, windows });
}

/** The windows of the job's calendar, if it has one of this mode. */
export function windowsOf(
  { calendar, windows }: WithCalendar,
  mode: CalendarMode,
): CalendarWindows | undefined {
  if (calendar?.mode !== mode) return undefined;
  if (windows === undefined) throw new Error(`the windows of the calendar "${calendar.id}" are not known`);
  return parsed(windows);
}

/**
 * As many calendars as an installation may have. A pure memo: to find their windows again would cost much.
 */
const parsed = createMemo(100, (text) =>
  createCalendarWindows(JSON.parse(text) as Pick<Calendar, 'timezone' | 'windows'>),
);

export function sameCalendar(a: JobCalendar | undefined, b: JobCalendar | undefined): boolean {
  return a?.id === b?.id && a?.mode === b?.mode;
}
