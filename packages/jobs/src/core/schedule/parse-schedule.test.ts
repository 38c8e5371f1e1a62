import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../../test/core/schedule-of.ts';
import type { Fault } from '../input/fault.ts';
import { parseSchedule, type ScheduleInput } from './parse-schedule.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const RULES = { minIntervalMs: SECOND };

function faults(input: ScheduleInput, rules = RULES): readonly Fault[] {
  const parsed = parseSchedule(input, rules);
  return parsed.ok ? [] : parsed.faults;
}

function pointers(input: ScheduleInput): string[] {
  return faults(input).map((fault) => fault.pointer);
}

function at(text: string): number {
  return Date.parse(text);
}

// Promise P2, schedule.
describe('schedule', () => {
  it('reads an interval, by default at a fixed rate', () => {
    expect(scheduleOf({ interval: '1h30m' })).toEqual({
      kind: 'interval',
      interval: '1h30m',
      everyMs: 1.5 * HOUR,
      mode: 'fixed_rate',
    });
    expect(
      scheduleOf({ interval: '60s', intervalMode: 'fixed_delay', startAt: '2026-01-01T00:00:00Z' }),
    ).toEqual({
      kind: 'interval',
      interval: '60s',
      everyMs: 60 * SECOND,
      mode: 'fixed_delay',
      startAt: at('2026-01-01T00:00:00Z'),
    });
  });

  it('reads a cron expression, by default in UTC', () => {
    expect(scheduleOf({ cron: '0 3 * * *' })).toEqual({ kind: 'cron', cron: '0 3 * * *', timezone: 'UTC' });
    expect(
      scheduleOf({ cron: '0 3 * * *', timezone: 'Asia/Kolkata', startAt: '2026-01-01T05:30:00+05:30' }),
    ).toEqual({
      kind: 'cron',
      cron: '0 3 * * *',
      timezone: 'Asia/Kolkata',
      startAt: at('2026-01-01T00:00:00Z'),
    });
  });

  it('reads a single instant, past ones too', () => {
    const runAt = '2001-01-01T02:00:00+02:00';
    expect(scheduleOf({ runAt })).toEqual({ kind: 'run_at', runAt: at('2001-01-01T00:00:00Z') });
  });

  it('reads on demand, and takes false as absent', () => {
    expect(scheduleOf({ onDemand: true })).toEqual({ kind: 'on_demand' });
    expect(scheduleOf({ onDemand: false, interval: '1m' }).kind).toBe('interval');
  });

  it('wants exactly one kind', () => {
    expect(pointers({})).toEqual(['']);
    expect(pointers({ onDemand: false })).toEqual(['']);
    expect(pointers({ interval: '1m', cron: '* * * * *' })).toEqual(['/interval', '/cron']);
    expect(pointers({ runAt: '2030-01-01T00:00:00Z', onDemand: true })).toEqual(['/runAt', '/onDemand']);
    expect(faults({ interval: '1m', onDemand: true })[0]?.detail).toMatch(
      /exactly one .* interval and onDemand/,
    );
  });

  it.each<[ScheduleInput, string]>([
    [{ interval: '1m', timezone: 'UTC' }, '/timezone'],
    [{ cron: '* * * * *', intervalMode: 'fixed_rate' }, '/intervalMode'],
    [{ runAt: '2030-01-01T00:00:00Z', startAt: '2030-01-01T00:00:00Z' }, '/startAt'],
    [{ onDemand: true, startAt: '2030-01-01T00:00:00Z' }, '/startAt'],
    [{ onDemand: true, intervalMode: 'fixed_delay' }, '/intervalMode'],
    [{ runAt: '2030-01-01T00:00:00Z', timezone: 'UTC' }, '/timezone'],
    [{ runAt: '2030-01-01T00:00:00Z', endAt: '2030-01-01T00:00:00Z' }, '/endAt'],
    [{ onDemand: true, endAt: '2030-01-01T00:00:00Z' }, '/endAt'],
    [{ runAt: '2030-01-01T00:00:00Z', maxRuns: 1 }, '/maxRuns'],
    [{ onDemand: true, maxRuns: 1 }, '/maxRuns'],
    [{ runAt: '2030-01-01T00:00:00Z', spread: '10m' }, '/spread'],
    [{ onDemand: true, spread: '10m' }, '/spread'],
  ])('refuses what does not go together: %j', (input, pointer) => {
    expect(pointers(input)).toEqual([pointer]);
    expect(faults(input)[0]?.detail).toMatch(/only goes with/);
  });

  it('reads ends and a spread', () => {
    const bounds = {
      startAt: '2030-01-01T00:00:00Z',
      endAt: new Date('2030-01-01T00:00:00Z'),
      maxRuns: 3,
      spread: '90s',
    };
    const read = { startAt: at('2030-01-01T00:00:00Z'), endAt: at('2030-01-01T00:00:00Z'), maxRuns: 3 };
    expect(scheduleOf({ ...bounds, interval: '90s' })).toMatchObject({ ...read, spreadMs: 90 * SECOND });
    expect(scheduleOf({ ...bounds, cron: '0 0 * * *', spread: '24h' })).toMatchObject({
      ...read,
      spreadMs: 24 * HOUR,
    });
    const { spread: _, ...ends } = bounds;
    expect(scheduleOf({ ...ends, interval: '1h', intervalMode: 'fixed_delay' })).toMatchObject(read);
    expect(Object.keys(scheduleOf({ interval: '1h' }))).toEqual(['kind', 'interval', 'everyMs', 'mode']);
  });

  const START = { startAt: '2030-01-01T00:00:00Z' };
  it.each<[ScheduleInput, string, string]>([
    [
      { interval: '1h', ...START, endAt: '2029-12-31T23:59:59.999Z' },
      '/endAt',
      'must be at or after startAt, such as 2030-01-01T00:00:00.000Z; got 2029-12-31T23:59:59.999Z',
    ],
    [
      { cron: '0 12 * * *', ...START, endAt: '2030-01-01T11:59:00Z' },
      '/endAt',
      'must be at or after the first slot of the cron expression, such as 2030-01-01T12:00:00.000Z; got 2030-01-01T11:59:00.000Z',
    ],
    [
      { cron: '0 12 * * *', startAt: '9000-01-01T00:00:00Z', endAt: '9000-01-02T00:00:00Z' },
      '/startAt',
      'must be earlier: the cron expression has no slot at or after this time',
    ],
    [
      { rrule: 'FREQ=DAILY;BYHOUR=12', ...START, endAt: '2030-01-01T11:59:00Z' },
      '/endAt',
      'must be at or after the first slot of the rule, such as 2030-01-01T12:00:00.000Z; got 2030-01-01T11:59:00.000Z',
    ],
    [
      { rrule: 'FREQ=DAILY;BYHOUR=12', startAt: '9000-01-01T00:00:00Z' },
      '/startAt',
      'must be earlier: the rule has no slot at or after this time',
    ],
    [
      { rrule: 'FREQ=DAILY;BYHOUR=12', spread: '25h' },
      '/spread',
      'must be more than 0 and at most 24h, such as 10m; got "25h"',
    ],
    [
      { rrule: 'FREQ=DAILY;BYHOUR=12', intervalMode: 'fixed_rate' },
      '/intervalMode',
      'only goes with interval',
    ],
    [{ onDemand: true, timezone: 'UTC' }, '/timezone', 'only goes with cron or rrule'],
    ...[0, -1, 1.5, Number.NaN, 1_000_000_001].map((maxRuns): [ScheduleInput, string, string] => [
      { interval: '1h', maxRuns },
      '/maxRuns',
      `must be a whole number from 1 to 1000000000, such as 10; got the number ${maxRuns}`,
    ]),
    ...['0s', '-1m', '1h1ms'].map((spread): [ScheduleInput, string, string] => [
      { interval: '1h', spread },
      '/spread',
      `must be more than 0 and at most the interval, such as 1h; got "${spread}"`,
    ]),
    [
      { interval: '48h', spread: '25h' },
      '/spread',
      'must be more than 0 and at most 24h, such as 10m; got "25h"',
    ],
    [
      { cron: '0 3 * * SUN', spread: '25h' },
      '/spread',
      'must be more than 0 and at most 24h, such as 10m; got "25h"',
    ],
    [
      { interval: '1h', intervalMode: 'fixed_delay', spread: '10m' },
      '/spread',
      'does not go with "intervalMode": "fixed_delay", which has no slots to spread. Leave spread out',
    ],
  ])('says what is wrong with the end or the spread of %j', (input, pointer, detail) => {
    expect(faults(input)).toEqual([{ pointer, detail }]);
  });

  it.each<[ScheduleInput, string, RegExp]>([
    [{ interval: '5 minutes' }, '/interval', /5m, 1h30m or 24h/],
    [{ interval: '1500us' }, '/interval', /whole number of milliseconds/],
    [{ interval: '999ms' }, '/interval', /at least 1s/],
    [{ interval: '0' }, '/interval', /at least 1s/],
    [{ interval: '-5m' }, '/interval', /at least 1s/],
    [{ cron: '@daily' }, '/cron', /five fields/],
    [{ cron: '0 0 30 2 *' }, '/cron', /never occurs/],
    [{ cron: '* * * * *', timezone: 'Mars/Olympus' }, '/timezone', /IANA/],
    [{ cron: '* * * * *', timezone: '' }, '/timezone', /IANA/],
    [{ rrule: 'FREQ=DAILY;BYHOUR=9', timezone: 'Mars/Olympus' }, '/timezone', /IANA/],
    [{ rrule: 'FREQ=DAILY;BYHOUR=9', startAt: 'tomorrow' }, '/startAt', /RFC 3339/],
    [{ cron: '* * * * *', startAt: '9000-01-01T00:00:00Z' }, '/startAt', /no slot/],
    [{ runAt: '2030-01-01' }, '/runAt', /RFC 3339/],
    [{ interval: '1m', startAt: 'tomorrow' }, '/startAt', /RFC 3339/],
    [{ interval: '1m', endAt: 'tomorrow' }, '/endAt', /RFC 3339/],
    [{ interval: '1m', spread: '10 s' }, '/spread', /5m, 1h30m or 24h/],
    [{ interval: '1m', spread: '1500us' }, '/spread', /whole number of milliseconds/],
  ])('refuses %j at %s', (input, pointer, detail) => {
    expect(faults(input)).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });

  it('holds the smallest interval that the operator allows', () => {
    expect(faults({ interval: '59999ms' }, { minIntervalMs: 60_000 })[0]?.detail).toBe(
      'must be at least 1m; got "59999ms"',
    );
    expect(faults({ interval: '60000ms' }, { minIntervalMs: 60_000 })).toEqual([]);
  });

  it('names all faults at once', () => {
    const input = { interval: '5', cron: 'x', timezone: 'nowhere', runAt: '-', startAt: '-' } as const;
    expect(new Set(pointers(input))).toEqual(
      new Set(['/interval', '/cron', '/timezone', '/runAt', '/startAt']),
    );
  });
});
