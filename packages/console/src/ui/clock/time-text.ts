import { offsetText } from './offset.ts';
import type { Zone } from './zone.tsx';

const PARTS = {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
} as const;

const FULL = {
  local: new Intl.DateTimeFormat('en-GB', PARTS),
  utc: new Intl.DateTimeFormat('en-GB', { ...PARTS, timeZone: 'UTC' }),
} as const;

const SHORT_PARTS = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

const SHORT = {
  local: new Intl.DateTimeFormat('en-GB', SHORT_PARTS),
  utc: new Intl.DateTimeFormat('en-GB', { ...SHORT_PARTS, timeZone: 'UTC' }),
} as const;

/** A time to the second, such as "31 Jan 2026, 09:00:00". In UTC, " UTC" follows. */
export function instantText(at: number, zone: Zone): string {
  const text = FULL[zone].format(at);
  return zone === 'utc' ? `${text} UTC` : text;
}

const DAY_PARTS = { ...SHORT_PARTS, day: 'numeric', month: 'short' } as const;

const DAY = {
  local: new Intl.DateTimeFormat('en-GB', DAY_PARTS),
  utc: new Intl.DateTimeFormat('en-GB', { ...DAY_PARTS, timeZone: 'UTC' }),
} as const;

/** A day and a time of it, such as "7 Dec, 09:00". In UTC, " UTC" follows. */
export function dayText(at: number, zone: Zone): string {
  const text = DAY[zone].format(at);
  return zone === 'utc' ? `${text} UTC` : text;
}

const SLOT_PARTS = { ...PARTS, weekday: 'short' } as const;

const SLOT = {
  local: new Intl.DateTimeFormat('en-GB', SLOT_PARTS),
  utc: new Intl.DateTimeFormat('en-GB', { ...SLOT_PARTS, timeZone: 'UTC' }),
} as const;

/** A time to the second with its weekday and offset: "Mon, 07 Dec 2026, 09:00:00 UTC+01:00". */
export function slotText(at: number, zone: Zone): string {
  return `${SLOT[zone].format(at)} ${offsetText(at, zone === 'utc' ? 'UTC' : localZoneName())}`;
}

/** The time of day, such as "09:00". */
export function clockText(at: number, zone: Zone): string {
  return SHORT[zone].format(at);
}

/** The name of the viewer's time zone, such as "Europe/Berlin". */
export function localZoneName(): string {
  return FULL.local.resolvedOptions().timeZone;
}
