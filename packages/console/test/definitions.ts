import fc from 'fast-check';
import type { Definition } from '../src/job-form/draft/draft.ts';
import type { Backoff } from '../src/job-form/parts/backoff-draft.ts';
import type { JobCalendar } from '../src/job-form/parts/calendar-draft.ts';
import type { Gate } from '../src/job-form/parts/gate-draft.ts';
import { type Bounds, MOST_RUNS, type ScheduleBody } from '../src/job-form/parts/schedule-draft.ts';
import type { ShortValues } from '../src/job-form/parts/short-fields.ts';
import type { Watching } from '../src/job-form/parts/watch-draft.ts';
import { toJsonObject } from '../src/job-form/payload/json-value.ts';

const instants = fc
  .date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const durations = fc.constantFrom('1s', '5m', '60m', '1h', '1h30m', '24h');

const bounds: fc.Arbitrary<Bounds> = fc.record(
  {
    start_at: instants,
    end_at: instants,
    max_runs: fc.integer({ min: 1, max: MOST_RUNS }),
    spread: durations,
  },
  { requiredKeys: [] },
);
/** A fixed delay has no slots to spread. */
const boundsOfDelay = bounds.map(({ spread: _spread, ...rest }): Bounds => rest);

/** Any schedule of a request body. */
export const schedules: fc.Arbitrary<ScheduleBody> = fc.oneof(
  fc
    .tuple(durations, bounds)
    .map(([interval, more]) => ({ interval, interval_mode: 'fixed_rate' as const, ...more })),
  fc
    .tuple(durations, boundsOfDelay)
    .map(([interval, more]) => ({ interval, interval_mode: 'fixed_delay' as const, ...more })),
  fc
    .tuple(
      fc.constantFrom('0 3 * * *', ' 30 8  * * mon', '*/5 * * * * *'),
      fc.constantFrom('UTC', 'Europe/Berlin'),
      bounds,
    )
    .map(([cron, timezone, more]) => ({ cron, timezone, ...more })),
  fc
    .tuple(
      fc.constantFrom('FREQ=DAILY;BYHOUR=9', 'rrule:freq=weekly'),
      fc.constantFrom('UTC', 'Asia/Tokyo'),
      bounds,
    )
    .map(([rrule, timezone, more]) => ({ rrule, timezone, ...more })),
  instants.map((at) => ({ run_at: at })),
  fc
    .tuple(fc.constantFrom('import', 'report'), fc.constantFrom('succeeded', 'failed', 'finished'), bounds)
    .map(([job, on, { start_at: _start, spread: _spread, ...ends }]) => ({ after: { job, on }, ...ends })),
  fc.constant({ on_demand: true as const }),
);

const backoffs: fc.Arbitrary<Backoff | undefined> = fc.option(
  fc.record({
    initial: durations,
    max: durations,
    factor: fc.double({ min: 1, max: 100, noNaN: true }),
    jitter: fc.constantFrom(0.5, 0.25, 1),
  }),
  { nil: undefined },
);

const names = fc.subarray(['billing', 'eu', 'ops']);
const budgets = fc.constantFrom(
  'none' as const,
  { failures: 3, of_last: 3 },
  { failures: 3, of_last: 5 },
  undefined,
);
const watchings: fc.Arbitrary<Watching> = fc.record({
  tags: names,
  pauseAfter: budgets,
  expect: fc.record(
    { success_within: durations, duration: durations, start_within: durations },
    { requiredKeys: [] },
  ),
  alerts: names,
});

const gates: fc.Arbitrary<Gate | undefined> = fc.option(
  fc.record({ job: fc.constantFrom('import', 'report'), succeeded_within: durations }),
  { nil: undefined },
);

const calendars: fc.Arbitrary<JobCalendar | undefined> = fc.option(
  fc.record({ id: fc.constantFrom('holidays', 'nights'), mode: fc.constantFrom('skip', 'move') }),
  { nil: undefined },
);

const shorts: fc.Arbitrary<ShortValues> = fc.record(
  {
    timeout: durations,
    expire_after: durations,
    max_attempts: fc.constantFrom(1, 3, 1_000),
    max_running: fc.constantFrom(1, 5, 10_000),
    ping_url: fc.constant('https://monitor.example/1'),
  },
  { requiredKeys: [] },
);

const ownPayloads: fc.Arbitrary<Definition> = fc.record({
  id: fc.constant('a'),
  name: fc.constantFrom('A', ' A ', 'B'),
  description: fc.constantFrom('', 'What it is for'),
  type: fc.constant('t'),
  schedule: schedules,
  calendar: calendars,
  payload: fc
    .dictionary(fc.constantFrom('a', 'b', '__proto__', 'b/c'), fc.jsonValue({ maxDepth: 2 }))
    .map((payload) => toJsonObject(payload)),
  overlap: fc.constantFrom('skip' as const, 'queue' as const, 'allow' as const, 'cancel_previous' as const),
  catchUp: fc.constantFrom('once' as const, 'skip' as const, 'all' as const),
  priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const),
  gate: gates,
  short: shorts,
  backoff: backoffs,
  watching: watchings,
});

/**
 * Any job. Each field has few values, so that two jobs often share some. A job on demand may have no payload.
 */
export const definitions: fc.Arbitrary<Definition> = fc
  .tuple(ownPayloads, fc.boolean())
  .map(([definition, isPerRun]) =>
    'on_demand' in definition.schedule
      ? { ...definition, ...(isPerRun ? { payload: null } : {}), gate: undefined, calendar: undefined }
      : definition,
  );
