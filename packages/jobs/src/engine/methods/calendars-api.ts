import { deleteCalendar, getCalendar, putCalendar } from '../api/calendar-api.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { CalendarsApi } from '../ports/calendars-port.ts';

/** The methods about calendars. `given` checks the arguments of a method. */
export function createCalendarsApi(parts: EngineParts, given: typeof checkedArguments): CalendarsApi {
  return {
    listCalendars: async (...args) => {
      given('listCalendars', args);
      return parts.store.listCalendars();
    },
    getCalendar: async (...args) => getCalendar(parts, ...given('getCalendar', args)),
    putCalendar: async (...args) => putCalendar(parts, ...given('putCalendar', args)),
    deleteCalendar: async (...args) => deleteCalendar(parts, ...given('deleteCalendar', args)),
  };
}
