import { describe, expect, test } from 'vitest';
import { cronText, type ScheduleFields, scheduleText } from './schedule-text.ts';

const NONE: ScheduleFields = {
  interval: null,
  interval_mode: null,
  cron: null,
  rrule: null,
  timezone: null,
  run_at: null,
  on_demand: false,
  after: null,
  start_at: null,
  end_at: null,
  max_runs: null,
  spread: null,
};
const VIEWER = { now: Date.parse('2026-01-01T00:00:00Z'), timeZone: 'Europe/Berlin' };

test('a schedule from a server that does not know rules has its words', () => {
  const { rrule: _, ...known } = { ...NONE, interval: '5m', interval_mode: 'fixed_rate' };
  expect(scheduleText(known as ScheduleFields, VIEWER)).toBe('Every 5 minutes');
});

describe('an interval', () => {
  test.each([
    ['5m', 'Every 5 minutes'],
    ['1m', 'Every minute'],
    ['60m', 'Every hour'],
    ['1s', 'Every second'],
    ['90s', 'Every 1 minute 30 seconds'],
    ['1h30m', 'Every 1 hour 30 minutes'],
    ['1.5s', 'Every 1.5 seconds'],
    ['24h', 'Every 24 hours'],
    ['168h', 'Every 7 days'],
    ['+5m', 'Every 5 minutes'],
    ['what is new to the console', 'Every what is new to the console'],
  ])('%s is "%s"', (interval, words) => {
    expect(scheduleText({ ...NONE, interval, interval_mode: 'fixed_rate' }, VIEWER)).toBe(words);
  });

  test('names its spread and its end', () => {
    const bounds = { spread: '1m', end_at: '2026-06-01T07:00:00Z', max_runs: 1 };
    const text = scheduleText({ ...NONE, interval: '1h', interval_mode: 'fixed_rate', ...bounds }, VIEWER);
    expect(text).toBe('Every hour, spread over 1 minute, until 1 Jun 2026, 09:00, at most 1 run');
  });

  test.each([
    ['5m', '5 minutes after each run ends'],
    ['1h', '1 hour after each run ends'],
  ])('%s counted from the end of a run is "%s"', (interval, words) => {
    expect(scheduleText({ ...NONE, interval, interval_mode: 'fixed_delay' }, VIEWER)).toBe(words);
  });

  test('names its first slot while that is in the future', () => {
    const job = { ...NONE, interval: '5m', start_at: '2026-02-01T08:00:00.000Z' };
    expect(scheduleText(job, VIEWER)).toBe('Every 5 minutes, from 1 Feb 2026, 09:00');
    expect(scheduleText(job, { ...VIEWER, now: Date.parse('2026-02-01T08:00:00Z') })).toBe('Every 5 minutes');
  });
});

describe('cron', () => {
  test('is shown in words with its own time zone', () => {
    expect(scheduleText({ ...NONE, cron: '30 8 * * 1-5', timezone: 'Asia/Tokyo' }, VIEWER)).toBe(
      'At 08:30, Monday through Friday (Asia/Tokyo)',
    );
  });

  test.each([
    ['*/5 * * * *', 'Every 5 minutes'],
    ['*/10 * * * * *', 'Every 10 seconds'],
    ['0 0 9 * * MON', 'At 09:00, only on Monday'],
    ['0 0 9 ? * mon', 'At 09:00, only on Monday'],
    ['0 0 L * *', 'At 00:00, on the last day of the month'],
    ['0 0 * * FRI#L', 'At 00:00, on the last Friday of the month'],
    ['0 0 * * 5#2', 'At 00:00, on the second Friday of the month'],
    ['0 0 * * 7', 'At 00:00, only on Sunday'],
  ])('%s is "%s"', (cron, words) => {
    expect(cronText(cron)).toBe(words);
  });

  test('distinguishes days that must match both fields from days that match either', () => {
    const either = cronText('0 0 13 * FRI');
    const both = cronText('0 0 13 * +FRI');
    expect(either).toBe('At 00:00, on day 13 of the month or on Friday');
    expect(both).toBe('At 00:00, on day 13 of the month, only on Friday');
    expect(cronText('30 9 1,15 6 MON-FRI')).toBe(
      'At 09:30, on day 1 and 15 of the month or Monday through Friday, only in June',
    );
  });

  test('without words is shown as it is written', () => {
    expect(cronText('nonsense')).toBeUndefined();
    expect(scheduleText({ ...NONE, cron: 'a b c', timezone: 'UTC' }, VIEWER)).toBe('Cron a b c (UTC)');
  });
});

test('a rule is shown in words with its own time zone, or as it is written', () => {
  const job = { ...NONE, rrule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', timezone: 'Europe/Berlin' };
  const start = { start_at: '2026-06-01T07:00:00.000Z', max_runs: 3 };
  expect(scheduleText({ ...job, ...start }, VIEWER)).toBe(
    'Every second Monday at 09:00 (Europe/Berlin), from 1 Jun 2026, 09:00, at most 3 runs',
  );
  expect(scheduleText({ ...NONE, rrule: 'FREQ=DAILY;BYHOUR=1,2,3,4,5' }, VIEWER)).toBe(
    'Rule FREQ=DAILY;BYHOUR=1,2,3,4,5 (UTC)',
  );
});

test("a one-time run is shown in the viewer's zone", () => {
  expect(scheduleText({ ...NONE, run_at: '2026-01-31T23:30:00.000Z' }, VIEWER)).toBe(
    'Once, on 1 Feb 2026, 00:30',
  );
});

test('an on-demand job says so', () => {
  expect(scheduleText({ ...NONE, on_demand: true }, VIEWER)).toBe('Manual only');
});

test.each([
  ['succeeded', 'After each success of import'],
  ['failed', 'After each failure of import'],
  ['finished', 'After each end of import'],
] as const)('a job that runs after another one, on %s', (on, text) => {
  const fields = { ...NONE, after: { job: 'import', on } };
  expect(scheduleText(fields, { now: 0 })).toBe(text);
  expect(scheduleText({ ...fields, max_runs: 3 }, { now: 0 })).toBe(`${text}, at most 3 runs`);
});
