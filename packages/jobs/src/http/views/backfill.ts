import { z } from 'zod';
import type { BackfillView } from '../../core/backfills/backfill.ts';
import type { BackfillOutcome } from '../../engine/ports/engine-port.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { limitParameter } from '../fields/page.ts';
import { timeField } from '../fields/time-fields.ts';
import { jobIdSchema } from '../input/job-input.ts';

const count = z.int();
/** The id of a backfill. */
export const backfillIdSchema = z
  .string()
  .regex(/^\d{1,19}$/, 'must be the id of a backfill: 1 to 19 digits');

/** The body of POST /jobs/:job_id/backfill. */
export const backfillBody = z.strictObject({
  from: timeField.describe('The first slot is at or after this time (RFC 3339)'),
  to: timeField
    .optional()
    .describe('The last slot is before this time; default: now. At most 10,000 slots may be in between'),
  only_missing: z
    .boolean()
    .default(true)
    .describe('true: leave out slots with a kept run that succeeded. false: run them again'),
  dry_run: z.boolean().default(false).describe('true: change nothing, and say what a backfill would do'),
});

export const backfillParams = z.strictObject({ backfill_id: backfillIdSchema });
export const backfillsQuery = z.strictObject({
  job_id: jobIdSchema.optional().describe('Only backfills of this job'),
  limit: limitParameter,
});
export const cancelBackfillQuery = z.strictObject({
  cancel_live: z
    .enum(['true', 'false'])
    .default('false')
    .describe('true: also stop the runs of the backfill that are running'),
});

/** The response of POST /jobs/:job_id/backfill. */
export const backfillPlanSchema = z.object({
  id: z.string().nullable().describe('Id of the backfill; null if none was started'),
  job_id: z.string(),
  from: instantSchema,
  to: instantSchema,
  only_missing: z.boolean(),
  slots: count.describe('Number of slots that get a run'),
  first: z.array(instantSchema).describe('The first 20 of these slots'),
  left_out: z
    .object({ succeeded: count, live: count, waiting: count, blackout: count })
    .describe(
      'Slots that get no run: with a run that succeeded, with a live run, those of another backfill that wait for their run, and those that the calendar skips',
    ),
  history_from: instantSchema
    .nullable()
    .describe(
      'When the oldest kept run of the job was queued. An earlier slot counts as missing even if it ran, because its run may be gone',
    ),
});

/** A backfill and its progress. */
export const backfillSchema = z
  .object({
    id: z.string(),
    job_id: z.string(),
    status: z
      .enum(['running', 'paused', 'finished', 'cancelled'])
      .describe('paused: the job is paused, so the backfill waits'),
    from: instantSchema,
    to: instantSchema,
    only_missing: z.boolean(),
    slots: count.describe('Number of slots to run'),
    waiting: count.describe('Slots that have no run yet'),
    runs: z
      .object({ queued: count, running: count, succeeded: count, failed: count, cancelled: count })
      .describe('Its runs by status, removed ones included'),
    created_at: instantSchema,
    created_by: z.string().nullable(),
    cancelled_at: instantSchema.nullable(),
  })
  .meta({ title: 'Backfill' });

export const backfillsSchema = z.object({ data: z.array(backfillSchema) });

export type BackfillPlanJson = z.output<typeof backfillPlanSchema>;
export type BackfillJson = z.output<typeof backfillSchema>;

export function backfillPlanJson(outcome: BackfillOutcome): BackfillPlanJson {
  const { jobId, from, to, onlyMissing, slots, first, succeeded, live, toCome, blackout, historyFrom } =
    outcome;
  return {
    id: outcome.id ?? null,
    job_id: jobId,
    from: instantJson(from),
    to: instantJson(to),
    only_missing: onlyMissing,
    slots,
    first: first.map((slot) => instantJson(slot)),
    left_out: { succeeded, live, waiting: toCome, blackout },
    history_from: instantJson(historyFrom),
  };
}

export function backfillJson(view: BackfillView): BackfillJson {
  return {
    id: view.id,
    job_id: view.jobId,
    status: view.status,
    from: instantJson(view.from),
    to: instantJson(view.to),
    only_missing: view.onlyMissing,
    slots: view.slots,
    waiting: view.toCome,
    runs: view.runs,
    created_at: instantJson(view.createdAt),
    created_by: view.createdBy ?? null,
    cancelled_at: instantJson(view.cancelledAt),
  };
}
