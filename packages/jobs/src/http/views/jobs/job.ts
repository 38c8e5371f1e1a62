import { z } from 'zod';
import { CALENDAR_MODES } from '../../../core/calendars/calendar.ts';
import { damagedNames } from '../../../core/model/damaged-names.ts';
import { originOf } from '../../../core/model/declaration.ts';
import type { Job, JobDefinition } from '../../../core/model/job.ts';
import { PRIORITIES } from '../../../core/model/priority.ts';
import type { Backoff } from '../../../core/model/retry.ts';
import { RUN_STATUSES } from '../../../core/model/run.ts';
import { HEALTH_STATUSES, JOB_STATUSES } from '../../../core/model/statuses.ts';
import type { Bounds } from '../../../core/schedule/schedule.ts';
import type { JobSort, JobView } from '../../../core/store/store-views.ts';
import { formatDuration } from '../../../core/time/duration.ts';
import { instantJson, instantSchema } from '../../fields/instant.ts';
import { cursorParameter, limitParameter } from '../../fields/page.ts';
import { parseJsonObject } from '../../fields/stored-json.ts';
import { tagParameter } from '../../fields/tag.ts';
import { text } from '../../fields/text.ts';
import { recentRunJson, recentRunSchema, recentRunsParameter } from '../runs/recent-run.ts';
import { afterSchema, onlyIfJson, onlyIfSchema } from './chains.ts';
import { watchingJson, watchingShape } from './watching.ts';

const SORTS = ['id', 'name', 'next_run', 'last_run', 'created_at'] as const;

/** The waits between attempts, durations in Go syntax. */
export const backoffSchema = z.object({
  initial: z.string(),
  max: z.string(),
  factor: z.number(),
  jitter: z.number(),
});

/** A job in the response of every route; an absent value is `null`. */
export const jobSchema = z
  .object({
    id: z.string(),
    uid: z.string().describe('Id of this generation: a job that is deleted and created again gets a new uid'),
    version: z.int().describe('Version of the definition: each edit increases it; part of the ETag'),
    name: z.string(),
    description: z.string(),
    type: z.string(),
    interval: z.string().nullable().describe('The duration as the client wrote it'),
    interval_mode: z.enum(['fixed_rate', 'fixed_delay']).nullable(),
    cron: z.string().nullable(),
    rrule: z.string().nullable(),
    timezone: z.string().nullable().describe('Time zone of cron and rrule'),
    run_at: instantSchema.nullable(),
    on_demand: z.boolean(),
    after: afterSchema.nullable(),
    start_at: instantSchema.nullable(),
    end_at: instantSchema.nullable(),
    max_runs: z.int().nullable(),
    spread: z.string().nullable(),
    calendar: z.object({ id: z.string(), mode: z.enum(CALENDAR_MODES) }).nullable(),
    payload: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe("With the job type's defaults filled in; null if each run must bring its own"),
    overlap: z.enum(['skip', 'queue', 'allow', 'cancel_previous']),
    catch_up: z.enum(['once', 'skip', 'all']),
    timeout: z.string(),
    expire_after: z.string().nullable(),
    priority: z.enum(PRIORITIES),
    max_running: z.int().nullable(),
    only_if: onlyIfSchema.nullable(),
    max_attempts: z.int(),
    backoff: backoffSchema,
    ...watchingShape,
    status: z.enum(JOB_STATUSES),
    pause: z
      .object({
        reason: z.string().nullable(),
        by: z.string().nullable(),
        until: instantSchema.nullable(),
        at: instantSchema,
      })
      .nullable(),
    health: z.object({
      status: z.enum(HEALTH_STATUSES),
      reason: z.string().nullable(),
      since: instantSchema.nullable(),
    }),
    is_running: z.boolean(),
    last_run: instantSchema.nullable().describe('Start of the most recently started run'),
    last_status: z.enum(RUN_STATUSES).nullable().describe('Status of that run'),
    next_run: instantSchema.nullable(),
    next_slot: instantSchema
      .nullable()
      .describe(
        'The slot to take next. Earlier than next_run if spread or a calendar moves it, or if a calendar skips it',
      ),
    runs_made: z.int().nullable().describe('Runs that count for max_runs; null without it'),
    recent_runs: z
      .array(recentRunSchema)
      .nullable()
      .describe('Runs of this generation, newest first; null unless the list was requested with recent_runs'),
    origin: z
      .enum(['code', 'api'])
      .describe('code: the program declares the job, so an edit or delete is a 409'),
    declaration: z
      .object({
        declared_in: z.string().describe('The place in the source, such as src/jobs.ts:12'),
        gone: z
          .object({ since: instantSchema, release: z.int() })
          .nullable()
          .describe(
            'Since which release code no longer declares the job: it is paused, and deleted after 7 days',
          ),
      })
      .nullable()
      .describe('null: origin is api'),
    created_by: z.string().nullable(),
    created_at: instantSchema,
    updated_at: instantSchema,
  })
  .meta({ title: 'Job' });

export type JobJson = z.output<typeof jobSchema>;

/** The query of GET /jobs. */
export const jobsQuery = z.strictObject({
  type: text({ min: 1, max: 100 }).optional(),
  status: z.enum(JOB_STATUSES).optional(),
  health: z
    .enum([...HEALTH_STATUSES, 'unhealthy'])
    .optional()
    .describe(
      'unhealthy: any of no_handler, zombie, overdue, no_upstream, failing, late, slow and overrunning',
    ),
  origin: z.enum(['code', 'api']).optional().describe('code: jobs that the program declares'),
  tag: tagParameter.optional(),
  q: text({ min: 1, max: 200 })
    .optional()
    .describe('Text that the id, name or description contains; case-insensitive'),
  upstream: text({ min: 1, max: 128 }).optional().describe('Id of a job: only jobs that wait for it'),
  sort: z
    .enum([...SORTS, ...SORTS.map((field) => `-${field}` as const)])
    .default('id')
    .describe('Sort field; a leading "-" reverses the order'),
  recent_runs: recentRunsParameter,
  limit: limitParameter,
  cursor: cursorParameter.optional(),
});

/** How many jobs have a tag. */
export const tagCountSchema = z.object({ tag: z.string(), jobs: z.int() });
export type TagCountJson = z.output<typeof tagCountSchema>;

/** The order that a `sort` parameter requests. */
export function jobOrder(sort: z.output<typeof jobsQuery>['sort']): {
  readonly field: JobSort;
  readonly descending: boolean;
} {
  const field = SORTS.find((name) => name === sort || `-${name}` === sort) ?? 'id';
  return { field, descending: sort.startsWith('-') };
}

/** A job and its state as the REST API represents them. */
export function jobJson({ job, health, isRunning, lastRunAt, lastStatus, recentRuns }: JobView): JobJson {
  const schedule = scheduleJson(job);
  return {
    id: job.id,
    uid: job.uid,
    version: job.version,
    name: job.name,
    description: job.description,
    type: job.type,
    ...schedule,
    calendar: job.calendar === undefined ? null : { ...job.calendar },
    payload: parseJsonObject(job.payload),
    overlap: job.overlap,
    catch_up: job.catchUp,
    timeout: formatDuration(job.timeoutMs),
    expire_after: job.expireAfterMs === undefined ? null : formatDuration(job.expireAfterMs),
    priority: job.priority ?? 'normal',
    max_running: job.maxRunning ?? null,
    only_if: job.onlyIf === undefined ? null : onlyIfJson(job.onlyIf),
    max_attempts: job.maxAttempts,
    backoff: backoffJson(job.backoff),
    ...watchingJson(job),
    damaged: [...damagedNames(job)],
    status: job.status,
    pause: pauseJson(job),
    health: { status: health.status, reason: health.reason ?? null, since: instantJson(health.since) },
    is_running: isRunning,
    last_run: instantJson(lastRunAt),
    last_status: lastStatus ?? null,
    next_run: instantJson(job.nextRunAt),
    next_slot: instantJson(job.nextSlotAt ?? job.nextRunAt),
    runs_made: schedule.max_runs === null ? null : (job.runsMade ?? 0),
    recent_runs: recentRuns?.map(recentRunJson) ?? null,
    origin: originOf(job),
    declaration: declarationJson(job),
    created_by: job.createdBy ?? null,
    created_at: instantJson(job.createdAt),
    updated_at: instantJson(job.updatedAt),
  };
}

export function backoffJson(backoff: Backoff): z.output<typeof backoffSchema> {
  return {
    initial: formatDuration(backoff.initialMs),
    max: formatDuration(backoff.maxMs),
    factor: backoff.factor,
    jitter: backoff.jitter,
  };
}

function pauseJson({ pause }: Job): JobJson['pause'] {
  if (pause === undefined) return null;
  return {
    reason: pause.reason ?? null,
    by: pause.by ?? null,
    until: instantJson(pause.until),
    at: instantJson(pause.at),
  };
}

function declarationJson({ declaration }: Job): JobJson['declaration'] {
  if (declaration === undefined) return null;
  const { place, gone } = declaration;
  return {
    declared_in: place,
    gone: gone === undefined ? null : { since: instantJson(gone.at), release: gone.release },
  };
}

type ScheduleJson = Pick<
  JobJson,
  | 'interval'
  | 'interval_mode'
  | 'cron'
  | 'rrule'
  | 'timezone'
  | 'run_at'
  | 'on_demand'
  | 'after'
  | 'start_at'
  | 'end_at'
  | 'max_runs'
  | 'spread'
>;

const NO_SCHEDULE: ScheduleJson = {
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

export function scheduleJson({ schedule }: Pick<JobDefinition, 'schedule'>): ScheduleJson {
  switch (schedule.kind) {
    case 'interval': {
      const { interval, mode } = schedule;
      return { ...NO_SCHEDULE, interval, interval_mode: mode, ...boundsJson(schedule) };
    }
    case 'cron': {
      const { cron, timezone } = schedule;
      return { ...NO_SCHEDULE, cron, timezone, ...boundsJson(schedule) };
    }
    case 'rrule': {
      const { rrule, timezone } = schedule;
      return { ...NO_SCHEDULE, rrule, timezone, ...boundsJson(schedule) };
    }
    case 'run_at':
      return { ...NO_SCHEDULE, run_at: instantJson(schedule.runAt) };
    case 'on_demand':
      return { ...NO_SCHEDULE, on_demand: true };
    case 'after': {
      const { job, on } = schedule;
      return { ...NO_SCHEDULE, after: { job, on }, ...boundsJson(schedule) };
    }
    default:
      return schedule satisfies never;
  }
}

function boundsJson({ startAt, endAt, maxRuns, spreadMs }: Bounds) {
  return {
    start_at: instantJson(startAt),
    end_at: instantJson(endAt),
    max_runs: maxRuns ?? null,
    spread: spreadMs === undefined ? null : formatDuration(spreadMs),
  };
}
