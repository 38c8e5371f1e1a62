import { describe, expect, it, onTestFinished } from 'vitest';
import { createHarness, job, type MakeDatabase, untilAborted } from './engine-harness.ts';

const MINUTE = 60_000;

/** New runs that replace the live one (P7, overlap). */
export function replacing(makeDatabase: MakeDatabase): void {
  it('a slot stops the handler of the run before, and its own handler starts after that', async () => {
    const h = await createHarness({ autoRun: true }, makeDatabase);
    onTestFinished(() => h.close());
    const events: string[] = [];
    h.engine.subscribe((event) => void (event !== 'reset' && events.push(`${event.type} ${event.runId}`)));
    let running = 0;
    let most = 0;
    h.deps.handler = async (ctx) => {
      running += 1;
      most = Math.max(most, running);
      await untilAborted(ctx).finally(() => (running -= 1));
    };
    await h.engine.createJob(job({ onDemand: undefined, interval: '1m', overlap: 'cancel_previous' }));
    await h.passUntil(h.clock.now() + 2 * MINUTE + 2_000, 100);
    const { rows } = await h.engine.listRuns({ jobId: 'job', limit: 9 });
    const [newest, first] = rows.map(({ run }) => run);
    expect(rows).toHaveLength(2);
    expect(first).toMatchObject({ status: 'cancelled', reason: 'replaced' });
    expect(newest).toMatchObject({ status: 'running' });
    expect(most).toBe(1);
    expect(events).toContain(`run.cancelled ${first?.id}`);
  });

  it.each([
    ['a fixed delay', { onDemand: undefined, interval: '1m', intervalMode: 'fixed_delay' }],
    ['one time', { onDemand: undefined, runAt: '2030-01-01T00:00:00Z' }],
  ] as const)('a job with %s has no runs that could meet', async (_, schedule) => {
    const h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
    const asked = h.engine.createJob(job({ ...schedule, overlap: 'cancel_previous' }));
    await expect(asked).rejects.toMatchObject({ faults: [{ pointer: '/overlap' }] });
  });

  describe('V8: a run that is replaced while it waits for a retry has failed', () => {
    const RETRIES = {
      maxAttempts: 3,
      backoff: { initial: '50s', jitter: 0 },
      overlap: 'cancel_previous',
    } as const;
    const open = async (extra: Parameters<typeof job>[0]) => {
      const paused: string[] = [];
      const h = await createHarness({ onPaused: ({ job: { id } }) => void paused.push(id) }, makeDatabase);
      onTestFinished(() => h.close());
      const events: string[] = [];
      h.engine.subscribe((event) => void (event !== 'reset' && events.push(event.type)));
      h.deps.handler = ({ job: { id } }) => {
        if (id === 'job') throw new Error('the disk is full');
      };
      await h.engine.createJob(job({ ...RETRIES, ...extra }));
      const statuses = async (jobId: string) =>
        (await h.engine.listRuns({ jobId })).rows.map(({ run }) => run.status);
      return { ...h, events, paused, statuses };
    };

    it('a budget that is used up by a run by hand announces the pause', async () => {
      const h = await open({ pauseAfter: { failures: 1 } });
      await h.engine.trigger('job');
      await h.engine.tick();
      await h.engine.trigger('job');
      expect(await h.statuses('job')).toEqual(['queued', 'failed']);
      await h.engine.tick();
      expect(h.events.filter((type) => type === 'job.paused')).toHaveLength(1);
      await expect.poll(() => h.paused).toEqual(['job']);
    });

    it('a budget that is used up by a slot announces the pause', async () => {
      const h = await open({ pauseAfter: { failures: 1 }, interval: '1m', onDemand: undefined });
      h.clock.advance(MINUTE);
      await h.engine.tick();
      expect(await h.statuses('job')).toEqual(['queued']);
      h.clock.advance(MINUTE);
      await h.engine.tick();
      expect((await h.engine.getJob('job')).job).toMatchObject({ status: 'paused', pause: { by: 'engine' } });
      expect(h.events.filter((type) => type === 'job.paused')).toHaveLength(1);
      await expect.poll(() => h.paused).toEqual(['job']);
    });

    it('a run by hand starts the chain of the replaced run with the next pass', async () => {
      const h = await open({});
      await h.engine.createJob(job({ id: 'mail', onDemand: undefined, after: { job: 'job', on: 'failed' } }));
      await h.engine.trigger('job');
      await h.engine.tick();
      await h.engine.tick();
      await h.engine.trigger('job');
      await h.engine.tick();
      await h.engine.tick();
      expect(await h.statuses('mail')).toEqual(['succeeded']);
    });

    it('a cancel with force of a replaced run that ignores its signal starts its chain, too', async () => {
      const h = await open({});
      await h.engine.createJob(job({ id: 'mail', onDemand: undefined, after: { job: 'job', on: 'failed' } }));
      const { run } = await h.engine.trigger('job');
      await h.engine.tick();
      h.clock.advance(50_000);
      h.deps.handler = ({ job: { id } }) => (id === 'job' ? new Promise(() => undefined) : undefined);
      await h.engine.tick();
      await h.engine.trigger('job');
      await h.engine.tick();
      await h.engine.cancelRun(run.id, { force: true });
      expect((await h.engine.getRun(run.id)).run).toMatchObject({ status: 'failed' });
      await h.engine.tick();
      await h.engine.tick();
      expect(await h.statuses('mail')).toEqual(['succeeded']);
    });
  });
}
