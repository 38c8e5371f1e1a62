import type { CalendarStore } from '../../../core/store/calendar-store.ts';
import { changeCalendar } from '../../../core/transactions/calendars/calendars.ts';
import { CALENDARS } from '../calendar-statements.ts';
import { runRead } from '../postgres-reads.ts';
import { runIn } from '../tables/tables.ts';
import type { Parts } from './writes.ts';

/** The calendars. Their transactions run beside the passes, and wait for none. */
export function createCalendars({ db, writes }: Parts): CalendarStore {
  return {
    changeCalendar: (input) => writes.beside((u) => runIn(u, changeCalendar(u, input))),
    listCalendars: () => writes.tracked(() => runRead(db, CALENDARS.listCalendars())),
  };
}
