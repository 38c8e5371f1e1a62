import { expect, it, onTestFinished } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { createHarness, job } from './engine-harness.ts';
import { hookCalls, threadDeps, toldFromThread } from './thread-types.ts';

it('hooks of a type that runs in threads are called in the process of the engine, without dependencies', async () => {
  hookCalls.length = 0;
  const jobTypes = [toldFromThread];
  const h = await createHarness({ jobTypes, threadDeps: threadDeps.with('in the thread') });
  onTestFinished(() => h.close());
  await h.engine.createJob(job({ type: 'told_from_thread', overlap: 'allow', maxAttempts: 1 }));
  for (const fails of [false, true]) await h.engine.trigger('job', { payload: { fails } });
  await expect.poll(() => h.engine.tick().then(() => hookCalls.length), { timeout: CONDITION_MS }).toBe(2);
  expect(hookCalls).toEqual(
    expect.arrayContaining([
      { payload: { fails: false }, result: 'in the thread', deps: undefined },
      { payload: { fails: true }, error: 'as it was told', deps: undefined },
    ]),
  );
});
