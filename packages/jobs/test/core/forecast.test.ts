import { describe, expect, it } from 'vitest';
import { forecastRuns } from '../../src/core/forecast/forecast.ts';
import {
  type ForecastJob,
  partsToRead,
  SAMPLE_PARTS,
  samplePartOf,
} from '../../src/core/forecast/forecast-job.ts';
import type { Forecast, ForecastWindow } from '../../src/core/forecast/forecast-result.ts';
import { assignedTime } from '../../src/core/schedule/assigned-time.ts';
import type { Schedule } from '../../src/core/schedule/schedule.ts';
import { nextSlot, slotsAfter } from '../../src/core/schedule/schedule-slots.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 5, 12);
const DAILY = { kind: 'cron', cron: '0 3 * * *', timezone: 'UTC' } as const;

const every = (everyMs: number, mode: 'fixed_rate' | 'fixed_delay' = 'fixed_rate') =>
  ({ kind: 'interval', interval: `${everyMs}ms`, everyMs, mode }) as const;

function jobOf(id: string, more: Partial<ForecastJob> = {}): ForecastJob {
  const schedule = more.schedule ?? every(HOUR);
  const [nextRunAt] = slotsAfter(schedule, NOW, NOW, 1);
  return {
    id,
    name: `Job ${id}`,
    type: 'noop',
    schedule,
    catchUp: 'once',
    status: 'active',
    anchorAt: NOW,
    durationsMs: [],
    ...(nextRunAt === undefined || more.status === 'paused' ? {} : { nextRunAt }),
    ...more,
  };
}

function forecastOf(
  jobs: readonly ForecastJob[],
  window: Partial<ForecastWindow> = {},
  total = jobs.length,
): Forecast {
  const whole = { now: NOW, from: NOW, steps: 24, stepMs: HOUR, listed: 0, ...window };
  const work = forecastRuns({ jobs, total }, whole);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

const runsOf = (forecast: Forecast) => forecast.steps.map(({ runs }) => runs);

// Promise P38, forecast.
describe('the forecast of runs', () => {
  it('counts each slot in its hour, and none twice', () => {
    const jobs = [jobOf('hourly'), jobOf('quarters', { schedule: every(15 * MINUTE) })];
    const { steps, runs } = forecastOf(jobs);
    expect(steps[0]).toMatchObject({ at: NOW, runs: 3 });
    expect(steps[1]).toMatchObject({ at: NOW + HOUR, runs: 5 });
    expect(runs).toBe(3 + 23 * 5);
  });

  it.each([
    every(1_000),
    every(90_000),
    every(7 * MINUTE + 13),
    every(5 * HOUR),
    { kind: 'cron', cron: '*/7 8-17 * * MON-FRI', timezone: 'Europe/Berlin' } as const,
    { kind: 'cron', cron: '*/20 * * * * *', timezone: 'UTC' } as const,
    { kind: 'cron', cron: '30 2 * * *', timezone: 'America/New_York' } as const,
    { kind: 'rrule', rrule: 'FREQ=DAILY;BYHOUR=2,14;BYMINUTE=30', timezone: 'America/New_York' } as const,
  ])('agrees with the slots of %o, one by one', (schedule) => {
    const forecast = forecastOf([jobOf('job', { schedule })], { steps: 48 });
    const slots: number[] = [];
    let slot = nextSlot(schedule, NOW, NOW);
    for (; slot !== undefined && slot < NOW + 48 * HOUR; slot = nextSlot(schedule, NOW, slot))
      slots.push(slot);
    const expected = forecast.steps.map(
      ({ at }) => slots.filter((slot) => slot >= at && slot < at + HOUR).length,
    );
    expect(runsOf(forecast)).toEqual(expected);
  });

  // Promises P33, calendars and ends; P34, spread.
  it.each<Schedule>([
    { ...every(90_000), spreadMs: 80_000 },
    { ...every(5 * HOUR), spreadMs: 4 * HOUR, endAt: NOW + 20 * HOUR },
    { ...every(1_000), endAt: NOW + 61 * MINUTE + 500 },
    { ...DAILY, spreadMs: 23 * HOUR },
    { kind: 'cron', cron: '*/7 * * * *', timezone: 'Europe/Berlin', spreadMs: 30 * MINUTE, endAt: NOW + DAY },
    {
      kind: 'rrule',
      rrule: 'FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30;BYSECOND=10,20',
      timezone: 'Europe/Berlin',
      spreadMs: 30 * MINUTE,
    },
    { kind: 'rrule', rrule: 'FREQ=DAILY;INTERVAL=2', timezone: 'UTC', startAt: NOW - 30_000, spreadMs: HOUR },
    { kind: 'cron', cron: '*/20 * * * * *', timezone: 'UTC', endAt: NOW + 61 * MINUTE + 30_000 },
    { kind: 'cron', cron: '*/20 * * * * *', timezone: 'UTC', spreadMs: 19_000, endAt: NOW + HOUR },
  ])('S7, K19, Q16: counts slots when they are due, up to the end: %o', (schedule) => {
    for (const id of ['a', 'b', 'c']) {
      const due: number[] = [];
      let slot = nextSlot(schedule, NOW, NOW);
      for (; slot !== undefined && slot < NOW + 49 * HOUR; slot = nextSlot(schedule, NOW, slot))
        due.push(assignedTime({ id, schedule }, slot));
      const [nextSlotAt] = slotsAfter(schedule, NOW, NOW, 1);
      const next =
        nextSlotAt === undefined ? {} : { nextSlotAt, nextRunAt: assignedTime({ id, schedule }, nextSlotAt) };
      const forecast = forecastOf([jobOf(id, { schedule, ...next })], { steps: 48 });
      const expected = forecast.steps.map(
        ({ at }) => due.filter((time) => time >= at && time < at + HOUR).length,
      );
      expect(runsOf(forecast)).toEqual(expected);
    }
  });

  it('K19: counts no more runs than max_runs leaves, late ones included', () => {
    const schedule = { ...every(30 * MINUTE), maxRuns: 5 };
    expect(runsOf(forecastOf([jobOf('job', { schedule, runsMade: 2 })], { steps: 3 }))).toEqual([1, 2, 0]);
    const late = { nextRunAt: NOW - 70 * MINUTE, anchorAt: NOW - 100 * MINUTE, catchUp: 'all' } as const;
    expect(runsOf(forecastOf([jobOf('job', { schedule, ...late, runsMade: 1 })], { steps: 3 }))).toEqual([
      4, 0, 0,
    ]);
    const spent = jobOf('job', { schedule, runsMade: 5, status: 'finished' });
    expect(forecastOf([spent]).runs).toBe(0);
  });

  it('runs a fixed time once where the clock is set forward and back', () => {
    const schedule = { kind: 'cron', cron: '30 2 * * *', timezone: 'Europe/Berlin' } as const;
    for (const change of ['2026-03-28T12:00:00Z', '2026-10-24T12:00:00Z']) {
      const now = Date.parse(change);
      const [nextRunAt = 0] = slotsAfter(schedule, now, now, 1);
      const forecast = forecastOf([jobOf('job', { schedule, nextRunAt })], { now, from: now, steps: 24 });
      expect(forecast.runs).toBe(1);
    }
  });

  it('counts from now on in the hour that has begun', () => {
    const now = NOW + 30 * MINUTE;
    const job = jobOf('quarters', { schedule: every(15 * MINUTE), nextRunAt: NOW + 45 * MINUTE });
    expect(forecastOf([job], { now }).steps[0]?.runs).toBe(1);
  });

  it('counts a late slot now: once, or each one with catchUp all', () => {
    const late = {
      schedule: every(10 * MINUTE),
      nextRunAt: NOW - 25 * MINUTE,
      anchorAt: NOW - DAY - 5 * MINUTE,
    };
    const runs = (catchUp: 'once' | 'all') =>
      forecastOf([jobOf('late', { ...late, catchUp })]).steps[0]?.runs;
    expect(runs('once')).toBe(1 + 6);
    expect(runs('all')).toBe(3 + 6);
  });

  it('begins the run of a fixed delay an interval after the usual end of the one before', () => {
    const schedule = every(20 * MINUTE, 'fixed_delay');
    const job = jobOf('delay', { schedule, nextRunAt: NOW + 20 * MINUTE, durationsMs: [10 * MINUTE] });
    expect(runsOf(forecastOf([job], { steps: 3 }))).toEqual([2, 2, 2]);
  });

  it('foretells how long runs take from the median of those that succeeded, or of their type', () => {
    const jobs = [
      jobOf('measured', { durationsMs: [1_000, 2_000, 60_000] }),
      jobOf('new'),
      jobOf('other', { type: 'other' }),
    ];
    const { types, busyMs } = forecastOf(jobs, { steps: 2 });
    expect(types).toMatchObject([
      { type: 'noop', typicalMs: 2_000, bySteps: [0, 2] },
      { type: 'other', bySteps: [0, 1] },
    ]);
    expect(types[1]).not.toHaveProperty('typicalMs');
    expect(busyMs).toBe(4_000);
  });

  it('counts by tag, a job with two tags under both', () => {
    const { tags } = forecastOf([jobOf('a', { tags: ['billing', 'eu'] }), jobOf('b', { tags: ['eu'] })], {
      steps: 2,
    });
    expect(tags).toEqual([
      { tag: 'eu', runs: 2, bySteps: [0, 2] },
      { tag: 'billing', runs: 1, bySteps: [0, 1] },
    ]);
  });

  it('keeps all runs apart during a pause of all jobs, and runs what is missed at its end', () => {
    const pause = { at: NOW };
    const jobs = [
      jobOf('quarters', { schedule: every(15 * MINUTE) }),
      jobOf('all', { catchUp: 'all' }),
      jobOf('skip', { catchUp: 'skip' }),
      jobOf('paused', { status: 'paused', pause }),
    ];
    const forecast = forecastOf(jobs, { steps: 4, pausedUntil: NOW + 130 * MINUTE });
    expect(runsOf(forecast)).toEqual([0, 0, 3 + 1 + 2, 6]);
    expect(forecast.steps.map(({ pausedRuns }) => pausedRuns)).toEqual([3, 7, 4, 1]);
    expect(forecast.paused.jobs).toBe(4);
    const endless = forecastOf(jobs, { steps: 4, pausedUntil: Number.POSITIVE_INFINITY });
    expect([endless.runs, endless.paused.runs]).toEqual([0, 3 + 3 * 4 + 3 * 3]);
  });

  it('keeps paused jobs apart, until their pause ends', () => {
    const pause = { at: NOW };
    const jobs = [
      jobOf('paused', { status: 'paused', pause }),
      jobOf('until', { status: 'paused', pause: { ...pause, until: NOW + 90 * MINUTE } }),
    ];
    const forecast = forecastOf(jobs, { steps: 4 });
    expect(runsOf(forecast)).toEqual([0, 0, 1, 1]);
    expect(forecast.steps.map(({ pausedRuns }) => pausedRuns)).toEqual([0, 2, 1, 1]);
    expect(forecast.paused).toEqual({ jobs: 2, runs: 4 });
  });

  it('names the minutes in which many runs begin together, once for all days', () => {
    const jobs = Array.from({ length: 40 }, (_, n) =>
      jobOf(`daily-${n}`, { schedule: DAILY, durationsMs: [30_000] }),
    );
    const { clashes, runsPerMinute, steps } = forecastOf([...jobs, jobOf('hourly')], { steps: 72 });
    expect(clashes).toEqual([
      { at: NOW + 15 * HOUR, runs: 41, busyMs: 41 * 30_000, timesUsual: 41, days: 3 },
    ]);
    expect(steps.flatMap(({ hasClash }, n) => (hasClash ? [n] : []))).toEqual([15, 39, 63]);
    expect(runsPerMinute).toBeCloseTo((40 * 3 + 71) / (72 * 60));
  });

  it('calls a minute a clash from 10 runs on, and from twice the runs of the mean minute on', () => {
    const daily = (count: number) =>
      Array.from({ length: count }, (_, n) => jobOf(`daily-${n}`, { schedule: DAILY }));
    const minutely = (count: number) =>
      Array.from({ length: count }, (_, n) => jobOf(`minutely-${n}`, { schedule: every(MINUTE) }));
    const clashesOf = (jobs: readonly ForecastJob[]) =>
      forecastOf(jobs, { steps: 24 }).clashes.map(({ runs }) => runs);
    expect(clashesOf(daily(9))).toEqual([]);
    expect(clashesOf(daily(10))).toEqual([10]);
    expect(clashesOf([...minutely(20), ...daily(18)])).toEqual([]);
    expect(clashesOf([...minutely(20), ...daily(21)])).toEqual([41]);
  });

  it('calls nothing a clash that is usual', () => {
    const jobs = Array.from({ length: 40 }, (_, n) => jobOf(`minutely-${n}`, { schedule: every(MINUTE) }));
    expect(forecastOf(jobs).clashes).toEqual([]);
  });

  it('does not take a minute for quiet because the window has it on fewer days, or ends beside it', () => {
    // Each half hour has 12 busy minutes, from 3 to 14 and from 33 to 44; now it is minute 10.
    const busy = Array.from({ length: 24 }, (_, n) => {
      const minute = n < 12 ? n + 3 : n + 21;
      return jobOf(`at-${minute}`, {
        schedule: { kind: 'cron', cron: `${minute} * * * *`, timezone: 'UTC' },
      });
    });
    const now = NOW + 10 * MINUTE;
    for (const steps of [24, 48, 168]) {
      const { quiet } = forecastOf(busy, { now, steps });
      for (const { at } of quiet) expect([23, 24, 53, 54]).toContain(new Date(at).getUTCMinutes());
    }
  });

  it('finds quiet times away from busy minutes, none of them past', () => {
    const now = NOW + 5 * MINUTE;
    const busy = Array.from({ length: 55 }, (_, minute) =>
      jobOf(`at-${minute}`, { schedule: { kind: 'cron', cron: `${minute} * * * *`, timezone: 'UTC' } }),
    );
    const { quiet, steps } = forecastOf(busy, { now, steps: 24 });
    expect(quiet).toHaveLength(3);
    for (const { at, runs } of quiet) {
      expect(runs).toBe(0);
      expect(at).toBeGreaterThan(now);
      expect(new Date(at).getUTCMinutes()).toBeGreaterThanOrEqual(55);
    }
    // What follows the last hour is not known.
    for (const { quietAt } of steps.slice(0, -1)) expect(new Date(quietAt).getUTCMinutes()).toBe(57);
  });

  it('scales a sample to all jobs, and says that it is one', () => {
    const jobs = Array.from({ length: 10 }, (_, n) => jobOf(`job-${n}`));
    const forecast = forecastOf(jobs, { steps: 2 }, 1_000);
    expect(forecast).toMatchObject({ sampled: true, jobs: 1_000, jobsCounted: 10, runs: 1_000 });
    expect(forecastOf(jobs)).toMatchObject({ sampled: false, jobs: 10, jobsCounted: 10 });
  });

  it('lists the jobs of a window, those with the most runs first', () => {
    const jobs = [
      jobOf('hourly'),
      jobOf('quarters', { schedule: every(15 * MINUTE) }),
      jobOf('daily', { schedule: DAILY }),
    ];
    expect(forecastOf(jobs, { steps: 2, listed: 5 }).listed).toMatchObject([
      { id: 'quarters', runs: 7, firstAt: NOW + 15 * MINUTE, isPaused: false },
      { id: 'hourly', runs: 1, firstAt: NOW + HOUR, isPaused: false },
    ]);
    expect(forecastOf(jobs, { steps: 2, listed: 1 }).listed).toHaveLength(1);
  });

  it('leaves out a job whose slots cannot be computed, and counts the others', () => {
    const schedule = { kind: 'cron', cron: '0 * * * *', timezone: 'Mars/Olympus' } as const;
    const forecast = forecastOf([{ ...jobOf('mars'), schedule }, jobOf('earth')], { steps: 2 });
    expect(forecast).toMatchObject({ jobsFailed: 1, jobsCounted: 1, jobs: 2 });
    expect(forecast.runs).toBeGreaterThan(0);
  });

  it('takes about as many jobs as it may, evenly, however their ids are spaced', () => {
    for (const step of [1, 4, 1_000, 1_024]) {
      const uids = Array.from({ length: 20_000 }, (_, n) => 1_700_000_000_000_000 + n * step);
      const parts = partsToRead(uids.length, 1_000);
      const chosen = uids.filter((uid) => samplePartOf(uid) < parts);
      expect(chosen.length).toBeGreaterThan(800);
      expect(chosen.length).toBeLessThan(1_250);
      const even = chosen.filter((uid) => ((uid - 1_700_000_000_000_000) / step) % 4 === 0).length;
      expect(even / chosen.length).toBeGreaterThan(0.18);
      expect(even / chosen.length).toBeLessThan(0.32);
    }
    expect(partsToRead(1_000, 1_000)).toBe(SAMPLE_PARTS);
  });
});
