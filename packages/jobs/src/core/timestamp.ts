import type { Parsed } from './duration.ts';

/** The last instant that a `Date` can hold, in milliseconds since the epoch. */
export const LAST_INSTANT = 8_640_000_000_000_000;

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads an RFC 3339 timestamp, offset required, as milliseconds since the epoch. Digits past the millisecond are cut
 * off. A day that the month does not have, hour 24 and second 60 are faults.
 */
export function parseTimestamp(text: string): Parsed<number> {
  const match = RFC_3339.exec(text);
  if (match === null) {
    return { ok: false, detail: 'must be an RFC 3339 time with an offset, such as 2026-01-31T09:00:00Z' };
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [, , , , , , , fraction = '', sign = '+', offsetHour = '00', offsetMinute = '00'] = match;
  const exists =
    month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59;
  if (!exists || second > 59 || Number(offsetHour) > 23 || Number(offsetMinute) > 59) {
    return {
      ok: false,
      detail: 'no such date or time of day: check the month, day, hour, minute, second and offset',
    };
  }
  const utc = Date.parse(
    `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0').slice(0, 3)}Z`,
  );
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  return { ok: true, value: sign === '-' ? utc + offsetMs : utc - offsetMs };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
