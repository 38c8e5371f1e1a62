import type { Calendar } from '../../calendars/calendar.ts';

/** The operations that transactions on calendars need from a store. */
export interface CalendarTables {
  /** The calendars with these ids. `kept`: nobody changes them until the transaction ends. */
  findCalendars(ids: readonly string[], how: 'seen' | 'kept'): readonly Calendar[];
  /** Locks calendars against other changes of them, waits until nobody keeps this one, and finds it. */
  lockCalendar(id: string): Calendar | undefined;
  /** By id. */
  listCalendars(): readonly Calendar[];
  /** Adds a calendar, or replaces a known one. */
  saveCalendar(calendar: Calendar): void;
  removeCalendar(id: string): void;
  /** The ids of the first jobs that use a calendar. */
  jobsInCalendar(id: string, limit: number): readonly string[];
  /** Lets the planner look at the active jobs of a calendar that have slots to come. */
  wakeJobsInCalendar(id: string): void;
}
