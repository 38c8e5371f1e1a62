import { describe, expect, it } from 'vitest';
import {
  DAY,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SUCCEEDED,
  T0,
  useStore,
} from './rig.ts';

export function listRunsContract(makeStore: MakeStore): void {
  describe('reading runs', () => {
    const t = useStore(makeStore);

    const ids = async (query: Parameters<typeof t.runs>[0] = {}) => (await t.runs(query)).map(({ id }) => id);

    it('lists live and finished runs, newest first', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const made: string[] = [];
      for (let n = 0; n < 4; n += 1) made.push((await t.trigger('a')).id);
      const { runs } = await t.claim(2);
      await t.settle(required(runs[1]), SUCCEEDED);
      expect(await ids()).toEqual(made.toReversed());
    });

    it('pages with `before`, and says whether there is more', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const made: string[] = [];
      for (let n = 0; n < 5; n += 1) made.push((await t.trigger('a')).id);
      await t.settleAll((await t.claim(2)).runs);
      const seen: string[] = [];
      let before: string | undefined;
      do {
        const page = await t.store.listRuns({ limit: 2, ...(before === undefined ? {} : { before }) });
        seen.push(...page.rows.map(({ run }) => run.id));
        before = page.next?.key;
      } while (before !== undefined);
      expect(seen).toEqual(made.toReversed());
    });

    it('filters by status, job, generation and type', async () => {
      const first = await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const good = await t.trigger('a');
      await t.settle(await t.claimOne(), SUCCEEDED);
      const bad = await t.trigger('a');
      await t.settle(await t.claimOne(), failed('x', true));
      await t.done('a', { kind: 'delete' });
      const second = await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const running = await t.trigger('a');
      await t.claimOne();
      const queued = await t.trigger('a');
      await t.create('b', { type: 'other', schedule: ON_DEMAND });
      const other = await t.trigger('b');
      expect(await ids({ status: 'succeeded' })).toEqual([good.id]);
      expect(await ids({ status: 'failed' })).toEqual([bad.id]);
      expect(await ids({ status: 'running' })).toEqual([running.id]);
      expect(await ids({ status: 'queued' })).toEqual([other.id, queued.id]);
      expect(await ids({ jobId: 'a' })).toEqual([queued.id, running.id, bad.id, good.id]);
      expect(await ids({ jobUid: first.uid })).toEqual([bad.id, good.id]);
      expect(await ids({ jobUid: second.uid, status: 'queued' })).toEqual([queued.id]);
      expect(await ids({ type: 'other' })).toEqual([other.id]);
      expect(await ids({ jobId: 'nobody' })).toEqual([]);
    });

    it('pages through the runs of a type, of several jobs, between those of another one', async () => {
      for (const id of ['b', 'c']) await t.create(id, { schedule: ON_DEMAND });
      await t.create('a', { type: 'other', schedule: ON_DEMAND });
      const made: string[] = [];
      for (let n = 0; n < 3; n += 1) {
        for (const id of ['a', 'b', 'c']) {
          const run = await t.trigger(id);
          if (id === 'a') {
            await t.store.cancelRun({ runId: run.id, force: false });
            continue;
          }
          await t.settle(await t.claimOne(), n === 1 ? failed('x', true) : SUCCEEDED);
          made.unshift(run.id);
        }
      }
      const page = await t.store.listRuns({ type: 'noop', limit: 4 });
      const first = page.rows.map(({ run }) => run.id);
      expect(first).toEqual(made.slice(0, 4));
      const next = await t.store.listRuns({ type: 'noop', limit: 4, before: required(page.next).key });
      expect(next.rows.map(({ run }) => run.id)).toEqual(made.slice(4));
      expect(next).not.toHaveProperty('next');
      expect(await ids({ type: 'noop', status: 'succeeded' })).toEqual([
        ...made.slice(0, 2),
        ...made.slice(4),
      ]);
      expect(await ids({ type: 'noop', status: 'failed' })).toEqual(made.slice(2, 4));
      expect(await ids({ type: 'nobody' })).toEqual([]);
    });

    it('filters by when runs were queued: from included, to excluded', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const made: string[] = [];
      for (let n = 0; n < 4; n += 1) {
        made.push((await t.trigger('a')).id);
        t.clock.advance(MINUTE);
      }
      expect(await ids({ from: T0 + MINUTE, to: T0 + 3 * MINUTE })).toEqual([made[2], made[1]]);
      expect(await ids({ from: T0 + MINUTE + 1 })).toEqual([made[3], made[2]]);
      expect(await ids({ to: T0 + 1 })).toEqual([made[0]]);
    });

    // Promise P17, clock.
    it('filters right even after the clock jumped back', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const first = await t.trigger('a');
      t.clock.set(T0 - DAY);
      const second = await t.trigger('a');
      t.clock.set(T0 + HOUR);
      const third = await t.trigger('a');
      expect(await ids({ to: T0 })).toEqual([second.id]);
      expect(await ids({ to: T0 - DAY + 1 })).toEqual([second.id]);
      await t.reopen();
      expect(await ids({ to: T0 - DAY + 1 })).toEqual([second.id]);
      expect(await ids({ from: T0 - DAY, to: T0 + 1 })).toEqual([second.id, first.id]);
      expect(await ids({ from: T0 + 1 })).toEqual([third.id]);
    });

    it('a run is read with its job, and an unknown one is undefined', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const run = await t.trigger('a');
      expect(await t.store.getRun(run.id)).toEqual({
        run,
        jobId: 'a',
        jobName: 'Job a',
        type: 'noop',
        ranWith: '{}',
      });
      expect(await t.store.getRun('1')).toBeUndefined();
      for (const id of ['nonsense', `${run.id}.5`]) {
        expect(await t.store.getRun(id)).toBeUndefined();
        expect(await t.store.getLogs(id)).toBeUndefined();
      }
    });

    it('a read sees every write that was answered before it was asked for', async () => {
      for (let n = 0; n < 20; n += 1) {
        await t.create(`job-${n}`, { schedule: ON_DEMAND });
        const { id } = await t.trigger(`job-${n}`);
        expect((await t.store.getRun(id))?.jobId).toBe(`job-${n}`);
      }
    });

    it('counts jobs by status, runs by what they do, and finished runs by hour', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.create('b', { schedule: ON_DEMAND, overlap: 'queue' });
      await t.create('c', { schedule: ON_DEMAND });
      await t.done('c', { kind: 'pause', cancelLive: false });
      for (let n = 0; n < 4; n += 1) await t.trigger('a');
      const { runs } = await t.claim(3);
      await t.settle(required(runs[0]), SUCCEEDED);
      await t.trigger('b');
      await t.trigger('b');
      t.clock.advance(HOUR);
      await t.settle(required(runs[1]), failed('x', true));
      const stats = await t.store.stats({ hours: 24 });
      expect(stats).toEqual({
        jobs: { active: 2, paused: 1, finished: 0 },
        runs: { queued: 2, held: 1, running: 1, dueSince: T0 },
        hours: [
          { hour: T0 + HOUR, status: 'failed', count: 1 },
          { hour: T0, status: 'succeeded', count: 1 },
        ],
      });
      expect((await t.store.stats({ hours: 1 })).hours).toHaveLength(1);
    });

    it('says since when something due waits to be claimed', async () => {
      const dueSince = async () => (await t.store.stats({ hours: 1 })).runs.dueSince;
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.create('b', { type: 'other', schedule: ON_DEMAND });
      expect(await dueSince()).toBeUndefined();
      await t.trigger('a');
      t.clock.advance(MINUTE);
      await t.trigger('a');
      await t.trigger('b');
      expect(await dueSince()).toBe(T0);
      const { runs } = await t.claim(1);
      expect(await dueSince()).toBe(T0 + MINUTE);
      await t.claim();
      // A type that no node claims.
      expect(await dueSince()).toBe(T0 + MINUTE);
      await t.done('b', { kind: 'delete' });
      expect(await dueSince()).toBeUndefined();
      // A future retry is not due.
      await t.settle(required(runs[0]), failed('again'));
      expect(await dueSince()).toBeUndefined();
      t.clock.advance(HOUR);
      expect(await dueSince()).toBeGreaterThan(T0 + MINUTE);
    });

    it('a job counts its own finished runs by hour', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 3; n += 1) await t.trigger('a');
      await t.settleAll((await t.claim()).runs);
      expect(await t.store.jobHours({ jobId: 'a', hours: 24 })).toEqual([
        { hour: T0, status: 'succeeded', count: 3 },
      ]);
      expect(await t.store.jobHours({ jobId: 'nobody', hours: 24 })).toBeUndefined();
    });
  });
}
