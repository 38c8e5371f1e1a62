import { isDeepStrictEqual } from 'node:util';
import type { Job, JobType, PatchJob } from '@greenvue/jobs/client';
import { isObject } from '../../input/json-input.ts';
import { filledPayload } from './payload-defaults.ts';
import { sameDuration, sameInstant } from './same-value.ts';
import { shownPayload } from './secret-payload.ts';

/**
 * The definition of a job as the body of a PUT with no field left to its default. May contain unsafe
 * characters.
 */
export type Definition = Readonly<Record<string, unknown>>;

const SCHEDULE_FIELDS = [
  'interval',
  'interval_mode',
  'cron',
  'rrule',
  'timezone',
  'run_at',
  'on_demand',
  'after',
  'start_at',
  'end_at',
  'max_runs',
  'spread',
] as const;
const FIELDS = [
  'id',
  'name',
  'description',
  'type',
  ...SCHEDULE_FIELDS,
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

/** The definition of a job, in the field order of the docs. */
export function definitionOf(job: Job): Definition {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, job[name]]));
  return ordered({
    ...fields,
    on_demand: job.on_demand || null,
    tags: namesOrNull(job.tags),
    expect: expectOrNull(job.expect),
    alerts: namesOrNull(job.alerts),
  });
}

/**
 * The definition after a PUT of the body: omitted fields have their defaults, from the job type where it has
 * one. Values that equal the job's values (`60m` is `1h`) keep the job's notation.
 */
export function definitionAfterPut(
  body: Definition,
  {
    id,
    type,
    now,
  }: { readonly id: string; readonly type: JobType | undefined; readonly now: Job | undefined },
): Definition {
  const { backoff = {} } = body;
  const filled = {
    ...body,
    id,
    description: body.description ?? '',
    interval_mode: body.interval_mode ?? (body.interval === undefined ? null : 'fixed_rate'),
    timezone: body.timezone ?? ((body.cron ?? body.rrule) === undefined ? null : 'UTC'),
    on_demand: body.on_demand || null,
    payload: shownPayload(filledPayload(body.payload, type), type),
    after: isObject(body.after) ? { on: 'succeeded', ...body.after } : (body.after ?? null),
    // An older server does not know the field.
    priority: body.priority ?? (now !== undefined && now.priority == null ? undefined : 'normal'),
    overlap: body.overlap ?? (body.after == null ? 'skip' : 'queue'),
    catch_up: body.catch_up ?? 'once',
    timeout: body.timeout ?? type?.timeout,
    max_attempts: body.max_attempts ?? type?.max_attempts,
    backoff: isObject(backoff) ? { ...type?.backoff, ...backoff } : backoff,
    tags: namesOrNull(body.tags),
    pause_after: wholeBudget(body.pause_after ?? type?.pause_after ?? 'none'),
    expect: expectOrNull(body.expect),
    alerts: namesOrNull(body.alerts),
  };
  return ordered(now === undefined ? filled : inWordsOf(now, filled));
}

/**
 * The definition after a merge patch: `null` resets a field, and a field of another schedule kind replaces
 * the schedule.
 */
export function definitionAfterPatch(job: Job, patch: PatchJob, type: JobType | undefined): Definition {
  const merged: Record<string, unknown> = { ...definitionOf(job) };
  const kind = KINDS.find(
    (name) => patch[name] !== undefined && patch[name] !== null && patch[name] !== false,
  );
  if (kind !== undefined && merged[kind] === undefined)
    for (const name of SCHEDULE_FIELDS) delete merged[name];
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = value;
  }
  return definitionAfterPut(merged, { id: job.id, type, now: job });
}

const KINDS = ['interval', 'cron', 'rrule', 'run_at', 'on_demand', 'after'] as const;

export function isSameDefinition(a: Definition, b: Definition): boolean {
  return isDeepStrictEqual(a, b);
}

/** Whether a patch has a schedule field. */
export function changesSchedule(patch: PatchJob): boolean {
  return patch.calendar !== undefined || SCHEDULE_FIELDS.some((name) => patch[name] !== undefined);
}

export function isScheduleField(name: string): boolean {
  return name === 'calendar' || SCHEDULE_FIELDS.some((field) => field === name);
}

/**
 * Known fields in their order, then unknown ones, which the server will refuse. Omits fields without a value,
 * but not the payload `null`, which is one.
 */
function ordered(fields: Definition): Definition {
  const names = new Set<string>([...FIELDS, ...Object.keys(fields)]);
  const known = Array.from(names, (name) => [name, fields[name]] as const);
  const definition = known.filter(
    ([name, value]) => value !== undefined && (value !== null || name === 'payload'),
  );
  return Object.fromEntries(definition.map(([name, value]) => [name, sorted(value)]));
}

/** Uses the job's notation for values that are equal. */
function inWordsOf(job: Job, fields: Definition): Definition {
  const { backoff } = fields;
  return {
    ...fields,
    interval: sameDuration(job.interval, fields.interval) ? job.interval : fields.interval,
    timeout: sameDuration(job.timeout, fields.timeout) ? job.timeout : fields.timeout,
    expire_after: sameDuration(job.expire_after, fields.expire_after)
      ? job.expire_after
      : fields.expire_after,
    only_if:
      isObject(fields.only_if) && sameDuration(job.only_if?.succeeded_within, fields.only_if.succeeded_within)
        ? { ...fields.only_if, succeeded_within: job.only_if?.succeeded_within }
        : fields.only_if,
    timezone: sameText(job.timezone, fields.timezone) ? job.timezone : fields.timezone,
    run_at: sameInstant(job.run_at, fields.run_at) ? job.run_at : fields.run_at,
    start_at: sameInstant(job.start_at, fields.start_at) ? job.start_at : fields.start_at,
    end_at: sameInstant(job.end_at, fields.end_at) ? job.end_at : fields.end_at,
    spread: sameDuration(job.spread, fields.spread) ? job.spread : fields.spread,
    backoff: isObject(backoff)
      ? {
          ...backoff,
          initial: sameDuration(job.backoff.initial, backoff.initial) ? job.backoff.initial : backoff.initial,
          max: sameDuration(job.backoff.max, backoff.max) ? job.backoff.max : backoff.max,
        }
      : backoff,
    expect: isObject(fields.expect) ? expectInWordsOf(job, fields.expect) : fields.expect,
  };
}

function expectInWordsOf({ expect: of }: Job, expect: Readonly<Record<string, unknown>>): Definition {
  const kept = Object.entries(of ?? {}).filter(([name, value]) => sameDuration(value, expect[name]));
  return { ...expect, ...Object.fromEntries(kept) };
}

/** Sorted, each once, as the server keeps them; null without any. */
function namesOrNull(names: unknown): unknown {
  if (!Array.isArray(names)) return names ?? null;
  return names.length === 0 ? null : [...new Set(names)].sort();
}

/** `of_last` is as many as `failures` by default. */
function wholeBudget(budget: unknown): unknown {
  return isObject(budget) ? { of_last: budget.failures, ...budget } : budget;
}

/** Without the expectations that are not set; null if none is. */
function expectOrNull(expect: unknown): unknown {
  if (!isObject(expect)) return expect ?? null;
  const set = Object.entries(expect).filter(([, value]) => value !== null && value !== undefined);
  return set.length === 0 ? null : Object.fromEntries(set);
}

/** Names of time zones are case-insensitive. */
function sameText(a: string | null, b: unknown): boolean {
  return a !== null && typeof b === 'string' && a.toLowerCase() === b.toLowerCase();
}

/** Sorts the keys of objects, whose order has no meaning, so that a diff does not show it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
