import type { CalendarWindow, Weekday } from './window-draft.ts';

/** In the order of the form. */
export const WEEKDAY_WORDS: Readonly<Record<Weekday, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

function isWeekday(name: string): name is Weekday {
  return Object.hasOwn(WEEKDAY_WORDS, name);
}

export const WEEKDAYS: readonly Weekday[] = Object.keys(WEEKDAY_WORDS).filter(isWeekday);

/** A window in a few words: `Saturday, Sunday`, `Monday, 22:00 to 06:00`, `each year, 12-24 to 01-01`. */
export function windowText(window: CalendarWindow): string {
  const { weekdays, from = '00:00', to = '24:00', from_date: fromDate, to_date: toDate = fromDate } = window;
  if (weekdays !== undefined) {
    const days = WEEKDAYS.filter((day) => weekdays.includes(day)).map((day) => WEEKDAY_WORDS[day]);
    return `${days.join(', ')}${from === '00:00' && to === '24:00' ? '' : `, ${from} to ${to}`}`;
  }
  if (fromDate !== undefined)
    return fromDate === toDate ? `each year, ${fromDate}` : `each year, ${fromDate} to ${toDate}`;
  return `once, ${window.start_at} to ${window.end_at}`;
}

const FIELDS: Readonly<Record<string, string>> = {
  weekdays: 'the weekdays',
  from: 'the start',
  to: 'the end',
  from_date: 'the first day',
  to_date: 'the last day',
  start_at: 'the start',
  end_at: 'the end',
};

/** The name of the field at a pointer, for the start of a sentence. */
export function labelOfPointer(pointer: string): string {
  const [, , index, field] = pointer.split('/');
  if (index !== undefined) {
    const window = `Window ${Number(index) + 1}`;
    return field === undefined ? window : `${window}: ${FIELDS[field] ?? field}`;
  }
  if (pointer === '/windows') return 'The windows';
  if (pointer === '/timezone') return 'The time zone';
  return pointer === '/name' ? 'The name' : 'The id';
}
