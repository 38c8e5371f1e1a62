import type { CalendarTables } from '../../../core/transactions/calendars/calendar-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import type { Read } from '../../reads/read.ts';
import { CALENDARS } from '../calendar-statements.ts';
import { runRead } from '../postgres-reads.ts';
import { becomeDue, type Unit } from './unit.ts';

/** The operations on calendars, which both databases share. */
export function calendarTables(u: Unit): Pick<AsyncTables, keyof CalendarTables> {
  const run = <T>(read: Read<T>): Promise<T> => runRead(u.q, read);
  return {
    findCalendars: (ids, how) => run(CALENDARS.findCalendars(ids, how)),
    lockCalendar: (id) => run(CALENDARS.lockCalendar(id)),
    listCalendars: () => run(CALENDARS.listCalendars()),
    saveCalendar: (calendar) => run(CALENDARS.saveCalendar(calendar)),
    removeCalendar: (id) => run(CALENDARS.removeCalendar(id)),
    jobsInCalendar: (id, limit) => run(CALENDARS.jobsInCalendar(id, limit)),
    async wakeJobsInCalendar(id) {
      await run(CALENDARS.wakeJobsInCalendar(id, u.now));
      becomeDue(u, 'jobs', [u.now]);
    },
  };
}
