import type { Calendar, CalendarInput } from '@greenvue/jobs/client';

export type CalendarWindow = Calendar['windows'][number];
export type Weekday = NonNullable<CalendarWindow['weekdays']>[number];
export type WindowKind = 'weekly' | 'yearly' | 'single';

/** A window as it is typed. Keeps the input of the other kinds. */
export interface WindowDraft {
  /** Tells the windows of a form apart, also when one before them is removed. */
  readonly key: number;
  readonly kind: WindowKind;
  readonly weekdays: readonly Weekday[];
  /** Local times such as 22:00; an empty one is the start or the end of the day. */
  readonly from: string;
  readonly to: string;
  /** Dates such as 12-24; an empty `toDate` is the same day. */
  readonly fromDate: string;
  readonly toDate: string;
  readonly startAt: string;
  readonly endAt: string;
}

/** A calendar as it is typed. */
export interface CalendarFormDraft {
  readonly id: string;
  /** Empty: the id. */
  readonly name: string;
  readonly timezone: string;
  readonly windows: readonly WindowDraft[];
}

const NEW_WINDOW: WindowDraft = {
  key: 0,
  kind: 'weekly',
  weekdays: [],
  from: '',
  to: '',
  fromDate: '',
  toDate: '',
  startAt: '',
  endAt: '',
};

export function newCalendar(timezone: string): CalendarFormDraft {
  return { id: '', name: '', timezone, windows: [NEW_WINDOW] };
}

/** A calendar to be edited. */
export function draftOfCalendar({ id, name, timezone, windows }: Calendar): CalendarFormDraft {
  return {
    id,
    name: name === id ? '' : name,
    timezone,
    windows: windows.map((window, key) => ({ ...windowDraft(window), key })),
  };
}

function windowDraft({
  weekdays,
  from,
  to,
  from_date,
  to_date,
  start_at,
  end_at,
}: CalendarWindow): WindowDraft {
  if (weekdays !== undefined)
    return {
      ...NEW_WINDOW,
      weekdays,
      from: from === undefined || from === '00:00' ? '' : from,
      to: to === undefined || to === '24:00' ? '' : to,
    };
  if (from_date !== undefined) {
    const toDate = to_date === undefined || to_date === from_date ? '' : to_date;
    return { ...NEW_WINDOW, kind: 'yearly', fromDate: from_date, toDate };
  }
  return { ...NEW_WINDOW, kind: 'single', startAt: start_at ?? '', endAt: end_at ?? '' };
}

export function withOneMore(windows: readonly WindowDraft[]): readonly WindowDraft[] {
  const key = 1 + Math.max(-1, ...windows.map((window) => window.key));
  return [...windows, { ...NEW_WINDOW, key }];
}

/** Whether each window has what its kind needs. The server checks everything else. */
export function isComplete({ id, windows }: CalendarFormDraft): boolean {
  return id.trim() !== '' && windows.length > 0 && windows.every(isWindowComplete);
}

function isWindowComplete({ kind, weekdays, fromDate, startAt, endAt }: WindowDraft): boolean {
  if (kind === 'weekly') return weekdays.length > 0;
  return kind === 'yearly' ? fromDate.trim() !== '' : startAt.trim() !== '' && endAt.trim() !== '';
}

/** The body of PUT /calendars/{id}. */
export function calendarBody({ name, timezone, windows }: CalendarFormDraft): CalendarInput {
  return {
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    timezone,
    windows: windows.map(windowBody),
  };
}

function windowBody(window: WindowDraft): CalendarWindow {
  const { kind, weekdays, from, to, fromDate, toDate, startAt, endAt } = window;
  switch (kind) {
    case 'weekly':
      return { weekdays: [...weekdays], from: given(from), to: given(to) };
    case 'yearly':
      return { from_date: given(fromDate), to_date: given(toDate) };
    case 'single':
      return { start_at: given(startAt), end_at: given(endAt) };
    default:
      return kind satisfies never;
  }
}

/** The server's default applies to an empty field. */
function given(text: string): string | undefined {
  return text.trim() || undefined;
}
