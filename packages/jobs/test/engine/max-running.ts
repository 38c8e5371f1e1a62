import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase } from './engine-harness.ts';

/** At most a number of runs of a job run at once (P29, limits and priority). */
export function maxRunning(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let running: number;
  let most: number;
  let ended: number;
  beforeEach(async () => {
    h = await createHarness({ autoRun: true, concurrency: 10 }, makeDatabase);
    onTestFinished(() => h.close());
    running = 0;
    most = 0;
    ended = 0;
    h.deps.handler = () => {
      running += 1;
      most = Math.max(most, running);
      return new Promise<void>((resolve) => {
        h.clock.setTimer(100, () => {
          running -= 1;
          ended += 1;
          resolve();
        });
      });
    };
  });

  it('no more run at once on two nodes, and all run', async () => {
    await h.beside({ autoRun: true, concurrency: 10 });
    await h.engine.createJob(job({ overlap: 'allow', maxRunning: 3 }));
    for (let n = 0; n < 12; n += 1) await h.engine.trigger('job');
    await h.pass(3_000);
    expect(ended).toBe(12);
    expect(most).toBe(3);
  });

  it.each([
    [{ maxRunning: 2 }, '"maxRunning" needs "overlap": "allow"'],
    [{ maxRunning: 2, overlap: 'queue' as const }, '"maxRunning" needs "overlap": "allow"'],
  ])('%j is refused', async (fields, detail) => {
    const faults = [{ pointer: '/maxRunning', detail: expect.stringContaining(detail) }];
    await expect(h.engine.createJob(job(fields))).rejects.toMatchObject({ code: 'invalid', faults });
  });

  it('a patch changes it, and null takes it away', async () => {
    await h.engine.createJob(job({ overlap: 'allow', maxRunning: 3 }));
    expect((await h.engine.patchJob('job', { maxRunning: 5 })).job).toMatchObject({
      version: 2,
      maxRunning: 5,
    });
    expect((await h.engine.patchJob('job', { name: 'Other' })).job.maxRunning).toBe(5);
    expect((await h.engine.patchJob('job', { maxRunning: null })).job).not.toHaveProperty('maxRunning');
  });
}
