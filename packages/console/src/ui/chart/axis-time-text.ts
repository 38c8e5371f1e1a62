import type { Zone } from '../clock/zone.tsx';

const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
const DAY = { day: 'numeric', month: 'short' } as const;

const LABELS = {
  local: { clock: new Intl.DateTimeFormat('en-GB', CLOCK), day: new Intl.DateTimeFormat('en-GB', DAY) },
  utc: {
    clock: new Intl.DateTimeFormat('en-GB', { ...CLOCK, timeZone: 'UTC' }),
    day: new Intl.DateTimeFormat('en-GB', { ...DAY, timeZone: 'UTC' }),
  },
} as const;

/**
 * A time on an axis (in seconds): the time of day, with seconds if they are not zero. The day instead, where
 * it differs from the label before.
 */
export function axisTimeText(seconds: number, before: number | undefined, zone: Zone): string {
  const { clock, day } = LABELS[zone];
  const at = seconds * 1_000;
  const time = clock.format(at).replace(/:00$/, '');
  if (before === undefined || day.format(before * 1_000) === day.format(at)) return time;
  return time === '00:00' ? day.format(at) : `${day.format(at)} ${time}`;
}
