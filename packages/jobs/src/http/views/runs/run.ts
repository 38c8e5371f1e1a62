import { z } from 'zod';
import {
  type AttemptError,
  attemptOf,
  type ErrorCause,
  FAIL_REASONS,
  type FinishedRun,
  type JsonText,
  type LiveRun,
  type Progress,
  RUN_REASONS,
  RUN_STATUSES,
  SHOWN_TRIGGERS,
  shownTrigger,
} from '../../../core/model/run.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import type { ChainLink, RunView } from '../../../core/store/store-views.ts';
import { instantJson, instantSchema } from '../../fields/instant.ts';
import { parseJson, parseJsonObject } from '../../fields/stored-json.ts';
import { waitsForJson, waitsForSchema } from './waits-for.ts';

const errorText = {
  name: z.string(),
  message: z.string(),
  code: z.string().nullable().describe('Error code, such as `ECONNREFUSED`'),
  stack: z.string().nullable().describe('Stack trace; only in the response of GET /runs/:run_id'),
};

const errorCauseSchema = z.object({
  depth: z
    .int()
    .describe(
      "Depth in the tree of causes. 1: a direct cause of the attempt's error; n + 1: a cause of the nearest preceding entry with depth n",
    ),
  ...errorText,
});

const attemptErrorSchema = z.object({
  attempt: z.int(),
  at: instantSchema,
  reason: z.enum(FAIL_REASONS),
  ...errorText,
  causes: z
    .array(errorCauseSchema)
    .describe(
      'Errors that led to this one, at most 10: its `cause`, the `errors` of an AggregateError, and their own causes',
    ),
});

/** A run of another job in a chain. */
const chainLinkSchema = z.object({ run_id: z.string(), job_id: z.string() });

/** A run in the response of every route; an absent value is `null`. */
export const runSchema = z
  .object({
    id: z.string(),
    job_id: z.string(),
    job_name: z.string().describe('The name of the job now'),
    job_uid: z.string(),
    type: z.string(),
    trigger: z
      .enum(SHOWN_TRIGGERS)
      .describe(
        'backfill: a run of a past slot that a backfill made; chain: the end of a run of another job made it',
      ),
    scheduled_for: instantSchema
      .nullable()
      .describe(
        'The slot that the run is for; null for a manual run, unless it is the retry of a run with a slot',
      ),
    status: z.enum(RUN_STATUSES),
    reason: z.enum(RUN_REASONS).nullable(),
    attempt: z.int().describe('Number of the current or last attempt; 0 before the first attempt'),
    recoveries: z
      .int()
      .describe(
        'Number of times that the node of this run crashed or lost its lease. Runs with 2 or more recoveries run one at a time',
      ),
    catch_up: z.boolean().describe('true: the run makes up for missed slots'),
    missed: z
      .int()
      .describe('Number of missed slots that the run covers, its own included; 0 for a run on time'),
    missed_from: instantSchema.nullable(),
    node: z.string().nullable(),
    held: z
      .enum(['overlap', 'pause', 'run_at'])
      .nullable()
      .describe('Why a queued run waits, apart from its due time'),
    available_at: instantSchema
      .nullable()
      .describe('Due time of a live run; in the future for a waiting retry and just before a slot'),
    cancel_requested: z.boolean(),
    queued_at: instantSchema,
    started_at: instantSchema.nullable(),
    finished_at: instantSchema.nullable(),
    progress: z
      .object({ done: z.number(), total: z.number().nullable(), note: z.string().nullable() })
      .nullable(),
    payload: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'What the run ran with, or would run with now: its own payload, or that of its job_version. Only GET /runs/:run_id has the payload of the job; null if that version is no longer kept',
      ),
    payload_is_own: z.boolean().describe("true: payload replaces the job's payload for this run only"),
    job_version: z
      .int()
      .nullable()
      .describe(
        'Version of the job that the run ran with; GET /jobs/:job_id/versions has them. null before the first attempt, and for runs of older servers',
      ),
    result: z.unknown(),
    errors: z.array(attemptErrorSchema).describe('One entry for each failed attempt'),
    retry_of: z.string().nullable(),
    requested_by: z.string().nullable().describe('Who asked for the run, such as user:42; null for a slot'),
    cancelled_by: z.string().nullable().describe('Who cancelled the run, or asked it to stop'),
    backfill_id: z
      .string()
      .nullable()
      .describe('The backfill that made the run; null if none did, or if its counts are no longer kept'),
    slot_done_by: z
      .string()
      .nullable()
      .describe(
        'Of a run that ended without success: the newest later run of its slot that succeeded. Only GET /runs/:run_id and lists of the runs of one job have it',
      ),
    checkpointed_at: instantSchema
      .nullable()
      .describe(
        'When an attempt last saved its state: the next attempt continues from there. Only GET /runs/:run_id has it; null without such a state, and after the end',
      ),
    steps_done: z
      .array(z.string())
      .describe('Names of the steps that the next attempt skips; none are shown for a type with secrets'),
    waits_for: waitsForSchema,
    triggered_by: chainLinkSchema
      .nullable()
      .describe('The run of another job whose end made this run, or skipped it'),
    triggered: z
      .array(chainLinkSchema)
      .nullable()
      .describe('The runs that the end of this run made or skipped, at most 50; only in GET /runs/:run_id'),
    fingerprint: z
      .string()
      .nullable()
      .describe('Of a failed run: failed runs with the same fingerprint failed in the same way'),
  })
  .meta({ title: 'Run' });

export type RunJson = z.output<typeof runSchema>;

/** Run ids are decimal numbers that increase with time; they can exceed the range of a JavaScript number. */
export const runIdSchema = z
  .string()
  .regex(/^[0-9]{1,19}$/, 'must be the id of a run: 1 to 19 digits, such as 4711');
export const runParams = z.strictObject({ run_id: runIdSchema });

/** A line of a run's log. */
export const logLineSchema = z.object({
  at: instantSchema,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  fields: z.unknown(),
});

export type LogLineJson = z.output<typeof logLineSchema>;

/** A run as the REST API represents it. `stacks`: include the stack of each error. */
export function runJson(
  { run, jobId, jobName, type, jobVersion, ranWith, backfillId, slotDoneBy, checkpoint, ...links }: RunView,
  options = { stacks: false },
): RunJson {
  const phase = 'finishedAt' in run ? finishedJson(run) : liveJson(run);
  return {
    id: run.id,
    job_id: jobId,
    job_name: jobName,
    job_uid: run.jobUid,
    type,
    trigger: shownTrigger(run),
    scheduled_for: instantJson(run.scheduledFor),
    status: phase.status,
    reason: phase.reason,
    attempt: phase.attempt,
    recoveries: run.recoveries,
    catch_up: run.catchUp,
    missed: run.missed,
    missed_from: instantJson(run.missedFrom),
    node: phase.node,
    held: phase.held,
    available_at: phase.available_at,
    cancel_requested: phase.cancel_requested,
    queued_at: instantJson(run.queuedAt),
    started_at: instantJson(run.startedAt),
    finished_at: phase.finished_at,
    progress: progressJson(run.progress),
    payload: payloadJson(run.payload ?? ranWith),
    payload_is_own: run.payload !== undefined,
    job_version: jobVersion ?? null,
    result: phase.result,
    errors: run.errors.map((error) => attemptErrorJson(error, options.stacks)),
    retry_of: run.retryOf ?? null,
    requested_by: run.requestedBy ?? null,
    cancelled_by: run.cancelledBy ?? null,
    backfill_id: backfillId ?? null,
    slot_done_by: slotDoneBy ?? null,
    checkpointed_at: instantJson(checkpoint?.savedAt),
    steps_done: [...(checkpoint?.steps ?? [])],
    waits_for: waitsForJson(links.waitsFor),
    triggered_by: links.triggeredBy === undefined ? null : chainLinkJson(links.triggeredBy),
    triggered: options.stacks ? (links.triggered ?? []).map(chainLinkJson) : null,
    fingerprint: phase.fingerprint,
  };
}

function chainLinkJson({ runId, jobId }: ChainLink): z.output<typeof chainLinkSchema> {
  return { run_id: runId, job_id: jobId };
}

function payloadJson(payload: JsonText | undefined): RunJson['payload'] {
  return payload === undefined ? null : parseJsonObject(payload);
}

/** A line of a run's log as the REST API represents it. */
export function logLineJson({ at, level, message, fields }: LogLine): LogLineJson {
  return { at: instantJson(at), level, message, fields: fields === undefined ? null : parseJson(fields) };
}

type PhaseJson = Pick<
  RunJson,
  | 'status'
  | 'reason'
  | 'attempt'
  | 'node'
  | 'held'
  | 'available_at'
  | 'cancel_requested'
  | 'finished_at'
  | 'result'
  | 'fingerprint'
>;

function liveJson(run: LiveRun): PhaseJson {
  return {
    status: run.status,
    reason: null,
    attempt: attemptOf(run),
    node: run.claim?.node ?? null,
    held: run.held === 'no' ? null : run.held,
    available_at: instantJson(run.availableAt),
    cancel_requested: run.cancel !== undefined,
    finished_at: null,
    result: null,
    fingerprint: null,
  };
}

function finishedJson(run: FinishedRun): PhaseJson {
  return {
    status: run.status,
    reason: run.reason ?? null,
    attempt: run.attempt,
    node: run.node ?? null,
    held: null,
    available_at: null,
    cancel_requested: false,
    finished_at: instantJson(run.finishedAt),
    result: run.result === undefined ? null : parseJson(run.result),
    fingerprint: run.fingerprint ?? null,
  };
}

function progressJson(progress: Progress | undefined): RunJson['progress'] {
  if (progress === undefined) return null;
  return { done: progress.done, total: progress.total ?? null, note: progress.note ?? null };
}

function attemptErrorJson(error: AttemptError, withStack: boolean): RunJson['errors'][number] {
  const { attempt, at, reason, causes = [] } = error;
  return {
    attempt,
    at: instantJson(at),
    reason,
    ...errorTextJson(error, withStack),
    causes: causes.map((cause) => ({ depth: cause.depth, ...errorTextJson(cause, withStack) })),
  };
}

function errorTextJson({ name, message, code, stack }: Omit<ErrorCause, 'depth'>, withStack: boolean) {
  return { name, message, code: code ?? null, stack: (withStack ? stack : undefined) ?? null };
}
