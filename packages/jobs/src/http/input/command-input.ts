import { z } from 'zod';
import { payloadSchema, text } from '../fields/text.ts';
import { durationField, timeField } from '../fields/time-fields.ts';

/** The body of POST /jobs/:job_id/runs. */
export const triggerBody = z.strictObject({
  payload: payloadSchema
    .optional()
    .describe(
      "Replaces the job's payload for this run only; changing a field outside the type's operators_may_set requires the role admin",
    ),
  run_at: timeField
    .optional()
    .describe(
      'Earliest start (RFC 3339); only with overlap "allow". A job can have at most 10,000 runs with a future run_at',
    ),
  dedupe_key: text({ min: 1, max: 200 })
    .optional()
    .describe('Idempotency key: a second request with the same key within 24 h returns the first run'),
});

export const jobTypeParams = z.strictObject({ type: text({ min: 1, max: 100 }) });

/** The body of POST /job-types/:type/runs. */
export const enqueueBody = z.strictObject({
  payload: payloadSchema.optional(),
  delay: durationField
    .optional()
    .describe('How long the run waits before it is due: a duration in Go syntax, such as 1m'),
  run_at: timeField
    .optional()
    .describe(
      'Earliest start (RFC 3339), instead of delay. A type can have at most 10,000 runs with a future start',
    ),
  dedupe_key: text({ min: 1, max: 200 })
    .optional()
    .describe(
      'Idempotency key: a second request for the type with the same key within 24 h returns the first run',
    ),
});

/** The body of POST /jobs/:job_id/pause. */
export const pauseBody = z.strictObject({
  reason: text({ min: 0, max: 500 }).optional(),
  until: timeField.optional().describe('Time at which the job resumes by itself (RFC 3339)'),
  cancel_live: z.boolean().optional().describe('true: also cancel every live run'),
});

/** The body of POST /jobs/pause-all. */
export const pauseAllBody = z.strictObject({
  reason: text({ min: 0, max: 500 }).optional(),
  until: timeField.optional().describe('Time at which the pause ends by itself (RFC 3339)'),
});

/** The body of POST /runs/:run_id/cancel. */
export const cancelBody = z.strictObject({
  force: z
    .boolean()
    .optional()
    .describe(
      'true: end the run even if its handler ignores the abort signal; its place stays occupied until the handler ends',
    ),
});

/** The body of a command without arguments. */
export const emptyBody = z.strictObject({});
