import { shownValue } from '../input/shown-value.ts';
import type { Parsed } from './duration.ts';

/** The first and last instant that RFC 3339 can write (years 0000 to 9999, UTC), in ms since the epoch. */
const FIRST_INSTANT = -62_167_219_200_000;
export const LAST_INSTANT = 253_402_300_799_999;

/** Year, month, day, hour, minute, second, fraction; sign, hours and minutes of the offset, none for `Z`. */
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads an RFC 3339 timestamp with an offset as ms since the epoch, cut to the millisecond. Refuses days that
 * the month does not have, hour 24, second 60, and years outside 0000 to 9999 in UTC.
 */
export function parseTimestamp(text: string): Parsed<number> {
  const match = RFC_3339.exec(text);
  if (match === null) {
    return refused('must be an RFC 3339 time with an offset, such as 2026-01-31T09:00:00Z', text);
  }
  const month = Number(match[2]);
  const day = Number(match[3]);
  const offsetHour = Number(match[9] ?? 0);
  const offsetMinute = Number(match[10] ?? 0);
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(Number(match[1]), month);
  const isTime = Number(match[4]) <= 23 && Number(match[5]) <= 59 && Number(match[6]) <= 59;
  if (!isDay || !isTime || offsetHour > 23 || offsetMinute > 59) {
    return refused('must be a date and a time that exist, with an offset below 24 hours', text);
  }
  const milliseconds = (match[7] ?? '').padEnd(3, '0').slice(0, 3);
  const utc = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}.${milliseconds}Z`);
  const offsetMs = (offsetHour * 60 + offsetMinute) * 60_000;
  const value = match[8] === '-' ? utc + offsetMs : utc - offsetMs;
  if (value < FIRST_INSTANT || value > LAST_INSTANT) {
    return refused('must be in the years 0000 to 9999 of UTC', text);
  }
  return { ok: true, value };
}

function refused(detail: string, text: string): Parsed<never> {
  return { ok: false, detail: `${detail}; got ${shownValue(text)}` };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
