import type { Zone } from '../parts/zone.tsx';

/** The RFC 3339 instant that a `datetime-local` field means in a zone; undefined while it is empty or half typed. */
export function instantOfInput(value: string, zone: Zone): string | undefined {
  if (!/^\d{4,}-\d\d-\d\dT\d\d:\d\d/.test(value)) return undefined;
  const at = new Date(zone === 'utc' ? `${value}Z` : value);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** What a `datetime-local` field shows for an instant (ms), to the minute. */
export function inputOfInstant(at: number, zone: Zone): string {
  const shift = zone === 'utc' ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - shift).toISOString().slice(0, 16);
}
