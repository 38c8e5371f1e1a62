import { z } from 'zod';
import { type CalendarWindow, WEEKDAYS } from '../../core/calendars/calendar.ts';
import type { Calendar } from '../../engine/ports/calendars-port.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { text } from '../fields/text.ts';

const time = text({ min: 1, max: 64 });

/** A window as people write it. The engine checks which fields go together. */
const windowBody = z
  .strictObject({
    weekdays: z
      .array(z.enum(WEEKDAYS))
      .max(WEEKDAYS.length)
      .describe('A weekly window on these days')
      .optional(),
    from: time.describe('Of a weekly window: the local start, such as 22:00; default 00:00').optional(),
    to: time
      .describe(
        'Of a weekly window: the local end. A time at or before from is on the next day; default 24:00',
      )
      .optional(),
    from_date: time.describe('A yearly window from this date, such as 12-24').optional(),
    to_date: time.describe('The last date of a yearly window; default: from_date').optional(),
    start_at: time
      .describe('A single window from this time: RFC 3339, or a local time such as 2030-01-31T09:00')
      .optional(),
    end_at: time.describe('The end of a single window').optional(),
  })
  .describe(
    'With weekdays, with from_date, or with start_at and end_at. It contains its start, but not its end',
  );

/** The body of PUT /calendars/:calendar_id. */
export const calendarBody = z.strictObject({
  name: text({ min: 1, max: 200 }).optional().describe('Default: the id'),
  timezone: text({ min: 1, max: 100 }).optional().describe('IANA time zone of local times; default UTC'),
  windows: z.array(windowBody).min(1).max(100).describe('Windows that touch or overlap are one window'),
});

export const calendarParams = z.strictObject({ calendar_id: text({ min: 1, max: 1_000 }) });

/** A calendar in the response of every route that has it. */
export const calendarSchema = z.object({
  id: z.string(),
  name: z.string(),
  timezone: z.string(),
  windows: z.array(windowBody),
  created_by: z.string().nullable(),
  created_at: instantSchema,
  updated_at: instantSchema,
});

export const calendarsSchema = z.object({ data: z.array(calendarSchema) });

export type CalendarJson = z.output<typeof calendarSchema>;
export type CalendarBody = z.input<typeof calendarBody>;
type WindowJson = z.output<typeof windowBody>;

export function calendarJson(calendar: Calendar): CalendarJson {
  return {
    id: calendar.id,
    name: calendar.name,
    timezone: calendar.timezone,
    windows: calendar.windows.map(windowJson),
    created_by: calendar.createdBy ?? null,
    created_at: instantJson(calendar.createdAt),
    updated_at: instantJson(calendar.updatedAt),
  };
}

function windowJson(window: CalendarWindow): WindowJson {
  if ('weekdays' in window) {
    const { weekdays, from = '00:00', to = '24:00' } = window;
    return { weekdays: [...weekdays], from, to };
  }
  if ('fromDate' in window) return { from_date: window.fromDate, to_date: window.toDate ?? window.fromDate };
  return { start_at: window.startAt, end_at: window.endAt };
}

/** A window in the names of the engine, which checks it. */
export function windowOf(window: WindowJson): CalendarWindow {
  const { from_date: fromDate, to_date: toDate, start_at: startAt, end_at: endAt, ...weekly } = window;
  const given = { ...weekly, fromDate, toDate, startAt, endAt };
  // The engine's rules refuse what is no window of one kind.
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as unknown as CalendarWindow;
}
