import {
  type Calendar,
  type CalendarInput,
  deleteCalendar,
  getCalendar,
  listCalendars,
  putCalendar,
} from '@greenvue/jobs/client';
import { parseDocument } from 'yaml';
import { CliError, usageError } from '../exit-code.ts';
import type { ApiFlags } from '../input/flags.ts';
import { isObject } from '../input/json-input.ts';
import { restCommand, restCommandOn } from '../rest/rest-command.ts';
import { printJson, printList } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { printableYaml } from '../terminal/printable-yaml.ts';
import type { Column } from '../terminal/table.ts';
import { instantText } from '../terminal/words.ts';
import { windowText } from './window-text.ts';

const calendarCommand = restCommandOn('calendars list');

/** `calendars list` */
export const listCalendarsCommand = restCommand(async (session, { json }: ApiFlags) => {
  await printList(session, {
    limit: Number.POSITIVE_INFINITY,
    json,
    page: async () => ({ data: await listCalendars(session.api), next_cursor: null }),
    columns: COLUMNS,
    empty: 'There are no calendars.',
  });
});

/** `calendars show`: as YAML that `calendars set` takes. */
export const showCalendarCommand = calendarCommand(async ({ api, out }, { json }: ApiFlags, id: string) => {
  const calendar = await getCalendar(api, id);
  if (json) return printJson(out, calendar);
  const { name, timezone, windows } = calendar;
  out.write(printableYaml({ name, timezone, windows }));
});

/** `calendars set` */
export const setCalendarCommand = restCommand(
  async ({ api, out, readText }, { json }: ApiFlags, id: string, file: string) => {
    const saved = await putCalendar(api, id, calendarIn(await readText(file), file));
    if (json) printJson(out, saved);
    else out.line(`${printable(id)} is saved, with ${saved.windows.map(windowText).join('; ')}.`);
  },
);

/** `calendars delete` */
export const deleteCalendarCommand = calendarCommand(
  async ({ api, ask, out, program }, flags: ApiFlags & { readonly yes: boolean | undefined }, id: string) => {
    if (!flags.yes) {
      if (ask === undefined)
        throw usageError(
          `${program.name} can ask for confirmation only on a terminal. Add --yes to delete it.`,
        );
      if (!(await ask(`Delete the calendar ${printable(id)}?`))) throw new CliError('Nothing was deleted.');
    }
    await deleteCalendar(api, id);
    if (!flags.json) out.line(`${printable(id)} is deleted.`);
  },
);

/** The calendar of a YAML or JSON file. The server checks its fields. */
function calendarIn(text: string, file: string): CalendarInput {
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true, logLevel: 'silent' });
  const [error] = document.errors;
  const calendar: unknown = error === undefined ? document.toJS() : undefined;
  if (isObject(calendar)) return { windows: [], ...calendar };
  const why = error === undefined ? '' : ` (${printable(error.message)})`;
  throw usageError(
    `${printable(file)} has no calendar${why}. Give an object with windows, such as {"timezone": "UTC", "windows": [{"weekdays": ["sat", "sun"]}]}.`,
  );
}

const COLUMNS: readonly Column<Calendar>[] = [
  { title: 'ID', text: ({ id }) => id, least: 12 },
  { title: 'NAME', text: ({ name }) => name, least: 12 },
  { title: 'TIME ZONE', text: ({ timezone }) => timezone },
  { title: 'CHANGED', text: ({ updated_at }) => instantText(updated_at) },
  { title: 'WINDOWS', text: ({ windows }) => windows.map(windowText).join('; '), least: 12 },
];
