import { createCalendarStatements } from '../calendars/calendar-statements.ts';

/** The statements about calendars, in SQLite's dialect. */
export const CALENDARS = createCalendarStatements({
  schema: '',
  mark: '?',
  eachText: (parameter) => `json_each(${parameter})`,
});
