import { describe, expect, it } from 'vitest';
import { isTimezone, stretchAt } from './timezone.ts';

const HOUR = 3_600_000;

// Promise P2, schedule.
describe('time zone names', () => {
  it.each([
    'UTC',
    'utc',
    'GMT',
    'Europe/Berlin',
    'europe/berlin',
    'America/Argentina/Buenos_Aires',
    'Etc/GMT+5',
  ])('takes %s', (name) => expect(isTimezone(name)).toBe(true));

  it.each([
    'Europe/Kiev',
    'Europe/Kyiv',
    'Asia/Calcutta',
    'CET',
    'EST',
    'EST5EDT',
    'Japan',
    'GB-Eire',
    'W-SU',
  ])('takes %s, an older or newer name of a zone', (name) => expect(isTimezone(name)).toBe(true));

  it.each([
    '',
    ' ',
    'Mars/Olympus',
    'Europe/',
    '/Berlin',
    '+02:00',
    '-0800',
    'UTC+2',
    'Europe/Berlin ',
    'Europe Berlin',
  ])('refuses "%s"', (name) => expect(isTimezone(name)).toBe(false));

  it.each(['IST', 'PST', 'BST', 'CST', 'pst', 'SystemV/PST8PDT'])(
    'refuses %s, which is no IANA name',
    (name) => expect(isTimezone(name)).toBe(false),
  );
});

describe('a stretch of even time', () => {
  it.each<[string, string, number, number]>([
    ['America/New_York', '2026-03-08T07:00:00Z', -4 * HOUR, HOUR],
    ['America/New_York', '2026-11-01T06:00:00Z', -5 * HOUR, -HOUR],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 10.5 * HOUR, -HOUR / 2],
    ['America/Sao_Paulo', '2018-11-04T03:00:00Z', -2 * HOUR, HOUR],
    ['Africa/Casablanca', '2026-02-15T02:00:00Z', 0, -HOUR],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', 14 * HOUR, 24 * HOUR],
    ['Africa/Monrovia', '1972-01-07T00:44:30Z', 0, 44.5 * 60_000],
  ])('in %s begins when the clock is set at %s', (zone, instant, offsetMs, shiftMs) => {
    const changedAt = Date.parse(instant);
    const after = stretchAt(zone, changedAt);
    expect(after).toMatchObject({ from: changedAt, offsetMs, changedAt, shiftMs });
    expect(stretchAt(zone, changedAt - 1)).toMatchObject({ to: changedAt, offsetMs: offsetMs - shiftMs });
    expect(stretchAt(zone, after.to)).toMatchObject({ from: after.to, offsetMs, changedAt, shiftMs });
  });

  it('reports no change a day after it, nor in a zone that sets no clock', () => {
    const later = Date.parse('2026-03-10T12:00:00Z');
    expect(stretchAt('America/New_York', later)).toMatchObject({ shiftMs: 0, offsetMs: -4 * HOUR });
    expect(stretchAt('Asia/Kolkata', later)).toMatchObject({ shiftMs: 0, offsetMs: 5.5 * HOUR });
  });

  it.each<[string, string, number]>([
    ['Asia/Gaza', '2023-04-29T00:00:00Z', HOUR],
    ['Africa/Tunis', '2005-09-30T00:00:00Z', -HOUR],
  ])('in %s begins with the change at %s, the very start of a day of UTC', (zone, instant, shiftMs) => {
    const changedAt = Date.parse(instant);
    expect(stretchAt(zone, changedAt)).toMatchObject({ from: changedAt, changedAt, shiftMs });
    expect(stretchAt(zone, changedAt - 1)).toMatchObject({ to: changedAt, shiftMs: 0 });
  });
});
