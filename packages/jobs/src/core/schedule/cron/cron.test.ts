import { describe, expect, it } from 'vitest';
import type { SlotClock } from '../clocks/slot-clock.ts';
import { cronClock, cronFault } from './cron.ts';

function at(text: string): number {
  return Date.parse(text);
}

function slotsBetween(clock: SlotClock, from: number, to: number): number[] {
  const slots: number[] = [];
  for (let slot = clock.next(from - 1); slot !== undefined && slot < to; slot = clock.next(slot))
    slots.push(slot);
  return slots;
}

function slotsBackwards(clock: SlotClock, from: number, to: number): number[] {
  const slots: number[] = [];
  for (let slot = clock.previous(to); slot !== undefined && slot >= from; slot = clock.previous(slot)) {
    slots.unshift(slot);
  }
  return slots;
}

/**
 * `cron` in `zone`, from and until two instants, as short UTC times: the day of the month, the hour and the
 * minute.
 */
function run(cron: string, zone: string, from: string, to: string): string[] {
  const clock = cronClock(cron, zone);
  const slots = slotsBetween(clock, at(from), at(to));
  expect(slotsBackwards(clock, at(from), at(to))).toEqual(slots);
  return slots.map((slot) => new Date(slot).toISOString().slice(8, 16).replace('T', ' '));
}

// Promise P2, schedule.
describe('cron expressions', () => {
  it.each([
    '* * * * *',
    '*/5 * * * *',
    '0 9 * * MON-FRI',
    '0 0 1,15 * *',
    '30 0 3 * * *',
    '0 0 L * *',
    '0 0 * * FRI#2',
  ])('takes "%s"', (cron) => expect(cronFault(cron)).toBeUndefined());

  it('takes blanks of any width, and names in any case', () => {
    expect(cronFault(' 0\t9  * jan mon ')).toBeUndefined();
    expect(cronClock(' 0\t9  * jan mon ', 'UTC').next(0)).toBe(cronClock('0 9 * 1 1', 'UTC').next(0));
  });

  it.each(['', '* * * *', '* * * * * * *', '2026-01-01T00:00:00Z', '5m'])(
    'refuses "%s", which has neither five nor six fields',
    (cron) => expect(cronFault(cron)).toMatch(/five fields .* or six/),
  );

  it.each(['@daily', '@hourly', ' @reboot', '@daily * * * *'])('refuses the nickname "%s"', (cron) =>
    expect(cronFault(cron)).toMatch(/"0 0 \* \* \*" instead of @daily/),
  );

  it.each([
    ['60 * * * *', 'minute'],
    ['* 24 * * *', 'hour'],
    ['* * 32 * *', 'day-of-month'],
    ['* * 0 * *', 'day-of-month'],
    ['* * * 13 *', 'month'],
    ['* * * * 8', 'day-of-week'],
    ['* * * * FOO', 'day-of-week'],
    ['60 * * * * *', 'second'],
    ['* 60 * * * *', 'minute'],
    ['12:30 * * * *', 'minute'],
    ['*/0 * * * *', 'minute'],
    ['5-1 * * * *', 'minute'],
  ])('names the field that is wrong in "%s": %s', (cron, field) => {
    expect(cronFault(cron)).toMatch(new RegExp(`^the ${field} field`));
  });

  it.each(['0 0 30 2 *', '0 0 31 2,4,6,9,11 *'])('refuses "%s", which no date matches', (cron) =>
    expect(cronFault(cron)).toMatch(/never occurs/),
  );

  it('takes a date as rare as 29 February', () => {
    expect(cronFault('0 0 29 2 *')).toBeUndefined();
    expect(cronClock('0 0 29 2 *', 'UTC').next(at('2026-01-01T00:00:00Z'))).toBe(at('2028-02-29T00:00:00Z'));
  });

  it('runs on either day when both are given, and on both at once with a plus', () => {
    expect(run('0 0 13 * FRI', 'UTC', '2026-02-01T00:00:00Z', '2026-02-15T00:00:00Z')).toEqual([
      '06 00:00',
      '13 00:00',
    ]);
    expect(run('0 0 13 * +FRI', 'UTC', '2026-02-01T00:00:00Z', '2026-02-15T00:00:00Z')).toEqual(['13 00:00']);
  });

  it('has no slots before 1970 and none from 3000 on', () => {
    const clock = cronClock('0 0 * * *', 'UTC');
    expect(clock.next(-1e12)).toBe(0);
    expect(clock.previous(0)).toBeUndefined();
    expect(clock.next(at('2999-12-31T00:00:00Z'))).toBeUndefined();
    expect(clock.next(Infinity)).toBeUndefined();
    expect(clock.previous(Infinity)).toBe(at('2999-12-31T00:00:00Z'));
  });
});

// Promise P3, grid.
describe('cron where the clock is set forward', () => {
  const newYork = (cron: string) =>
    run(cron, 'America/New_York', '2026-03-08T05:00:00Z', '2026-03-09T05:00:00Z');

  it('runs a daily job of the skipped hour once, right after it', () => {
    expect(newYork('30 2 * * *')).toEqual(['08 07:00']);
    expect(newYork('0 2 * * *')).toEqual(['08 07:00']);
    expect(run('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toEqual([
      '29 01:00',
      '30 00:30',
    ]);
  });

  it('runs once for all the fixed times that meet after the skipped hour', () => {
    expect(newYork('0,15,30 2,3 * * *')).toEqual(['08 07:00', '08 07:15', '08 07:30']);
    expect(newYork('30 2,14 * * *')).toEqual(['08 07:00', '08 18:30']);
  });

  it('skips the times of a repeating pattern in the skipped hour', () => {
    expect(newYork('*/30 1-3 * * *')).toEqual(['08 06:00', '08 06:30', '08 07:00', '08 07:30']);
    expect(newYork('0 */2 * * *').slice(0, 3)).toEqual(['08 05:00', '08 08:00', '08 10:00']);
    expect(newYork('*/20 2 * * *')).toEqual([]);
  });

  it('keeps a daily job where the skipped hour is the first or the last of a day', () => {
    expect(run('30 0 * * *', 'America/Sao_Paulo', '2018-11-03T00:00:00Z', '2018-11-06T00:00:00Z')).toEqual([
      '03 03:30',
      '04 03:00',
      '05 02:30',
    ]);
    expect(run('30 23 * * *', 'America/Nuuk', '2026-03-28T00:00:00Z', '2026-03-31T00:00:00Z')).toEqual([
      '28 01:30',
      '29 01:00',
      '30 00:30',
    ]);
  });

  it('knows that the clock of Lord Howe Island is set by half an hour', () => {
    expect(run('15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T00:00:00Z', '2026-10-05T00:00:00Z')).toEqual([
      '02 15:45',
      '03 15:30',
      '04 15:15',
    ]);
  });

  it('runs once for a whole day that the date line took', () => {
    expect(run('0 12 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', '2012-01-01T00:00:00Z')).toEqual([
      '29 22:00',
      '30 10:00',
      '30 22:00',
      '31 22:00',
    ]);
    expect(run('0 */12 * * *', 'Pacific/Apia', '2011-12-29T00:00:00Z', '2011-12-31T12:00:00Z')).toEqual([
      '29 10:00',
      '29 22:00',
      '30 10:00',
      '30 22:00',
      '31 10:00',
    ]);
  });
});

// Promise P3, grid.
describe('cron where the clock is set back', () => {
  const newYork = (cron: string) =>
    run(cron, 'America/New_York', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z');

  it('runs a daily job of the repeated hour once, in its first pass', () => {
    expect(newYork('30 1 * * *')).toEqual(['01 05:30']);
    expect(newYork('0 1 * * *')).toEqual(['01 05:00']);
    expect(newYork('0 2 * * *')).toEqual(['01 07:00']);
    expect(newYork('30 1,13 * * *')).toEqual(['01 05:30', '01 18:30']);
    expect(run('45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00:00Z', '2026-04-06T00:00:00Z')).toEqual([
      '04 14:45',
      '05 15:15',
    ]);
  });

  it('runs a repeating pattern in both passes', () => {
    expect(newYork('*/30 1 * * *')).toEqual(['01 05:00', '01 05:30', '01 06:00', '01 06:30']);
    expect(newYork('0 * * * *').slice(0, 5)).toEqual([
      '01 04:00',
      '01 05:00',
      '01 06:00',
      '01 07:00',
      '01 08:00',
    ]);
  });

  it('finds the second pass of a pattern whose next local match is a year away', () => {
    expect(run('*/30 1 1 11 *', 'America/New_York', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z')).toEqual([
      '01 05:00',
      '01 05:30',
      '01 06:00',
      '01 06:30',
    ]);
    expect(
      run('30-59/15 1 1 11 *', 'America/New_York', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'),
    ).toEqual(['01 05:30', '01 05:45', '01 06:30', '01 06:45']);
  });

  it('answers from an instant inside the second pass', () => {
    const clock = cronClock('30 1 * * *', 'America/New_York');
    expect(clock.next(at('2026-11-01T06:10:00Z'))).toBe(at('2026-11-02T06:30:00Z'));
    expect(clock.previous(at('2026-11-01T06:10:00Z'))).toBe(at('2026-11-01T05:30:00Z'));
    expect(clock.previous(at('2026-11-01T06:45:00Z'))).toBe(at('2026-11-01T05:30:00Z'));
  });

  it('follows a zone that goes back for Ramadan', () => {
    const casablanca = (cron: string) =>
      run(cron, 'Africa/Casablanca', '2026-02-14T12:00:00Z', '2026-02-16T12:00:00Z');
    expect(casablanca('30 2 * * *')).toEqual(['15 01:30', '16 02:30']);
    expect(casablanca('*/30 2 * * *')).toEqual([
      '15 01:00',
      '15 01:30',
      '15 02:00',
      '15 02:30',
      '16 02:00',
      '16 02:30',
    ]);
  });

  it('follows a clock that is set at midnight of UTC', () => {
    expect(run('30 0 * * *', 'Africa/Tunis', '2005-09-29T12:00:00Z', '2005-10-01T12:00:00Z')).toEqual([
      '29 22:30',
      '30 23:30',
    ]);
    expect(run('30 2 * * *', 'Asia/Gaza', '2023-04-28T12:00:00Z', '2023-04-30T12:00:00Z')).toEqual([
      '29 00:00',
      '29 23:30',
    ]);
  });
});

// Promise P3, grid.
describe('cron in a zone that sets no clock', () => {
  it('runs at the same time of UTC all year', () => {
    expect(run('30 9 1 * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z')).toEqual(
      Array.from({ length: 12 }, () => '01 04:00'),
    );
  });
});
