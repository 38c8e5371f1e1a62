import { expect, it, onTestFinished } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { createHarness, job } from './engine-harness.ts';
import { resumableInThread } from './resumable-in-thread.ts';

// Promise P30, resume.
it('a handler in a thread continues from the checkpoint and the steps of a thread that died', async () => {
  const h = await createHarness({ jobTypes: [resumableInThread] });
  onTestFinished(() => h.close());
  await h.engine.createJob(job({ type: 'resumable_in_thread', overlap: 'queue' }));
  const { run } = await h.engine.trigger('job');
  const view = async () => {
    await h.engine.tick();
    return h.engine.getRun(run.id);
  };
  await expect
    .poll(async () => (await view()).checkpoint?.steps, { timeout: CONDITION_MS })
    .toEqual(['start']);
  await expect.poll(async () => (await view()).run.errors.length, { timeout: CONDITION_MS }).toBe(1);
  h.clock.advance(60_000);
  await expect.poll(async () => (await view()).run.status, { timeout: CONDITION_MS }).toBe('succeeded');
  const ended = (await view()).run;
  expect(JSON.parse('result' in ended ? (ended.result ?? '{}') : '{}')).toEqual({
    from: 2,
    token: 'made by attempt 1',
    refused: expect.stringContaining('does not fit the schema'),
  });
  expect(await view()).not.toHaveProperty('checkpoint');
});
