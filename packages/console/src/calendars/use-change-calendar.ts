import { type CalendarInput, deleteCalendar, putCalendar } from '@greenvue/jobs/client';
import type { QueryClient } from '@tanstack/react-query';
import { announceDone } from '../actions/announce.ts';
import { useAction } from '../actions/use-action.ts';
import { queryKeys } from '../data/queries/query-keys.ts';
import { isolated } from '../ui/text/text.tsx';

interface PutVariables {
  readonly id: string;
  readonly body: CalendarInput;
}

/** Creates or replaces a calendar. The dialog shows the server's errors. */
export function usePutCalendar() {
  return useAction({
    send: (connection, { id, body }: PutVariables) => putCalendar(connection, id, body),
    onDone: (calendar, _, client) => {
      announceDone(`Saved ${isolated(calendar.id)}.`);
      changed(client);
    },
  });
}

export function useDeleteCalendar() {
  return useAction({
    send: (connection, id: string) => deleteCalendar(connection, id),
    onDone: (_, id, client) => {
      announceDone(`Deleted ${isolated(id)}.`);
      changed(client);
    },
    failure: (id) => `Could not delete ${isolated(id)}`,
  });
}

function changed(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: queryKeys.calendars() });
}
