import { buildCommand, buildRouteMap } from '@stricli/core';
import { API_FLAGS, switchFlag } from '../input/flags.ts';
import { bare } from '../input/without-prototype.ts';

const calendarId = {
  parse: String,
  placeholder: 'id',
  brief: 'Id of the calendar, such as holidays',
} as const;
const one = { kind: 'tuple', parameters: [calendarId] } as const;
const withFile = {
  kind: 'tuple',
  parameters: [
    calendarId,
    { parse: String, placeholder: 'file', brief: 'YAML or JSON with timezone and windows; - for stdin' },
  ],
} as const;

/** `calendars …` */
export const calendarRoutes = buildRouteMap({
  routes: bare({
    list: buildCommand({
      loader: async () => (await import('./calendar-commands.ts')).listCalendarsCommand,
      parameters: { flags: API_FLAGS },
      docs: { brief: 'List the calendars with their windows' },
    }),
    show: buildCommand({
      loader: async () => (await import('./calendar-commands.ts')).showCalendarCommand,
      parameters: { flags: API_FLAGS, positional: one },
      docs: { brief: 'Show a calendar as YAML, as set takes it' },
    }),
    set: buildCommand({
      loader: async () => (await import('./calendar-commands.ts')).setCalendarCommand,
      parameters: { flags: API_FLAGS, positional: withFile },
      docs: { brief: 'Create or replace a calendar; its jobs follow at once' },
    }),
    delete: buildCommand({
      loader: async () => (await import('./calendar-commands.ts')).deleteCalendarCommand,
      parameters: { flags: { ...API_FLAGS, yes: switchFlag('Do not ask') }, positional: one },
      docs: { brief: 'Delete a calendar that no job uses' },
    }),
  }),
  docs: { brief: 'Manage calendars: windows of time whose slots jobs skip or move' },
});
