import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineJobType } from '../../src/index.ts';
import {
  createHarness,
  type Deps,
  type Harness,
  job,
  type MakeDatabase,
  runOnce,
  untilAborted,
  work,
} from './engine-harness.ts';

/** What a process does with the remains of other processes: jobs of other builds, claims of dead nodes. */
export function restarts(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
  });
  afterEach(() => h.close());

  // Promise P21, payloads.
  describe('payloads', () => {
    const stricter = defineJobType({
      type: 'work',
      module: import.meta.url,
      payload: z.strictObject({ n: z.int().min(10) }),
      run: async (ctx, deps: Deps) => deps.handler(ctx),
    });

    it('one that today’s schema refuses is a permanent failure, payload_invalid, not a crash', async () => {
      await h.engine.createJob(job({ payload: { n: 1 } }));
      const { run } = await h.engine.trigger('job');
      const deployed = await h.again({ jobTypes: [stricter] });
      await deployed.tick();
      expect((await deployed.getRun(run.id)).run).toMatchObject({
        status: 'failed',
        reason: 'payload_invalid',
        errors: [{ reason: 'payload_invalid' }],
      });
    });
  });

  describe('what operators may set', () => {
    it('must be a field of the payload', async () => {
      const type = defineJobType({
        type: 'bad',
        module: import.meta.url,
        payload: z.strictObject({ days: z.int() }),
        // @ts-expect-error: the type refuses this field, too.
        operatorsMaySet: ['day'],
        run: async () => undefined,
      });
      await expect(h.again({ jobTypes: [type] })).rejects.toThrow(
        'The job type bad can\'t be registered. types.0.operatorsMaySet: names "day", which is not a field of the payload.',
      );
    });
  });

  // Promises P6, catch-up; P22, types and deploys.
  describe('types and deploys', () => {
    it('a node without the type lets its slots pass, health says no_handler, and catch-up applies when it appears', async () => {
      await h.engine.createJob(job({ onDemand: undefined, interval: '1h' }));
      const without = await h.again({ jobTypes: [] });
      h.clock.advance(3 * 3_600_000);
      await without.tick();
      expect(await without.getJob('job')).toMatchObject({ health: { status: 'no_handler' } });
      expect((await without.listRuns({ limit: 10 })).rows).toHaveLength(0);
      h.clock.advance(600_000);
      await (await h.again()).tick();
      expect((await h.engine.listRuns({ limit: 10 })).rows).toMatchObject([
        { run: { status: 'succeeded', missed: 3, catchUp: true } },
      ]);
    });

    it('a node with an older version of the type leaves the job alone', async () => {
      const v2 = { ...work, version: 2 };
      await (await h.beside({ jobTypes: [v2] })).createJob(job({ onDemand: undefined, interval: '1h' }));
      h.clock.advance(3_600_000);
      await h.engine.tick();
      expect((await h.engine.listRuns({ limit: 10 })).rows).toHaveLength(0);
    });

    it('a node with no places plans and runs nothing, and serves the API', async () => {
      const api = await h.beside({ concurrency: 0 });
      await api.createJob(job());
      const { run } = await api.trigger('job');
      await api.tick();
      expect((await api.getRun(run.id)).run.status).toBe('queued');
    });
  });

  // Promises P9, lost nodes; P10, fence. Lesson 16, locks that outlive a crash.
  describe('lost nodes', () => {
    it('claims of a dead process are taken back at the next start, at no cost of an attempt', async () => {
      await h.engine.createJob(job());
      let stuck = true;
      h.deps.handler = (ctx) => (stuck ? untilAborted(ctx) : ctx.run.attempt);
      const id = await runOnce(h);
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'running' });
      stuck = false;
      const restarted = await h.again();
      await restarted.tick();
      expect((await restarted.getRun(id)).run).toMatchObject({
        status: 'succeeded',
        attempt: 1,
        recoveries: 1,
        result: '1',
      });
    });

    it('the earlier claim can no longer settle anything', async () => {
      await h.engine.createJob(job());
      const finish: ((value: unknown) => void)[] = [];
      h.deps.handler = () => new Promise((resolve) => finish.push(resolve));
      const id = await runOnce(h);
      const restarted = await h.again();
      await restarted.tick();
      expect(finish).toHaveLength(2);
      finish[0]?.('old');
      await h.engine.tick();
      await h.engine.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'running' });
      finish[1]?.('new');
      await restarted.tick();
      await restarted.tick();
      expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'succeeded', result: '"new"' });
    });

    it('a run whose process died six times is failed as lost, and subscribers get the event', async () => {
      await h.engine.createJob(job());
      h.deps.handler = untilAborted;
      const id = await runOnce(h);
      let engine = h.engine;
      for (let death = 0; death < 6; death++) {
        engine = await h.again();
        // From the second loss on, the run waits before it restarts.
        h.clock.advance(10_000);
        await engine.tick();
        // On PostgreSQL the first claim only finds the run.
        await engine.tick();
      }
      expect((await h.engine.getRun(id)).run).toMatchObject({
        status: 'failed',
        reason: 'lost',
        recoveries: 6,
      });
      const { lastId } = engine.subscribe(() => undefined);
      const { backlog } = engine.subscribe(() => undefined, lastId - 1);
      expect(backlog).toMatchObject([
        { type: 'run.failed', jobId: 'job', runId: id, reason: 'lost', error: { name: 'LostError' } },
      ]);
      // There were no other events.
      expect(engine.subscribe(() => undefined, lastId - 2).backlog).toBe('reset');
    });

    it('a graceful stop gives back at no cost what its signal ended', async () => {
      await h.engine.createJob(job());
      h.deps.handler = untilAborted;
      const id = await runOnce(h);
      const passing = setInterval(() => h.clock.advance(5_000), 5);
      await h.engine.stop();
      clearInterval(passing);
      h.deps.handler = () => 'done';
      const restarted = await h.again();
      await restarted.tick();
      expect((await restarted.getRun(id)).run).toMatchObject({
        status: 'succeeded',
        attempt: 1,
        recoveries: 0,
      });
    });
  });
}
