import { z } from 'zod';
import type { FailureGroup } from '../../../core/store/failure-views.ts';
import { fingerprintParameter } from '../../fields/fingerprint.ts';
import { instantJson, instantParameter, instantSchema } from '../../fields/instant.ts';
import { countParameter, cursorParameter, limitParameter } from '../../fields/page.ts';
import { tagParameter } from '../../fields/tag.ts';
import { text } from '../../fields/text.ts';
import { jobIdSchema } from '../../input/job-input.ts';
import { runJson, runSchema } from './run.ts';

/** Failed runs with one fingerprint. */
export const failureGroupSchema = z
  .object({
    fingerprint: z.string().describe('Lists the runs of the group: GET /runs?fingerprint='),
    count: z.int().describe('Number of failed runs'),
    job_count: z.int().describe('Number of jobs that have such runs'),
    jobs: z
      .array(z.object({ job_id: z.string(), job_name: z.string(), count: z.int() }))
      .describe('The 5 jobs with the most failed runs'),
    types: z.array(z.string()),
    first_seen: instantSchema,
    last_seen: instantSchema,
    sample: runSchema.describe('The newest of the runs, with the stacks of its errors'),
  })
  .meta({ title: 'FailureGroup' });

export type FailureGroupJson = z.output<typeof failureGroupSchema>;

export const failuresSchema = z.object({
  data: z.array(failureGroupSchema),
  next_cursor: z.string().nullable().describe('null on the last page'),
  group_count: z.int().describe('Number of groups on all pages'),
  run_count: z.int().describe('Number of failed runs in all groups'),
  counted_from: instantSchema
    .nullable()
    .describe(
      'If there were more than 50,000 failures in the range: only the newest are counted, those since this time. Otherwise null',
    ),
});

/** The query of GET /run-failures. */
export const failuresQuery = z.strictObject({
  hours: countParameter({ min: 1, max: 2_160 })
    .default(24)
    .describe('Failures of the last hours; default 24. Has no effect with from'),
  from: instantParameter.optional().describe('Only runs that ended at or after this time (RFC 3339)'),
  to: instantParameter.optional().describe('Only runs that ended before this time (RFC 3339); default now'),
  job_id: jobIdSchema.optional(),
  type: text({ min: 1, max: 100 }).optional(),
  tag: tagParameter.optional(),
  fingerprint: fingerprintParameter.optional().describe('Only this group'),
  sort: z
    .enum(['-last_seen', '-count'])
    .default('-last_seen')
    .describe('-last_seen: newest first; -count: most frequent first'),
  limit: limitParameter,
  cursor: cursorParameter.optional(),
});

/** A group as the REST API represents it. */
export function failureGroupJson(group: FailureGroup): FailureGroupJson {
  return {
    fingerprint: group.fingerprint,
    count: group.count,
    job_count: group.jobCount,
    jobs: group.jobs.map(({ jobId, jobName, count }) => ({ job_id: jobId, job_name: jobName, count })),
    types: [...group.types],
    first_seen: instantJson(group.firstAt),
    last_seen: instantJson(group.lastAt),
    sample: runJson(group.sample, { stacks: true }),
  };
}
