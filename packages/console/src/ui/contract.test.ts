import { createJobBody, jobParams, jobSchema, jobsQuery, pauseBody, runSchema } from '@greenvue/jobs/http';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { LIMITS } from './limits.ts';
import { JOB_STATUSES, RUN_REASONS, RUN_STATUSES, UNHEALTHY } from './status/statuses.ts';

const job = (fields: object) => ({ id: 'a', name: 'a', type: 'a', on_demand: true, ...fields });

const BOUNDED: readonly (readonly [string, z.ZodType, number, (text: string) => object])[] = [
  ['the id of a job', jobParams, LIMITS.jobId, (text) => ({ job_id: text })],
  ['the name of a job', createJobBody, LIMITS.jobName, (text) => job({ name: text })],
  ['the type of a job', createJobBody, LIMITS.jobType, (text) => job({ type: text })],
  ['the description of a job', createJobBody, LIMITS.description, (text) => job({ description: text })],
  ['the reason of a pause', pauseBody, LIMITS.pauseReason, (text) => ({ reason: text })],
  ['a search', jobsQuery, LIMITS.search, (text) => ({ q: text })],
];

describe("the console's facts equal those of the REST contract:", () => {
  test.each(BOUNDED)('the limit of %s', (_, schema, limit, body) => {
    expect(schema.safeParse(body('a'.repeat(limit))).success).toBe(true);
    expect(schema.safeParse(body('a'.repeat(limit + 1))).success).toBe(false);
  });

  test('the statuses of jobs and runs', () => {
    expect([...RUN_STATUSES].sort()).toEqual([...runSchema.shape.status.options].sort());
    expect([...RUN_REASONS].sort()).toEqual([...runSchema.shape.reason.unwrap().options].sort());
    expect([...JOB_STATUSES].sort()).toEqual([...jobSchema.shape.status.options].sort());
    const health = [...UNHEALTHY, 'paused', 'ok'].sort();
    expect(health).toEqual([...jobSchema.shape.health.shape.status.options].sort());
  });
});
