import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import type { Clock } from '../../src/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { createHarness, type Harness, job, type MakeDatabase, untilAborted, work } from './engine-harness.ts';

/** How an engine stops, and what it leaves to the next one. */
export function shutdowns(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
  });
  afterEach(() => h.close());

  // Promises P9, lost nodes; P11, timeout. Lesson 17, busy event loops and shutdowns.
  describe('shutdown', () => {
    const stop = async () => {
      const passing = setInterval(() => h.clock.advance(1_000), 5);
      await h.engine.stop();
      clearInterval(passing);
    };

    it('waits for handlers, and runs whose handlers end in time succeed', async () => {
      await h.engine.createJob(job());
      let end: () => void = () => undefined;
      h.deps.handler = () =>
        new Promise<void>((resolve) => {
          end = resolve;
        });
      const { run } = await h.engine.trigger('job');
      await h.engine.tick();
      const stopped = stop();
      end();
      await stopped;
      expect((await (await h.again()).getRun(run.id)).run).toMatchObject({ status: 'succeeded' });
    });

    it('an inline handler that ignores its signal does not delay it; the next start takes its run back', async () => {
      await h.engine.createJob(job());
      h.deps.handler = () => new Promise(() => undefined);
      const { run } = await h.engine.trigger('job');
      await h.engine.tick();
      await stop();
      expect((await (await h.again()).getRun(run.id)).run).toMatchObject({
        status: 'queued',
        recoveries: 1,
      });
    });

    it('says how many runs it waits for, unless they end soon', async () => {
      const said: string[] = [];
      const logger = { ...silentLogger, warn: (_: object, message: string) => void said.push(message) };
      for (const handler of [untilAborted, () => undefined]) {
        await h.close();
        h = await createHarness({ logger }, makeDatabase);
        h.deps.handler = handler;
        await h.engine.createJob(job());
        await h.engine.trigger('job');
        await h.engine.tick();
        await stop();
      }
      expect(said).toEqual([
        'stopping: waiting up to 20s for 1 run',
        'stopping: 1 run did not end in time and will run again at the next start',
      ]);
    });

    it('says how many runs start again: those that their signal ended, and those that ignore it', async () => {
      const said: string[] = [];
      const logger = { ...silentLogger, warn: (_: object, message: string) => void said.push(message) };
      await h.close();
      h = await createHarness({ logger }, makeDatabase);
      await h.engine.createJob(job({ overlap: 'allow' }));
      const succeeds = (ctx: Parameters<typeof untilAborted>[0]) => untilAborted(ctx).catch(() => undefined);
      for (const handler of [untilAborted, () => new Promise<never>(() => undefined), succeeds]) {
        h.deps.handler = handler;
        await h.engine.trigger('job');
        await h.engine.tick();
      }
      await stop();
      expect(said.at(-1)).toBe('stopping: 2 runs did not end in time and will run again at the next start');
    });

    it('gives up what makes no progress, though it is more than is written at once', async () => {
      await h.close();
      h = await createHarness({ concurrency: 2_500 }, makeDatabase, (store) => {
        // As if another transaction held the jobs of all runs.
        store.settle = async (batch) => ({ results: batch.map(() => ({ kind: 'later' })), wake: false });
        return store;
      });
      const { engine } = h;
      await engine.createJob(job({ overlap: 'allow' }));
      await Promise.all(Array.from({ length: 2_100 }, () => engine.trigger('job')));
      await engine.tick();
      await stop();
      await expect(engine.check()).rejects.toMatchObject({ code: 'unavailable' });
    });

    it('closes everything, even if a part fails', async () => {
      const serving = Promise.reject(new Error('the server did not close'));
      await h.engine.stop({ serving });
      await expect(h.engine.check()).rejects.toMatchObject({ code: 'unavailable' });
    });

    it('during the start leaves nothing open or running', async () => {
      const engine = createEngine({
        store: h.openStore(),
        jobTypes: [work],
        deps: h.deps,
        clock: h.clock,
        logger: silentLogger,
      });
      const started = engine.start();
      await engine.stop();
      await started;
      await expect(engine.check()).rejects.toMatchObject({ code: 'unavailable' });
      await engine.stop();
    });

    it('leaves no timer that would keep the process', async () => {
      const timers = new Set<object>();
      const clock: Clock = {
        now: h.clock.now,
        monotonic: h.clock.monotonic,
        setTimer(ms, fire) {
          const timer = {};
          timers.add(timer);
          const cancel = h.clock.setTimer(ms, () => {
            timers.delete(timer);
            fire();
          });
          return () => {
            timers.delete(timer);
            cancel();
          };
        },
      };
      const engine = await h.beside({ clock, autoRun: true });
      expect(timers.size).toBeGreaterThan(0);
      await engine.stop();
      expect(timers.size).toBe(0);
    });

    it('twice is once', async () => {
      await Promise.all([stop(), stop()]);
      await stop();
    });

    it('a second stop waits for the `serving` of the first', async () => {
      const serving = Promise.withResolvers<void>();
      const first = h.engine.stop({ serving: serving.promise });
      let isStopped = false;
      const second = h.engine.stop().then(() => {
        isStopped = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      await h.pass(5_000, 1_000);
      expect(isStopped).toBe(false);
      await h.engine.check();
      serving.resolve();
      await Promise.all([first, second]);
    });
  });
}
