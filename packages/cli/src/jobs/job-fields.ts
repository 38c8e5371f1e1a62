import type { FlagParametersForType } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { parseCount, switchFlag, textFlag } from '../input/flags.ts';
import type { JsonObject } from '../input/json-input.ts';
import { payloadFlag } from '../input/run-flags.ts';

/** The flags of a schedule. */
export interface ScheduleFlags {
  readonly interval: string | undefined;
  readonly intervalMode: 'fixed_rate' | 'fixed_delay' | undefined;
  readonly cron: string | undefined;
  readonly timezone: string | undefined;
  readonly runAt: string | undefined;
  readonly onDemand: boolean | undefined;
  readonly startAt: string | undefined;
}

/** The flags of all fields of a job. */
export interface JobFieldFlags extends ScheduleFlags {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly payload: JsonObject | undefined;
  readonly overlap: 'skip' | 'queue' | 'allow' | undefined;
  readonly catchUp: 'once' | 'skip' | 'all' | undefined;
  readonly timeout: string | undefined;
  readonly maxAttempts: number | undefined;
  readonly backoffInitial: string | undefined;
  readonly backoffMax: string | undefined;
  readonly backoffFactor: number | undefined;
  readonly backoffJitter: number | undefined;
}

/** The fields that can be reset to a default. */
export const RESETTABLE = [
  'description',
  'interval_mode',
  'timezone',
  'start_at',
  'payload',
  'overlap',
  'catch_up',
  'timeout',
  'max_attempts',
  'backoff',
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
  timezone: textFlag('Time zone of cron, such as Europe/Berlin', 'name'),
  runAt: textFlag('Run once, at this time: 2026-01-31T09:00:00Z', 'time'),
  onDemand: switchFlag('No schedule: run only on request'),
  startAt: textFlag('First slot of an interval; for cron, no slot before this time', 'time'),
};

export const JOB_FIELD_FLAGS: FlagParametersForType<JobFieldFlags, CliContext> = {
  name: textFlag('Display name', 'text'),
  description: textFlag('Description for people', 'text'),
  ...SCHEDULE_FLAGS,
  payload: payloadFlag('Payload'),
  overlap: {
    kind: 'enum',
    values: ['skip', 'queue', 'allow'],
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
  maxAttempts: {
    kind: 'parsed',
    parse: (text: string) => parseCount(text),
    optional: true,
    placeholder: 'n',
    brief: 'Attempts of a run, the first included',
  },
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
};

function parseNumber(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw new Error('must be a number, such as 2 or 0.1');
}

/** The schedule in the names of the REST API; undefined for flags that were not given. */
export function scheduleFields(flags: ScheduleFlags) {
  return {
    interval: flags.interval,
    interval_mode: flags.intervalMode,
    cron: flags.cron,
    timezone: flags.timezone,
    run_at: flags.runAt,
    on_demand: flags.onDemand ? true : undefined,
    start_at: flags.startAt,
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
    max_attempts: flags.maxAttempts,
  };
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
