import { z } from 'zod';
import {
  BULK_JOB_ACTIONS,
  BULK_RUN_ACTIONS,
  BULK_STATUSES,
  type BulkFailure,
  type BulkItem,
  MOST_BULK_IDS,
} from '../../core/bulk/bulk-command.ts';
import { MOST_TAGS } from '../../core/limits.ts';
import type { BulkCommand, BulkPlan } from '../../engine/ports/engine-port.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { oneOrMore } from '../fields/one-or-more.ts';
import { limitParameter } from '../fields/page.ts';
import { tagSchema } from '../fields/tag.ts';
import { text } from '../fields/text.ts';
import { pauseBody } from '../input/command-input.ts';
import { jobIdSchema } from '../input/job-input.ts';
import { jobsQuery } from './jobs/job.ts';
import { runIdSchema } from './runs/run.ts';
import { runExportQuery } from './runs/run-list.ts';

const count = z.int();
const selection = {
  all: z.literal(true).optional().describe('true: without a condition. A filter must have at least one'),
  dry_run: z.boolean().default(false).describe('true: change nothing, and say what the command would change'),
};
const WHICH = 'Send exactly one of ids, filter and all';
const jobFilter = jobsQuery.omit({ sort: true, recent_runs: true, limit: true, cursor: true });

/** The body of POST /jobs/bulk. */
export const bulkJobsBody = z.strictObject({
  action: z.enum(BULK_JOB_ACTIONS).describe('delete, tag and untag require the role admin'),
  ids: z.array(jobIdSchema).max(MOST_BULK_IDS).optional().describe(WHICH),
  filter: jobFilter.optional().describe('The filters of GET /jobs, at least one'),
  ...selection,
  reason: pauseBody.shape.reason.describe('Of pause, like until and cancel_live'),
  until: pauseBody.shape.until,
  cancel_live: pauseBody.shape.cancel_live,
  tags: z
    .array(tagSchema)
    .min(1)
    .max(MOST_TAGS)
    .optional()
    .describe('The tags that tag adds and untag removes; the other tags of each job stay'),
});

/** The body of POST /runs/bulk. */
export const bulkRunsBody = z.strictObject({
  action: z.enum(BULK_RUN_ACTIONS),
  ids: z.array(runIdSchema).max(MOST_BULK_IDS).optional().describe(WHICH),
  filter: runExportQuery.optional().describe('The filters of GET /runs, at least one'),
  ...selection,
  force: z
    .boolean()
    .optional()
    .describe('Of cancel. true: end runs even if their handlers ignore the abort signal'),
});

export const bulkParams = z.strictObject({
  bulk_id: z.string().regex(/^\d{1,19}$/, 'must be the id of a bulk command: 1 to 19 digits'),
});
export const bulkQuery = z.strictObject({
  status: oneOrMore(BULK_STATUSES)
    .optional()
    .describe('Only commands with this status; repeat the parameter for several statuses'),
  limit: limitParameter,
});

const itemShape = {
  job_id: z.string().nullable().describe('null for a run that does not exist'),
  run_id: z.string().nullable().describe('null in a command on jobs'),
};

/** The response of POST /jobs/bulk and POST /runs/bulk. */
export const bulkPlanSchema = z.object({
  id: z.string().nullable().describe('Id of the bulk command; null if none was started'),
  total: count.describe('Number of jobs or runs, including unknown ids'),
  not_found: count.describe('Number of unknown ids'),
  left_out: count
    .nullable()
    .describe(
      'Number of failed and cancelled runs that a retry leaves out, because a later run of their slot has succeeded. null for other actions, for more than 10,000 runs, and if the lookup takes more than 5 s',
    ),
  first: z.array(z.object(itemShape)).describe('The first 20 jobs or runs'),
});

/** A bulk command and its progress. */
export const bulkCommandSchema = z
  .object({
    id: z.string(),
    target: z.enum(['jobs', 'runs']),
    action: z.enum([...BULK_JOB_ACTIONS, ...BULK_RUN_ACTIONS]),
    status: z
      .enum(BULK_STATUSES)
      .describe('interrupted: the server ended first. What was done is done, and the rest was not begun'),
    total: count,
    done: count,
    failed: count,
    failures: z
      .array(z.object({ ...itemShape, detail: text({ max: 10_000 }).describe('Why it failed') }))
      .describe('The first 100 failures'),
    created_at: instantSchema,
    created_by: z.string().nullable(),
    ended_at: instantSchema.nullable(),
    cancelled_by: z.string().nullable(),
  })
  .meta({ title: 'BulkCommand' });

export const bulkCommandsSchema = z.object({ data: z.array(bulkCommandSchema) });

export type BulkPlanJson = z.output<typeof bulkPlanSchema>;
export type BulkCommandJson = z.output<typeof bulkCommandSchema>;

export function bulkPlanJson({ id, total, notFound, leftOut, first }: BulkPlan): BulkPlanJson {
  return {
    id: id ?? null,
    total,
    not_found: notFound,
    left_out: leftOut ?? null,
    first: first.map(itemJson),
  };
}

export function bulkCommandJson(command: BulkCommand): BulkCommandJson {
  const { id, target, action, status, total, done, failed } = command;
  return {
    id,
    target,
    action,
    status,
    total,
    done,
    failed,
    failures: command.failures.map(failureJson),
    created_at: instantJson(command.createdAt),
    created_by: command.createdBy ?? null,
    ended_at: instantJson(command.endedAt),
    cancelled_by: command.cancelledBy ?? null,
  };
}

function itemJson({ jobId, runId }: BulkItem) {
  return { job_id: jobId ?? null, run_id: runId ?? null };
}

function failureJson({ detail, ...item }: BulkFailure) {
  return { ...itemJson(item), detail };
}
