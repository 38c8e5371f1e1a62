import type { Calendar } from '../../core/calendars/calendar.ts';
import type { CalendarInput } from '../../core/calendars/check-calendar.ts';

export type {
  Calendar,
  CalendarWindow,
  SingleWindow,
  Weekday,
  WeeklyWindow,
  YearlyWindow,
} from '../../core/calendars/calendar.ts';
export type { CalendarInput, DeclaredCalendar } from '../../core/calendars/check-calendar.ts';

interface By {
  readonly by?: string | undefined;
}

/** Calendars: windows of time whose slots jobs skip or move (P33, calendars and ends). */
export interface CalendarsApi {
  /** By id. */
  listCalendars(): Promise<readonly Calendar[]>;
  /** Throws `not_found`. */
  getCalendar(calendarId: string): Promise<Calendar>;
  /**
   * Creates or replaces a calendar. The jobs that use it follow its new windows at once. Throws `invalid` for
   * windows that leave no time free, and `conflict` if there are 100 calendars, or if code declares it (P28).
   */
  putCalendar(
    calendarId: string,
    calendar: CalendarInput,
    options?: By,
  ): Promise<{ readonly calendar: Calendar; readonly created: boolean }>;
  /** Throws `conflict` while jobs use it, or if code declares it (P28, jobs in code), and `not_found`. */
  deleteCalendar(calendarId: string, options?: By): Promise<void>;
}
