import type { CalendarTables } from '../../../core/transactions/calendars/calendar-tables.ts';
import type { Read } from '../../reads/read.ts';
import { CALENDARS } from '../calendar-statements.ts';
import { runRead } from '../sqlite-reads.ts';
import type { Writer } from './writer.ts';

/** The operations on calendars, which both databases share. */
export function calendarTables(w: Writer): CalendarTables {
  const run = <T>(read: Read<T>): T => runRead(w.db, read);
  return {
    findCalendars: (ids, how) => run(CALENDARS.findCalendars(ids, how)),
    lockCalendar: (id) => run(CALENDARS.lockCalendar(id)),
    listCalendars: () => run(CALENDARS.listCalendars()),
    saveCalendar: (calendar) => run(CALENDARS.saveCalendar(calendar)),
    removeCalendar: (id) => run(CALENDARS.removeCalendar(id)),
    jobsInCalendar: (id, limit) => run(CALENDARS.jobsInCalendar(id, limit)),
    wakeJobsInCalendar(id) {
      for (const uid of run(CALENDARS.wakeJobsInCalendar(id, w.unit.now))) w.jobs.forget(uid);
    },
  };
}
