import type { Job } from '@greenvue/jobs/client';
import type { FlagParametersForType } from '@stricli/core';
import type { CliContext } from '../../context.ts';
import { parseCount, switchFlag, textFlag } from '../../input/flags.ts';
import type { JsonObject } from '../../input/json-input.ts';
import { payloadFlag } from '../../input/run-flags.ts';
import {
  type After,
  type Budget,
  type CalendarChoice,
  type OnlyIf,
  parseAfter,
  parseBudget,
  parseCalendar,
  parseNumber,
  parseOnlyIf,
} from './parse-field.ts';

/** The flags of a schedule. */
export interface ScheduleFlags {
  readonly interval: string | undefined;
  readonly intervalMode: 'fixed_rate' | 'fixed_delay' | undefined;
  readonly cron: string | undefined;
  readonly rrule: string | undefined;
  readonly timezone: string | undefined;
  readonly runAt: string | undefined;
  readonly onDemand: boolean | undefined;
  readonly after: After | undefined;
  readonly startAt: string | undefined;
  readonly endAt: string | undefined;
  readonly maxRuns: number | undefined;
  readonly spread: string | undefined;
  readonly calendar: CalendarChoice | undefined;
}

/** The flags of all fields of a job. */
export interface JobFieldFlags extends ScheduleFlags {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly payload: JsonObject | undefined;
  readonly overlap: 'skip' | 'queue' | 'allow' | 'cancel_previous' | undefined;
  readonly catchUp: 'once' | 'skip' | 'all' | undefined;
  readonly timeout: string | undefined;
  readonly expireAfter: string | undefined;
  readonly priority: Job['priority'] | undefined;
  readonly maxRunning: number | undefined;
  readonly onlyIf: OnlyIf | undefined;
  readonly maxAttempts: number | undefined;
  readonly backoffInitial: string | undefined;
  readonly backoffMax: string | undefined;
  readonly backoffFactor: number | undefined;
  readonly backoffJitter: number | undefined;
  readonly tags: readonly string[] | undefined;
  readonly pauseAfter: Budget | 'none' | undefined;
  readonly expectSuccessWithin: string | undefined;
  readonly expectDuration: string | undefined;
  readonly expectStartWithin: string | undefined;
  readonly alerts: readonly string[] | undefined;
  readonly pingUrl: string | undefined;
}

/** The fields that can be reset to a default. */
export const RESETTABLE = [
  'description',
  'interval_mode',
  'timezone',
  'start_at',
  'end_at',
  'max_runs',
  'spread',
  'calendar',
  'payload',
  'overlap',
  'catch_up',
  'timeout',
  'expire_after',
  'priority',
  'max_running',
  'only_if',
  'max_attempts',
  'backoff',
  'tags',
  'pause_after',
  'expect',
  'alerts',
  'ping_url',
] as const;

export type Resettable = (typeof RESETTABLE)[number];

export const SCHEDULE_FLAGS: FlagParametersForType<ScheduleFlags, CliContext> = {
  interval: textFlag('Time between two slots: 5m, 1h30m, 24h', 'duration'),
  intervalMode: {
    kind: 'enum',
    values: ['fixed_rate', 'fixed_delay'],
    optional: true,
    brief: 'Count the interval from slot to slot, or from the end of a run',
  },
  cron: textFlag('Minute, hour, day, month, weekday; with six fields, seconds first', 'expression'),
  rrule: textFlag('Recurrence rule of iCalendar: FREQ=WEEKLY;BYDAY=MO;BYHOUR=9', 'rule'),
  timezone: textFlag('Time zone of cron and rrule, such as Europe/Berlin', 'name'),
  runAt: textFlag('Run once, at this time: 2026-01-31T09:00:00Z', 'time'),
  onDemand: switchFlag('No schedule: run only on request'),
  after: {
    kind: 'parsed',
    parse: parseAfter,
    optional: true,
    placeholder: 'job[/end]',
    brief: 'Run when a run of another job ends: import, import/failed, import/finished',
  },
  startAt: textFlag('First slot of an interval; for cron and rrule, no slot before this time', 'time'),
  endAt: textFlag('No slot after this time: 2026-12-31T23:59:59Z', 'time'),
  maxRuns: countFlag('The job is finished after this many runs of its slots'),
  spread: textFlag('Each slot is due by a part of this later, fixed for the id: 10m', 'duration'),
  calendar: {
    kind: 'parsed',
    parse: parseCalendar,
    optional: true,
    placeholder: 'mode:id',
    brief: 'Skip slots inside windows of a calendar, or move them to the end: skip:holidays, move:nights',
  },
};

export const JOB_FIELD_FLAGS: FlagParametersForType<JobFieldFlags, CliContext> = {
  name: textFlag('Display name', 'text'),
  description: textFlag('Description for people', 'text'),
  ...SCHEDULE_FLAGS,
  payload: payloadFlag('Payload'),
  overlap: {
    kind: 'enum',
    values: ['skip', 'queue', 'allow', 'cancel_previous'],
    optional: true,
    brief: 'What happens when a slot is due while a run is live',
  },
  catchUp: {
    kind: 'enum',
    values: ['once', 'skip', 'all'],
    optional: true,
    brief: 'What happens after missed slots',
  },
  timeout: textFlag('Longest duration of an attempt', 'duration'),
  expireAfter: textFlag('Skip a run that has not started this long after it was due', 'duration'),
  priority: {
    kind: 'enum',
    values: ['high', 'normal', 'low'],
    optional: true,
    brief: 'Which of the due runs start first',
  },
  maxRunning: countFlag('At most this many runs of the job run at once; only with overlap allow'),
  onlyIf: {
    kind: 'parsed',
    parse: parseOnlyIf,
    optional: true,
    placeholder: 'job/duration',
    brief: 'Skip slots unless another job has succeeded this recently: import/24h',
  },
  maxAttempts: countFlag('Attempts of a run, the first included'),
  backoffInitial: textFlag('Wait before the first retry', 'duration'),
  backoffMax: textFlag('Longest wait before a retry', 'duration'),
  backoffFactor: {
    kind: 'parsed',
    parse: parseNumber,
    optional: true,
    placeholder: 'x',
    brief: 'Multiplier from each wait to the next',
  },
  backoffJitter: {
    kind: 'parsed',
    parse: parseNumber,
    optional: true,
    placeholder: 'x',
    brief: 'Random fraction by which each wait is longer or shorter',
  },
  tags: namesFlag('Labels, such as billing,eu', 'tags'),
  pauseAfter: {
    kind: 'parsed',
    parse: parseBudget,
    optional: true,
    placeholder: 'n/m',
    brief: 'Pause after n failures of the last m runs: 3/5; 3 for 3 in a row; none',
  },
  expectSuccessWithin: textFlag('A run must succeed at least this often', 'duration'),
  expectDuration: textFlag('A run that takes longer makes the job slow', 'duration'),
  expectStartWithin: textFlag('A due run must start within this time', 'duration'),
  alerts: namesFlag('Alert channels, such as ops,team', 'ids'),
  pingUrl: textFlag('URL of a monitor, which gets a request at each start, success and failure', 'url'),
};

function countFlag(brief: string) {
  const parse = (text: string) => parseCount(text);
  return { kind: 'parsed', parse, optional: true, placeholder: 'n', brief } as const;
}

function namesFlag(brief: string, placeholder: string) {
  return { kind: 'parsed', parse: String, variadic: ',', optional: true, placeholder, brief } as const;
}

/** The schedule in the names of the REST API; undefined for flags that were not given. */
export function scheduleFields(flags: ScheduleFlags) {
  return {
    interval: flags.interval,
    interval_mode: flags.intervalMode,
    cron: flags.cron,
    rrule: flags.rrule,
    timezone: flags.timezone,
    run_at: flags.runAt,
    on_demand: flags.onDemand ? true : undefined,
    after: flags.after,
    start_at: flags.startAt,
    end_at: flags.endAt,
    max_runs: flags.maxRuns,
    spread: flags.spread,
    calendar: flags.calendar === undefined ? undefined : { ...flags.calendar },
  };
}

/** All fields except backoff in the names of the REST API; undefined for flags that were not given. */
export function plainFields(flags: JobFieldFlags) {
  return {
    name: flags.name,
    description: flags.description,
    ...scheduleFields(flags),
    payload: flags.payload,
    overlap: flags.overlap,
    catch_up: flags.catchUp,
    timeout: flags.timeout,
    expire_after: flags.expireAfter,
    priority: flags.priority,
    max_running: flags.maxRunning,
    only_if: flags.onlyIf,
    max_attempts: flags.maxAttempts,
    tags: copyOf(flags.tags),
    pause_after: flags.pauseAfter,
    alerts: copyOf(flags.alerts),
    ping_url: flags.pingUrl,
  };
}

function copyOf(names: readonly string[] | undefined): string[] | undefined {
  return names === undefined ? undefined : [...names];
}

/** The given expectations; undefined if none was given. */
export function expectFields(flags: JobFieldFlags) {
  const { expectSuccessWithin, expectDuration, expectStartWithin } = flags;
  const expect = {
    ...(expectSuccessWithin === undefined ? {} : { success_within: expectSuccessWithin }),
    ...(expectDuration === undefined ? {} : { duration: expectDuration }),
    ...(expectStartWithin === undefined ? {} : { start_within: expectStartWithin }),
  };
  return Object.keys(expect).length === 0 ? undefined : expect;
}

/** The given parts of the backoff; undefined if none was given. */
export function backoffFields(flags: JobFieldFlags) {
  const { backoffInitial, backoffMax, backoffFactor, backoffJitter } = flags;
  const backoff = {
    ...(backoffInitial === undefined ? {} : { initial: backoffInitial }),
    ...(backoffMax === undefined ? {} : { max: backoffMax }),
    ...(backoffFactor === undefined ? {} : { factor: backoffFactor }),
    ...(backoffJitter === undefined ? {} : { jitter: backoffJitter }),
  };
  return Object.keys(backoff).length === 0 ? undefined : backoff;
}
