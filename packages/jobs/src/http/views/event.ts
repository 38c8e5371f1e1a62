import { z } from 'zod';
import { JOB_EVENT_TYPES, type JobEvent } from '../../core/model/events.ts';
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
  job_id: z.string(),
  run_id: z.string().nullable(),
  count: z
    .int()
    .nullable()
    .describe('For runs.coalesced: number of run events of the job that this event replaces'),
  data: z.record(z.string(), z.unknown()).nullable(),
});

/** An event as the REST API represents it. `id`: the id in the stream. */
export function eventJson(event: JobEvent, id: string): z.output<typeof eventSchema> {
  return {
    id,
    at: instantJson(event.at),
    type: event.type,
    job_id: event.jobId,
    run_id: event.runId ?? null,
    count: event.count ?? null,
    data: event.data === undefined ? null : { ...event.data },
  };
}
