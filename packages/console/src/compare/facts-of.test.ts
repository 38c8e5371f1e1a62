import { expect, test } from 'vitest';
import { exampleRun } from '../../test/examples.ts';
import { factsOf } from './facts-of.ts';

const good = exampleRun();
const bad = exampleRun({
  id: '2',
  status: 'failed',
  reason: 'timeout',
  job_version: 2,
  scheduled_for: '2026-01-31T10:00:00.000Z',
  queued_at: '2026-01-31T10:00:00.000Z',
  started_at: '2026-01-31T10:00:00.000Z',
  finished_at: '2026-01-31T10:30:00.000Z',
  node: 'node-2',
});

test('what differs between two runs of a job is marked, and their times are not', () => {
  const facts = factsOf(good, bad);
  expect(facts.filter(({ isOther }) => isOther).map(({ name, values }) => [name, ...values])).toEqual([
    ['Status', 'succeeded', expect.stringMatching(/^failed: /)],
    ['Took', '2 s', '30 min'],
    ['Version of the job', '1', '2'],
    ['Node', 'node-1', 'node-2'],
  ]);
  expect(facts.filter(({ isTime }) => isTime).map(({ name }) => name)).toEqual([
    'Slot',
    'Started',
    'Finished',
  ]);
});

test('a wait differs only if both runs waited, and one a second longer', () => {
  const isOther = (changes: Partial<typeof good>) =>
    factsOf(good, exampleRun({ id: '2', ...changes })).find(({ name }) => name === 'Waited')?.isOther;
  expect(isOther({ started_at: null })).toBe(false);
  const after = (ms: number) => new Date(Date.parse(good.started_at ?? '') + ms).toISOString();
  expect(isOther({ started_at: after(500) })).toBe(false);
  expect(isOther({ started_at: after(5_000) })).toBe(true);
});

test('facts that neither run has are left out, and the job is named if there are two', () => {
  expect(factsOf(good, bad).map(({ name }) => name)).not.toContain('Requested by');
  expect(factsOf(good, exampleRun({ job_id: 'other', job_name: 'Other', requested_by: 'user:1' }))).toEqual(
    expect.arrayContaining([
      { name: 'Job', values: ['Remove old listings (nightly-cleanup)', 'Other (other)'], isOther: true },
      { name: 'Requested by', values: [null, 'user:1'], isOther: true },
    ]),
  );
});
