import type { CalendarStore } from '../../core/store/calendar-store.ts';
import { changeCalendar } from '../../core/transactions/calendars/calendars.ts';
import type { MemoryDatabase } from './memory-database.ts';
import type { Transaction } from './tables/tables.ts';

interface Access {
  run<T>(transaction: Transaction<T>): Promise<T>;
  read<T>(work: () => T): Promise<T>;
}

export function createCalendars(db: MemoryDatabase, { run, read }: Access): CalendarStore {
  return {
    changeCalendar: (input) => run((unit) => changeCalendar(unit, input)),
    listCalendars: () => read(() => db.listCalendars()),
  };
}
