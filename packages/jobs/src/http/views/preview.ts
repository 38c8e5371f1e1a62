import { z } from 'zod';
import type { Preview } from '../../engine/engine-port.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { jobIdSchema, schedulePatchFields } from '../input/job-input.ts';

/** The body of POST /job-preview: a schedule, or with `job_id` an edit of that job's schedule. */
export const previewBody = z.strictObject({
  job_id: jobIdSchema.optional().describe('The job that the schedule fields would edit, as PATCH does'),
  ...schedulePatchFields,
  count: z.int().min(1).max(100).default(5).describe('How many run times'),
});

/** What a dry run answers with. */
export const previewSchema = z.object({
  now: instantSchema.describe("By the server's clock"),
  before: instantSchema.nullable().describe('The next run before the edit; null for a new schedule'),
  times: z.array(instantSchema).describe('The run times to come, the first first'),
});

export function previewJson({ now, before, times }: Preview): z.output<typeof previewSchema> {
  return { now: instantJson(now), before: instantJson(before), times: times.map((at) => instantJson(at)) };
}
