import { z } from 'zod';
import { DEFAULT_PREVIEW_TIMES } from '../../../core/limits.ts';
import { keysOf } from '../../../core/objects.ts';
import type { Preview } from '../../../engine/ports/engine-port.ts';
import { instantJson, instantSchema } from '../../fields/instant.ts';
import { createJobBody, jobIdSchema, schedulePatchFields } from '../../input/job-input.ts';

const count = z.int().min(1).max(100).default(DEFAULT_PREVIEW_TIMES).describe('Number of run times');

/**
 * The body of POST /job-preview: a schedule; with `job_id`, an edit of that job's schedule; with any other
 * field, a {@link wholeJobBody}.
 */
export const previewBody = z.strictObject({
  job_id: jobIdSchema.optional().describe('Id of the job to which the schedule fields apply, as in PATCH'),
  ...createJobBody.partial().shape,
  ...schedulePatchFields,
  count,
});

/** A whole job, which is checked as PUT would check it. */
export const wholeJobBody = createJobBody.extend({ count });

const ONLY_SCHEDULE: ReadonlySet<string> = new Set(['job_id', 'count', ...keysOf(schedulePatchFields)]);

/** Whether a body of POST /job-preview has fields besides those of a schedule. */
export function isWholeJob(body: z.output<typeof previewBody>): boolean {
  return Object.keys(body).some((field) => !ONLY_SCHEDULE.has(field));
}

/** The response of a dry run. */
export const previewSchema = z.object({
  now: instantSchema.describe("Current time of the server's clock"),
  before: instantSchema.nullable().describe('Next run of the job without the edit; null for a new one'),
  times: z
    .array(instantSchema)
    .describe(
      'Next run times in ascending order, without slots that a calendar skips. Without the id of a job, spread has no effect: the offset is made from the id',
    ),
  slots: z
    .array(instantSchema)
    .describe(
      'The slot of each of times: the scheduled_for of its run. Earlier than its time if spread or a calendar moves it',
    ),
});

export function previewJson({ now, before, times, slots }: Preview): z.output<typeof previewSchema> {
  return {
    now: instantJson(now),
    before: instantJson(before),
    times: times.map((at) => instantJson(at)),
    slots: slots.map((at) => instantJson(at)),
  };
}
