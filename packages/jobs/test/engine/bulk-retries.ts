import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { BulkEngine } from '../../src/engine/ports/bulk-port.ts';
import { bulkEnd } from './bulk-end.ts';
import { createHarness, type Harness, job, type MakeDatabase } from './engine-harness.ts';

/** Promise P36, tags and bulk: commands on many runs. */
export function bulkRetries(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
  });

  const ended = (id: string | undefined) => bulkEnd(h.engine, id);
  const makeJobs = async (count: number) => {
    for (let n = 0; n < count; n += 1) await h.engine.createJob(job({ id: `job-${n}` }));
  };

  describe('a bulk command on runs', () => {
    it('leaves out a run if a later run of its slot has succeeded', async () => {
      h.deps.handler = () => {
        throw new Error('no');
      };
      await h.engine.createJob(job({ onDemand: undefined, interval: '1h', maxAttempts: 1 }));
      h.clock.advance(3_600_000);
      await h.engine.tick();
      h.clock.advance(60_000);
      const retry = async () => {
        const filter = { jobId: 'job', status: 'failed' } as const;
        const command = await h.engine.bulkRuns({ action: 'retry', filter });
        await h.engine.tick();
        return ended(command.id);
      };
      h.deps.handler = () => undefined;
      expect(await retry()).toMatchObject({ total: 1, done: 1 });
      await h.engine.tick();
      const filter = { status: 'failed' } as const;
      const plan = (action: 'retry' | 'cancel') => h.engine.bulkRuns({ action, filter, dryRun: true });
      expect(await plan('retry')).toMatchObject({ total: 1, leftOut: 1 });
      expect(await plan('cancel')).not.toHaveProperty('leftOut');
      const ids = (await h.engine.listRuns()).rows.map(({ run }) => run.id);
      expect(await h.engine.bulkRuns({ action: 'retry', ids, dryRun: true })).toMatchObject({
        total: 2,
        leftOut: 1,
      });
      const again = await retry();
      expect(again).toMatchObject({ total: 1, done: 0, failed: 1 });
      expect(again.failures[0]?.detail).toContain('a later run of the same slot, has succeeded');
      expect((await h.engine.listRuns({ jobId: 'job' })).rows).toHaveLength(2);
    });

    it('leaves out no run that succeeded itself, even if a later run of its slot has, too', async () => {
      await h.engine.createJob(job({ onDemand: undefined, interval: '1h' }));
      h.clock.advance(3_600_000);
      await h.engine.tick();
      await h.engine.tick();
      const first = (await h.engine.listRuns()).rows[0]?.run.id ?? '';
      await h.engine.retryRun(first);
      await h.engine.tick();
      await h.engine.tick();
      const retry = { action: 'retry', ids: [first] } as const;
      expect(await h.engine.bulkRuns({ ...retry, dryRun: true })).toMatchObject({ total: 1, leftOut: 0 });
      const command = await h.engine.bulkRuns(retry);
      await h.engine.tick();
      expect(await ended(command.id)).toMatchObject({ total: 1, done: 1 });
    });

    it('looks up the slots of the first 10,000 runs alone', async () => {
      await makeJobs(1);
      const { run } = await h.engine.trigger('job-0');
      const view = await h.engine.getRun(run.id);
      const asked: unknown[] = [];
      let left = 10;
      const engine: BulkEngine = {
        ...h.engine,
        listRuns: async ({ slotsDone } = {}) => {
          asked.push(slotsDone);
          left -= 1;
          return { rows: Array(1_000).fill(view), ...(left > 0 ? { next: { value: null, key: '1' } } : {}) };
        },
      };
      const plan = () => h.engine.bulkRuns({ action: 'retry', all: true, dryRun: true }, { engine });
      expect(await plan()).toMatchObject({ total: 10_000, leftOut: 0 });
      expect(asked).toEqual(Array(10).fill(true));
      left = 11;
      const wide = await plan();
      expect(wide.total).toBe(11_000);
      expect(wide).not.toHaveProperty('leftOut');
      expect(asked.at(-1)).toBe(false);
    });

    it('runs jobs, and retries and cancels runs', async () => {
      await makeJobs(3);
      h.deps.handler = () => {
        throw new Error('no');
      };
      await ended((await h.engine.bulkJobs({ action: 'run', all: true })).id);
      for (let attempt = 0; attempt < 10; attempt += 1) {
        await h.engine.tick();
        h.clock.advance(3_600_000);
      }
      const failed = async () => (await h.engine.listRuns({ status: 'failed' })).rows;
      expect(await failed()).toHaveLength(3);
      const retry = await h.engine.bulkRuns({
        action: 'retry',
        filter: { status: 'failed', jobId: 'job-1' },
      });
      expect(await ended(retry.id)).toMatchObject({ target: 'runs', done: 1 });
      const queued = await h.engine.listRuns({ status: 'queued' });
      expect(queued.rows.map(({ jobId, run }) => [jobId, run.retryOf !== undefined])).toEqual([
        ['job-1', true],
      ]);
      const [first] = await failed();
      const ids = [...queued.rows, first].map((row) => String(row?.run.id));
      const cancel = await h.engine.bulkRuns({ action: 'cancel', ids });
      const done = await ended(cancel.id);
      expect(done).toMatchObject({ done: 1, failed: 1 });
      expect(done.failures[0]).toMatchObject({
        runId: first?.run.id,
        detail: expect.stringContaining('has ended'),
      });
      expect((await h.engine.listRuns({ status: 'cancelled' })).rows).toHaveLength(1);
    });
  });
}
