import type { Parsed } from './duration.ts';

/** The first and the last instant that RFC 3339 has a form for (years 0000 to 9999, in UTC), in milliseconds since the epoch. */
const FIRST_INSTANT = -62_167_219_200_000;
export const LAST_INSTANT = 253_402_300_799_999;

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads an RFC 3339 timestamp, offset required, as milliseconds since the epoch. Digits past the millisecond are cut
 * off. A day that the month does not have, hour 24, second 60 and an instant outside of the years 0000 to 9999 in UTC are
 * faults.
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
  const value = sign === '-' ? utc + offsetMs : utc - offsetMs;
  if (value < FIRST_INSTANT || value > LAST_INSTANT) {
    return { ok: false, detail: 'no such time: in UTC it must lie in the years 0000 to 9999' };
  }
  return { ok: true, value };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
