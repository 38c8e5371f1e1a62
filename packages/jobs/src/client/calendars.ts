import type { CalendarBody, CalendarJson } from '../http/index.ts';
import type { Call, Connection } from './connection/connection.ts';
import { path } from './connection/request.ts';

export type Calendar = CalendarJson;
export type CalendarInput = CalendarBody;

/** All calendars by id. */
export async function listCalendars(connection: Connection, call?: Call): Promise<readonly Calendar[]> {
  const { data } = await connection.ask<{ readonly data: readonly Calendar[] }>(
    { path: '/calendars', answer: 'list' },
    call,
  );
  return data;
}

export async function getCalendar(connection: Connection, id: string, call?: Call): Promise<Calendar> {
  return connection.ask({ path: path`/calendars/${id}` }, call);
}

/** Creates or replaces a calendar. */
export async function putCalendar(
  connection: Connection,
  id: string,
  calendar: CalendarInput,
  call?: Call,
): Promise<Calendar> {
  return connection.ask({ method: 'PUT', path: path`/calendars/${id}`, body: calendar }, call);
}

export async function deleteCalendar(connection: Connection, id: string, call?: Call): Promise<void> {
  await connection.ask({ method: 'DELETE', path: path`/calendars/${id}` }, call);
}
