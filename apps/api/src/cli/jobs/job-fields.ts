import type { FlagParametersForType } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { parseCount, switchFlag, textFlag } from '../input/flags.ts';
import { type JsonObject, parsePayload } from '../input/json-input.ts';

/** When a job runs, as flags. */
export interface ScheduleFlags {
  readonly interval: string | undefined;
  readonly intervalMode: 'fixed_rate' | 'fixed_delay' | undefined;
  readonly cron: string | undefined;
  readonly timezone: string | undefined;
  readonly runAt: string | undefined;
  readonly onDemand: boolean | undefined;
  readonly startAt: string | undefined;
}

/** What else there is to decide about a job, as flags. */
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

/** The fields that have a default to go back to. */
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
  interval: textFlag('Every so often: 5m, 1h30m, 24h', 'duration'),
  intervalMode: {
    kind: 'enum',
    values: ['fixed_rate', 'fixed_delay'],
    optional: true,
    brief: 'Counted from slot to slot, or from the end of a run',
  },
  cron: textFlag('Minute, hour, day, month, weekday; six fields begin with seconds', 'expression'),
  timezone: textFlag('Of cron, such as Europe/Berlin', 'name'),
  runAt: textFlag('Once, at this time: 2026-01-31T09:00:00Z', 'time'),
  onDemand: switchFlag('Only when somebody asks'),
  startAt: textFlag('The first slot of an interval; cron has none before it', 'time'),
};

export const JOB_FIELD_FLAGS: FlagParametersForType<JobFieldFlags, CliContext> = {
  name: textFlag('For people', 'text'),
  description: textFlag('For people', 'text'),
  ...SCHEDULE_FLAGS,
  payload: {
    kind: 'parsed',
    parse: parsePayload,
    optional: true,
    placeholder: 'json',
    brief: 'A JSON object, @file with one, or @- for stdin',
  },
  overlap: {
    kind: 'enum',
    values: ['skip', 'queue', 'allow'],
    optional: true,
    brief: 'What a slot does while a run is live',
  },
  catchUp: {
    kind: 'enum',
    values: ['once', 'skip', 'all'],
    optional: true,
    brief: 'What is done for missed slots',
  },
  timeout: textFlag('For one attempt', 'duration'),
  maxAttempts: {
    kind: 'parsed',
    parse: (text: string) => parseCount(text),
    optional: true,
    placeholder: 'n',
    brief: 'How often a run is tried',
  },
  backoffInitial: textFlag('The wait before the first retry', 'duration'),
  backoffMax: textFlag('The longest wait before a retry', 'duration'),
  backoffFactor: {
    kind: 'parsed',
    parse: parseNumber,
    optional: true,
    placeholder: 'x',
    brief: 'Each wait is so many times the one before',
  },
  backoffJitter: {
    kind: 'parsed',
    parse: parseNumber,
    optional: true,
    placeholder: 'x',
    brief: 'Give or take this fraction of a wait',
  },
};

function parseNumber(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw new Error('must be a number, such as 2 or 0.1');
}

/** The schedule in the names of the REST contract; undefined is what was not said. */
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

/** All fields but the backoff in the names of the REST contract; undefined is what was not said. */
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

/** The parts of the backoff that were said; undefined when none was. */
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
