import { createCalendarStatements } from '../calendars/calendar-statements.ts';

/** An arbitrary number: the key of the advisory lock under which calendars change. */
const CALENDARS_LOCK = 7_236_451_913;

/** The statements about calendars, in PostgreSQL's dialect. */
export const CALENDARS = createCalendarStatements({
  schema: 'greenvue_jobs.',
  mark: '$',
  eachText: (parameter) => `json_array_elements_text(CAST(${parameter} AS json)) AS entry (value)`,
  locks: {
    changes: `SELECT pg_advisory_xact_lock(CAST(${CALENDARS_LOCK} AS bigint))::text AS locked`,
    keep: 'FOR SHARE',
    take: 'FOR UPDATE',
  },
});
