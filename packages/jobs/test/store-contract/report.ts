import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../src/core/store/store-passes.ts';
import { type MakeStore, ON_DEMAND, required, SECOND, SUCCEEDED, T0, useStore } from './rig.ts';

export function reportContract(makeStore: MakeStore): void {
  // Promises P10, fence; P11, timeout; P12, cancel; P18, bounds. Lessons 14, history without bounds; 15,
  // timeouts that stop nothing.
  describe('reports and logs', () => {
    const t = useStore(makeStore);

    const claimed = async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.trigger('a');
      return t.claimOne();
    };
    const line = (message: string, more: Partial<LogLine> = {}): LogLine => ({
      at: T0,
      level: 'info',
      message,
      ...more,
    });

    it('writes progress, and the start of a prefetched run', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const { runs } = await t.claim(0, 1);
      const { id: runId, fence } = required(runs[0]);
      t.clock.advance(SECOND);
      const progress = { done: 1, total: 4, note: 'sending' };
      expect(await t.store.report([{ runId, fence, startedAt: T0 + SECOND, progress }])).toEqual({
        stale: [],
        cancel: [],
      });
      expect(await t.live(runId)).toMatchObject({ status: 'running', startedAt: T0 + SECOND, progress });
      await t.store.report([{ runId, fence, progress: { done: 2 } }]);
      expect(await t.live(runId)).toMatchObject({ startedAt: T0 + SECOND, progress: { done: 2 } });
      await t.settle(required(runs[0]), SUCCEEDED);
      expect(await t.finished(runId)).toMatchObject({ progress: { done: 2 } });
    });

    it('a stale claim reports nothing, and learns that it is stale', async () => {
      const run = await claimed();
      await t.store.recover({ node: 'node-2' });
      const again = await t.claimOne('node-2');
      const { id: runId } = run;
      const result = await t.store.report([
        { runId, fence: run.fence, progress: { done: 9 }, logs: [line('old')] },
        { runId: '99', fence: 1 },
      ]);
      expect(result).toEqual({ stale: [runId, '99'], cancel: [] });
      expect(await t.live(runId)).not.toHaveProperty('progress');
      expect(await t.store.getLogs(runId)).toEqual([]);
      expect(await t.store.report([{ runId, fence: again.fence }])).toEqual({ stale: [], cancel: [] });
    });

    it('a run that was asked to stop learns it with its next report', async () => {
      const run = await claimed();
      await t.store.cancelRun({ runId: run.id, force: false });
      expect(await t.store.report([{ runId: run.id, fence: run.fence }])).toEqual({
        stale: [],
        cancel: [run.id],
      });
    });

    it('a zombie shows in the health of its job until it ends', async () => {
      const run = await claimed();
      await t.store.report([{ runId: run.id, fence: run.fence, zombieSince: T0 + SECOND }]);
      expect((await t.view('a')).health).toMatchObject({ status: 'zombie', since: T0 + SECOND });
      expect(await t.live(run.id)).toMatchObject({ zombieSince: T0 + SECOND });
      await t.settle(run, SUCCEEDED);
      expect((await t.view('a')).health).toEqual({ status: 'ok' });
    });

    it('keeps log lines in order across reports and the settlement', async () => {
      const run = await claimed();
      const { id: runId, fence } = run;
      const lines = [line('one', { level: 'debug' }), line('two', { fields: '{"n":2}' })];
      await t.store.report([{ runId, fence, logs: lines }]);
      const last = line('three', { level: 'error', at: T0 + 1 });
      await t.settle(run, SUCCEEDED, { logs: [last] });
      expect(await t.store.getLogs(runId)).toEqual([...lines, last]);
    });

    it('the log of a run without lines is empty, that of an unknown run undefined', async () => {
      const run = await claimed();
      expect(await t.store.getLogs(run.id)).toEqual([]);
      expect(await t.store.getLogs('123')).toBeUndefined();
    });

    it('keeps the newest 64 KiB of a log', async () => {
      const run = await claimed();
      const { id: runId, fence } = run;
      const text = 'x'.repeat(1_000);
      for (let batch = 0; batch < 10; batch += 1) {
        const logs = Array.from({ length: 10 }, (_, n) => line(`${batch * 10 + n} ${text}`));
        await t.store.report([{ runId, fence, logs }]);
      }
      const kept = required(await t.store.getLogs(runId));
      expect(kept.at(-1)?.message).toBe(`99 ${text}`);
      const bytes = kept.reduce((sum, { message }) => sum + message.length, 0);
      expect(bytes).toBeLessThanOrEqual(64 * 1024);
      expect(bytes).toBeGreaterThan(60 * 1024);
    });

    it('a line longer than a whole log is cut, not dropped', async () => {
      const run = await claimed();
      const logs = [line('first'), line('ü'.repeat(100_000))];
      await t.store.report([{ runId: run.id, fence: run.fence, logs }]);
      const kept = required(await t.store.getLogs(run.id));
      expect(kept.at(-1)?.message.startsWith('üüü')).toBe(true);
      expect(Buffer.byteLength(kept.at(-1)?.message ?? '')).toBeLessThanOrEqual(64 * 1024);
    });
  });
}
