import { z } from 'zod';
import { payloadSchema, text } from '../fields/text.ts';

/** The body of POST /jobs/:job_id/runs. */
export const triggerBody = z.strictObject({
  payload: payloadSchema
    .optional()
    .describe(
      "Replaces the job's payload for this run only; to change a field outside the type's operators_may_set needs the role admin",
    ),
  run_at: text({ min: 1, max: 64 })
    .optional()
    .describe(
      'Not before this time; only under overlap "allow". A job may have 10,000 runs with a future run_at',
    ),
  dedupe_key: text({ min: 1, max: 200 })
    .optional()
    .describe('Sent again within 24 h, it is answered with the first run'),
});

/** The body of POST /jobs/:job_id/pause. */
export const pauseBody = z.strictObject({
  reason: text({ min: 0, max: 500 }).optional(),
  until: text({ min: 1, max: 64 }).optional().describe('Resumes by itself at this time (RFC 3339)'),
  cancel_live: z.boolean().optional().describe('true: cancels every live run'),
});

/** The body of POST /runs/:run_id/cancel. */
export const cancelBody = z.strictObject({
  force: z
    .boolean()
    .optional()
    .describe('true: gives up on a handler that ignores its signal; its place stays taken until it ends'),
});

/** The body of a command that takes no arguments. */
export const emptyBody = z.strictObject({});
