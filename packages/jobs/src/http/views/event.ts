import { z } from 'zod';
import { type EventError, JOB_EVENT_TYPES, type JobEvent } from '../../core/model/events.ts';
import { RUN_REASONS } from '../../core/model/run.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { text } from '../fields/text.ts';
import { jobIdSchema } from '../input/job-input.ts';

/** The query of GET /job-events. */
export const eventsQuery = z.strictObject({
  job_id: jobIdSchema.optional().describe('Only events of this job'),
  last_event_id: text({ min: 1, max: 100 })
    .optional()
    .describe('Continue after this event; the header Last-Event-ID takes precedence'),
});

/** The `data` of an event in the stream. */
export const eventSchema = z.object({
  id: z.string().describe('Send it as Last-Event-ID to continue after this event'),
  at: instantSchema,
  type: z.enum(JOB_EVENT_TYPES),
  job_id: z.string().nullable().describe('null for jobs.… and bulk.…, which are about many jobs'),
  run_id: z.string().nullable(),
  count: z
    .int()
    .nullable()
    .describe('For runs.coalesced: number of run events of the job that this event replaces'),
  reason: z
    .enum(RUN_REASONS)
    .nullable()
    .describe('Why the run was skipped, cancelled or failed; for run.retrying, why its attempt failed'),
  by: z
    .string()
    .nullable()
    .describe('Who asked for the run (run.queued) or cancelled it (run.cancelled), such as user:42'),
  error: z
    .object({
      name: z.string(),
      message: z.string().describe('At most 500 characters; GET /runs/:run_id has all of it'),
      code: z.string().nullable().describe('Error code, such as `ECONNREFUSED`'),
    })
    .nullable()
    .describe('Error of the attempt that failed'),
  data: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe(
      'run.started: attempt; run.progress: progress; run.retrying: available_at, the time of the retry; job.paused: by, reason and until; bulk.…: the id, action, status and counts of the bulk command',
    ),
});

/** An event as the REST API represents it. `id`: the id in the stream. */
export function eventJson(event: JobEvent, id: string): z.output<typeof eventSchema> {
  return {
    id,
    at: instantJson(event.at),
    type: event.type,
    job_id: event.jobId ?? null,
    run_id: event.runId ?? null,
    count: event.count ?? null,
    reason: event.reason ?? null,
    by: event.by ?? null,
    error: errorJson(event.error),
    data: event.data === undefined ? null : { ...event.data },
  };
}

function errorJson(error: EventError | undefined): z.output<typeof eventSchema>['error'] {
  if (error === undefined) return null;
  const { name, message, code = null } = error;
  return { name, message, code };
}
