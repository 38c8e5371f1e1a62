import { z } from 'zod';
import type { Preview } from '../../engine/engine-port.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { jobIdSchema, schedulePatchFields } from '../input/job-input.ts';

/** The body of POST /job-preview: a schedule, or with `job_id` an edit of that job's schedule. */
export const previewBody = z.strictObject({
  job_id: jobIdSchema.optional().describe('Id of the job to which the schedule fields apply, as in PATCH'),
  ...schedulePatchFields,
  count: z.int().min(1).max(100).default(5).describe('Number of run times'),
});

/** The response of a dry run. */
export const previewSchema = z.object({
  now: instantSchema.describe("Current time of the server's clock"),
  before: instantSchema.nullable().describe('Next run of the job without the edit; null for a new schedule'),
  times: z.array(instantSchema).describe('Next run times in ascending order'),
});

export function previewJson({ now, before, times }: Preview): z.output<typeof previewSchema> {
  return { now: instantJson(now), before: instantJson(before), times: times.map((at) => instantJson(at)) };
}
