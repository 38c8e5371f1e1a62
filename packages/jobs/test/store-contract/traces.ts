import { describe, expect, it } from 'vitest';
import {
  definitionOf,
  failed,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SUCCEEDED,
  TYPES,
  useStore,
} from './rig.ts';

const ASKED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const MADE = '00-11111111111111111111111111111111-2222222222222222-00';

/** Which request created a job and a run. */
export function tracesContract(makeStore: MakeStore): void {
  describe('traces', () => {
    const t = useStore(makeStore);
    const create = async (id: string, schedule = ON_DEMAND) => {
      const definition = definitionOf(id, { schedule, overlap: 'allow' });
      const outcome = await t.store.insertJob({ definition, trace: MADE });
      expect(outcome).toMatchObject({ kind: 'created', job: { trace: MADE } });
    };
    const trigger = async (id: string) =>
      required((await t.done(id, { kind: 'trigger', trace: ASKED })).queued.at(-1));

    it('a job keeps the trace it was made with, whatever is done to it and a restart', async () => {
      await create('a');
      await t.edit('a', { name: 'Edited', payload: '{"n":1}' });
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.done('a', { kind: 'resume' });
      expect((await t.job('a')).trace).toBe(MADE);
      await t.reopen();
      expect((await t.job('a')).trace).toBe(MADE);
    });

    it('many jobs made at once keep each its own', async () => {
      const traces = Array.from({ length: 5 }, (_, n) => (n === 2 ? undefined : `${MADE.slice(0, -1)}${n}`));
      await Promise.all(
        traces.map((trace, n) =>
          t.store.insertJob({ definition: definitionOf(`job-${n}`), ...(trace && { trace }) }),
        ),
      );
      const kept = await Promise.all(traces.map((_, n) => t.job(`job-${n}`)));
      expect(kept.map((job) => job.trace)).toEqual(traces);
    });

    it('a claim brings the trace of the run and that of its job', async () => {
      await create('a');
      const asked = await trigger('a');
      await t.trigger('a');
      expect(asked.trace).toBe(ASKED);
      expect((await t.live(asked.id)).trace).toBe(ASKED);
      const { runs, jobs } = await t.claim();
      expect(runs.map(({ trace }) => trace)).toEqual([ASKED, undefined]);
      expect(jobs.map(({ trace }) => trace)).toEqual([MADE]);
    });

    it('so does the claim that a trigger brings along', async () => {
      await create('a');
      const claim = { node: 'node-1', types: TYPES, places: 1, prefetch: 0 };
      const { claimed, queued } = await t.done('a', { kind: 'trigger', trace: ASKED }, { claim });
      expect(claimed?.runs.map(({ trace }) => trace)).toEqual([ASKED]);
      expect((await t.live(required(queued[0]).id)).trace).toBe(ASKED);
    });

    it('a scheduled run has none; its job has', async () => {
      await create('a', { kind: 'interval', interval: '1m', everyMs: MINUTE, mode: 'fixed_rate' });
      t.clock.advance(MINUTE);
      await t.plan();
      const { runs, jobs } = await t.claim();
      expect(runs).toHaveLength(1);
      expect(runs[0]).not.toHaveProperty('trace');
      expect(jobs[0]?.trace).toBe(MADE);
    });

    // Promises P8, retries; P9, lost nodes.
    it('a retry, a loss, a hold and a restart leave a run its trace', async () => {
      await create('a');
      const { id } = await trigger('a');
      await t.settle(await t.claimOne(), failed());
      expect((await t.live(id)).trace).toBe(ASKED);
      t.clock.advance(MINUTE);
      expect((await t.claimOne('dead')).trace).toBe(ASKED);
      await t.reopen();
      await t.store.recover({ node: 'node-1' });
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.edit('a', { typeVersion: 1, maxAttempts: 9 });
      await t.done('a', { kind: 'resume' });
      expect((await t.claimOne()).trace).toBe(ASKED);
    });

    it('history keeps none', async () => {
      await create('a');
      const { id } = await trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      const { id: failing } = await trigger('a');
      await t.settle(await t.claimOne(), failed('never', true));
      const { id: cancelled } = await trigger('a');
      await t.store.cancelRun({ runId: cancelled, force: false });
      for (const over of [id, failing, cancelled]) expect(await t.finished(over)).not.toHaveProperty('trace');
    });
  });
}
