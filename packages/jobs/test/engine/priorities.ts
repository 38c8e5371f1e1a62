import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase } from './engine-harness.ts';

/** Which of the due runs start first (P29, limits and priority). */
export function priorities(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let started: string[];
  beforeEach(async () => {
    h = await createHarness({ concurrency: 1 }, makeDatabase);
    onTestFinished(() => h.close());
    started = [];
    h.deps.handler = ({ job: { id } }) => void started.push(id);
    for (const priority of ['low', 'normal', 'high'] as const)
      await h.engine.createJob(job({ id: priority, overlap: 'allow', priority }));
  });

  it('L12: the highest due run starts first', async () => {
    for (const id of ['low', 'normal', 'high']) await h.engine.trigger(id);
    for (let n = 0; n < 6 && started.length < 3; n += 1) await h.engine.tick();
    expect(started).toEqual(['high', 'normal', 'low']);
  });

  it('L12: a run that became due more than 5 minutes before higher ones starts before them', async () => {
    await h.engine.trigger('low');
    h.clock.advance(5 * 60_000 + 1);
    await h.engine.trigger('high');
    for (let n = 0; n < 6 && started.length < 2; n += 1) await h.engine.tick();
    expect(started).toEqual(['low', 'high']);
  });

  it('an edit changes it, null takes it away, and the default is no change', async () => {
    const edited = await h.engine.patchJob('low', { priority: 'high' });
    expect(edited.job).toMatchObject({ version: 2, priority: 'high' });
    expect((await h.engine.patchJob('low', { name: 'Other' })).job.priority).toBe('high');
    const reset = await h.engine.patchJob('low', { priority: null });
    expect(reset.job).not.toHaveProperty('priority');
    const same = await h.engine.patchJob('low', { priority: 'normal' });
    expect(same.job.version).toBe(reset.job.version);
  });
}
