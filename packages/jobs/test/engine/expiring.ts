import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase } from './engine-harness.ts';

const MINUTE = 60_000;

/** Runs that are skipped because they have not started in time (P35, expiry). */
export function expiring(makeDatabase: MakeDatabase): void {
  let h: Harness;
  let started: string[];
  beforeEach(async () => {
    h = await createHarness({ concurrency: 1 }, makeDatabase);
    onTestFinished(() => h.close());
    started = [];
    h.deps.handler = ({ run }) => void started.push(run.id);
  });

  it('the handler of an expired run does not start, and the skip is told', async () => {
    const events: string[] = [];
    h.engine.subscribe((event) => void events.push(event === 'reset' ? event : event.type));
    await h.engine.createJob(job({ overlap: 'allow', expireAfter: '5m' }));
    const { run: late } = await h.engine.trigger('job');
    h.clock.advance(5 * MINUTE);
    const { run: inTime } = await h.engine.trigger('job');
    await h.engine.tick();
    await h.engine.tick();
    expect(started).toEqual([inTime.id]);
    expect((await h.engine.getRun(late.id)).run).toMatchObject({ status: 'skipped', reason: 'expired' });
    expect(events).toContain('run.skipped');
    expect((await h.engine.activity()).skipped).toMatchObject({ expired: 1 });
  });

  it.each([
    ['0.5s', 'must be from 1s to 9600h'],
    ['9601h', 'must be from 1s to 9600h'],
    ['soon', 'must be a duration such as 5m'],
  ])('a time of %s is refused', async (expireAfter, detail) => {
    const faults = [{ pointer: '/expireAfter', detail: expect.stringContaining(detail) }];
    await expect(h.engine.createJob(job({ expireAfter }))).rejects.toMatchObject({ code: 'invalid', faults });
  });

  it('a patch changes it, null takes it away, and an equal one changes nothing', async () => {
    await h.engine.createJob(job({ expireAfter: '300s' }));
    const same = await h.engine.patchJob('job', { expireAfter: '5m' });
    expect(same.job).toMatchObject({ version: 1, expireAfterMs: 5 * MINUTE });
    expect((await h.engine.patchJob('job', { expireAfter: '1h' })).job.expireAfterMs).toBe(60 * MINUTE);
    expect((await h.engine.patchJob('job', { name: 'Other' })).job.expireAfterMs).toBe(60 * MINUTE);
    expect((await h.engine.patchJob('job', { expireAfter: null })).job).not.toHaveProperty('expireAfterMs');
  });
}
