import { z } from 'zod';
import type { JobInput, JobPatch } from '../../engine/engine-port.ts';
import { payloadSchema, text } from '../fields/text.ts';

const ID_WORDS =
  'must have 1 to 128 letters, digits, ".", "_" or "-", and begin with a letter or a digit, such as nightly-cleanup';

/** The id of a job, chosen by the caller (P1). */
export const jobIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, ID_WORDS)
  .meta({ examples: ['nightly-cleanup'] });

export const jobParams = z.strictObject({ job_id: jobIdSchema });

const duration = text({ min: 1, max: 100 }).describe('A duration in Go syntax, such as 5m, 1h30m or 24h');
const time = text({ min: 1, max: 64 }).describe('RFC 3339 with an offset, such as 2026-01-31T09:00:00Z');

const backoff = z.strictObject({
  initial: duration.exactOptional().describe('Before the first retry; default 10s'),
  max: duration.exactOptional().describe('The longest wait; default 1h'),
  factor: z
    .number()
    .min(1)
    .max(100)
    .exactOptional()
    .describe('Each wait is so many times the one before; default 2'),
  jitter: z.number().min(0).max(1).exactOptional().describe('Give or take this fraction; default 0.1'),
});

/**
 * The fields that say when a job runs: one of interval, cron, run_at and on_demand, and what goes with it
 * (P2).
 */
const scheduleFields = {
  interval: duration.describe('Every so often: a duration in Go syntax, such as 5m, 1h30m or 24h'),
  interval_mode: z
    .enum(['fixed_rate', 'fixed_delay'])
    .describe('Counted from slot to slot (the default), or from the end of a run to the next'),
  cron: text({ min: 1, max: 200 }).describe('Five fields (minute first) or six (second first)'),
  timezone: text({ min: 1, max: 64 }).describe(
    'An IANA time zone for cron, such as Europe/Berlin; default UTC',
  ),
  run_at: time.describe('Once, at this instant'),
  on_demand: z.boolean().describe('true: only ever run by hand'),
  start_at: time.describe('The first slot of an interval; cron has no slot before it'),
};

const name = text({ min: 1, max: 200 }).describe('For people');
const jobType = text({ min: 1, max: 100 }).describe('A registered job type: see GET /job-types');

const settings = {
  description: text({ min: 0, max: 2_000 }).describe('For people'),
  ...scheduleFields,
  payload: payloadSchema,
  overlap: z
    .enum(['skip', 'queue', 'allow'])
    .describe('What a slot does while a run is live: skip (the default), wait, or run beside it'),
  catch_up: z
    .enum(['once', 'skip', 'all'])
    .describe('What is done for missed slots: one run for all (the default), nothing, or one run each'),
  timeout: duration.describe("How long an attempt may take; default: the job type's"),
  max_attempts: z.int().min(1).max(1_000).describe("Default: the job type's"),
  backoff: backoff.describe("The waits between attempts; default: the job type's"),
};

/** The body of POST /jobs. */
export const createJobBody = z
  .strictObject({ id: jobIdSchema, name, type: jobType })
  .extend(z.object(settings).partial().shape);

/** The body of PUT /jobs/:job_id: the id may be left out. */
export const putJobBody = createJobBody.extend({ id: jobIdSchema.optional() });

/** The schedule fields of a merge patch (RFC 7396): absent keeps, null resets to the default. */
export const schedulePatchFields = {
  interval: scheduleFields.interval.nullish(),
  interval_mode: scheduleFields.interval_mode.nullish(),
  cron: scheduleFields.cron.nullish(),
  timezone: scheduleFields.timezone.nullish(),
  run_at: scheduleFields.run_at.nullish(),
  on_demand: scheduleFields.on_demand.nullish(),
  start_at: scheduleFields.start_at.nullish(),
};

/** The body of PATCH /jobs/:job_id. */
export const patchJobBody = z.strictObject({
  name: name.optional(),
  type: jobType.optional().describe("Can't change: only the type that the job has is taken"),
  description: settings.description.nullish(),
  ...schedulePatchFields,
  payload: settings.payload.nullish().describe('Replaced whole'),
  overlap: settings.overlap.nullish(),
  catch_up: settings.catch_up.nullish(),
  timeout: settings.timeout.nullish(),
  max_attempts: settings.max_attempts.nullish(),
  backoff: settings.backoff.nullish(),
});

export type CreateJobBody = z.output<typeof createJobBody>;
export type PatchJobBody = z.output<typeof patchJobBody>;

/** A checked body in the engine's names. */
export function jobInput(body: CreateJobBody): JobInput {
  return {
    id: body.id,
    name: body.name,
    type: body.type,
    description: body.description,
    interval: body.interval,
    intervalMode: body.interval_mode,
    cron: body.cron,
    timezone: body.timezone,
    runAt: body.run_at,
    onDemand: body.on_demand,
    startAt: body.start_at,
    payload: body.payload,
    overlap: body.overlap,
    catchUp: body.catch_up,
    timeout: body.timeout,
    maxAttempts: body.max_attempts,
    backoff: body.backoff,
  };
}

/** A checked merge patch in the engine's names; what is absent stays absent, or `undefined`. */
export function jobPatch(body: PatchJobBody): JobPatch {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.type === undefined ? {} : { type: body.type }),
    description: body.description,
    ...schedulePatch(body),
    payload: body.payload,
    overlap: body.overlap,
    catchUp: body.catch_up,
    timeout: body.timeout,
    maxAttempts: body.max_attempts,
    backoff: body.backoff,
  };
}

/** The part of a patch that is about the schedule. */
export function schedulePatch(
  body: Pick<PatchJobBody, keyof typeof schedulePatchFields>,
): Pick<JobPatch, 'interval' | 'intervalMode' | 'cron' | 'timezone' | 'runAt' | 'onDemand' | 'startAt'> {
  return {
    interval: body.interval,
    intervalMode: body.interval_mode,
    cron: body.cron,
    timezone: body.timezone,
    runAt: body.run_at,
    onDemand: body.on_demand,
    startAt: body.start_at,
  };
}
