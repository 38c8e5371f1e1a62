import { expect, test } from 'vitest';
import type { LiveRun } from '../../../core/model/run.ts';
import type { RunView } from '../../../core/store/store-views.ts';
import { runJson, runSchema } from './run.ts';

const AT = Date.UTC(2026, 0, 31, 9);
const run: LiveRun = {
  id: '9',
  jobUid: '1',
  trigger: 'manual',
  catchUp: false,
  missed: 0,
  queuedAt: AT,
  status: 'queued',
  held: 'no',
  availableAt: AT,
  failures: 1,
  recoveries: 0,
  errors: [],
};
const view: RunView = { run, jobId: 'a', jobName: 'A', type: 'import' };

// Promise P30, resume.
test('a run shows when its state was saved, and which steps are done, and nothing else of it', () => {
  expect(runJson(view)).toMatchObject({ checkpointed_at: null, steps_done: [] });
  const json = runJson({ ...view, checkpoint: { savedAt: AT, steps: ['charge', 'mail'] } });
  expect(runSchema.strict().parse(json)).toMatchObject({
    checkpointed_at: '2026-01-31T09:00:00.000Z',
    steps_done: ['charge', 'mail'],
  });
});
