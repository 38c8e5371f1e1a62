import { expect, test } from 'vitest';
import { type CreateJobBody, jobInput, jobPatch, type PatchJobBody, schedulePatch } from './job-input.ts';

const SCHEDULE = { interval: '5m', interval_mode: 'fixed_delay', cron: null, start_at: null } as const;
const OTHERS = { catch_up: 'skip', max_attempts: 2 } as const;
const CAMEL_SCHEDULE = { interval: '5m', intervalMode: 'fixed_delay', cron: null, startAt: null };
const CAMEL_OTHERS = { catchUp: 'skip', maxAttempts: 2 };
/** Fields of the host, which its own routes may have in a body. */
const HOST = { id: 'other', tenant_id: 7, tenantId: 7 };

test('a body becomes the input of the engine, without other fields', () => {
  const body: CreateJobBody = { id: 'a', name: 'A', type: 'greet', on_demand: true, ...OTHERS };
  const input = { id: 'a', name: 'A', type: 'greet', onDemand: true, ...CAMEL_OTHERS };
  expect(jobInput({ ...HOST, ...body })).toEqual(input);
});

test('a merge patch keeps its nulls, and leaves out other fields, such as an id', () => {
  const body: PatchJobBody = { ...SCHEDULE, ...OTHERS, description: null };
  const patch = jobPatch({ ...HOST, ...body });
  expect(patch).toEqual({ ...CAMEL_SCHEDULE, ...CAMEL_OTHERS, description: null });
  expect(Object.keys(patch)).not.toContain('name');
  expect(jobPatch({ name: 'B' })).toEqual({ name: 'B' });
});

test('the schedule of a merge patch has no other fields', () => {
  expect(schedulePatch({ ...HOST, ...SCHEDULE, ...OTHERS })).toEqual(CAMEL_SCHEDULE);
});
