import { describe, expect, it } from 'vitest';
import {
  DAY,
  definitionOf,
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function planContract(makeStore: MakeStore): void {
  // Promises P3, grid; P5, one run per slot; P6, catch-up; P7, overlap; P17, clock; P22, types and deploys.
  // Lesson 6, slots missed in a deploy.
  describe('planning', () => {
    const t = useStore(makeStore);

    it('a due slot becomes one queued run, and the job moves on to the next', async () => {
      const job = await t.create('a');
      t.clock.advance(MINUTE);
      const plan = await t.plan();
      expect(plan).toMatchObject({
        now: T0 + MINUTE,
        queued: [{ jobId: 'a', jobUid: job.uid, scheduledFor: T0 + MINUTE }],
        skipped: [],
        failed: [],
        more: false,
        nextWakeAt: T0 + 2 * MINUTE,
      });
      expect(await t.job('a')).toMatchObject({ lastSlotAt: T0 + MINUTE, nextRunAt: T0 + 2 * MINUTE });
      expect(await t.run(required(plan.queued[0]).id)).toMatchObject({
        trigger: 'schedule',
        scheduledFor: T0 + MINUTE,
        availableAt: T0 + MINUTE,
        queuedAt: T0 + MINUTE,
        status: 'queued',
        missed: 0,
      });
      expect((await t.plan()).queued).toEqual([]);
    });

    it('nothing is due a millisecond early', async () => {
      await t.create('a');
      t.clock.advance(MINUTE - 1);
      expect(await t.plan()).toMatchObject({ queued: [], nextWakeAt: T0 + MINUTE });
    });

    it('a slot that is about to come is taken ahead when it is asked for, once', async () => {
      await t.create('a');
      t.clock.advance(MINUTE - 200);
      const ahead = { types: TYPES, limit: 10, aheadMs: 200 };
      expect(await t.store.plan({ ...ahead, aheadMs: 199 })).toMatchObject({ queued: [], more: false });
      const plan = await t.store.plan(ahead);
      expect(plan).toMatchObject({
        now: T0 + MINUTE - 200,
        queued: [{ jobId: 'a', scheduledFor: T0 + MINUTE }],
        nextWakeAt: T0 + 2 * MINUTE,
      });
      expect(await t.run(required(plan.queued[0]).id)).toMatchObject({
        scheduledFor: T0 + MINUTE,
        availableAt: T0 + MINUTE,
        queuedAt: T0 + MINUTE - 200,
        catchUp: false,
        missed: 0,
      });
      expect(await t.job('a')).toMatchObject({ lastSlotAt: T0 + MINUTE, nextRunAt: T0 + 2 * MINUTE });
      t.clock.advance(200);
      expect((await t.store.plan(ahead)).queued).toEqual([]);
    });

    it('a slot that cannot be taken ahead is left until it is due, and costs nothing until then', async () => {
      await t.create('busy', { overlap: 'allow' });
      await t.create('delay', { schedule: every(MINUTE, { mode: 'fixed_delay' }) });
      await t.create('once', { schedule: { kind: 'run_at', runAt: T0 + MINUTE } });
      await t.trigger('busy');
      t.clock.advance(MINUTE - 1);
      const ahead = { types: TYPES, limit: 2, aheadMs: 200 };
      expect(await t.store.plan(ahead)).toMatchObject({ queued: [], more: false, nextWakeAt: T0 + MINUTE });
      t.clock.advance(1);
      expect(await t.store.plan(ahead)).toMatchObject({ queued: [{}, {}], more: true });
      expect(await t.store.plan(ahead)).toMatchObject({ queued: [{}], more: false });
    });

    it('late planning never shifts the grid', async () => {
      await t.create('a');
      t.clock.advance(MINUTE + 17 * SECOND);
      await t.plan();
      expect((await t.job('a')).nextRunAt).toBe(T0 + 2 * MINUTE);
    });

    it('takes at most `limit` jobs, the longest overdue first, and says that there are more', async () => {
      await t.create('late', { schedule: every(2 * MINUTE) });
      await t.create('later', { schedule: every(3 * MINUTE) });
      await t.create('latest', { schedule: every(4 * MINUTE) });
      t.clock.advance(4 * MINUTE);
      const first = await t.plan(2);
      expect(first.queued.map(({ jobId }) => jobId)).toEqual(['late', 'later']);
      expect(first).toMatchObject({ more: true, nextWakeAt: T0 + 4 * MINUTE });
      const rest = await t.plan(2);
      expect(rest.queued.map(({ jobId }) => jobId)).toEqual(['latest']);
      expect(rest.more).toBe(false);
    });

    it('only types that the node has, in that version or a newer one; the others cost nothing and stay due', async () => {
      await t.create('known');
      await t.create('unknown', { type: 'other' });
      await t.create('newer', { typeVersion: 2 });
      t.clock.advance(MINUTE);
      const plan = await t.plan();
      expect(plan.queued.map(({ jobId }) => jobId)).toEqual(['known']);
      expect(plan.nextWakeAt).toBe(T0 + 2 * MINUTE);
      const rest = await t.store.plan({ types: { noop: 2, other: 1 }, limit: 10 });
      expect(rest.queued.map(({ jobId }) => jobId).sort()).toEqual(['newer', 'unknown']);
    });

    it('merges the types, longest overdue first', async () => {
      await t.create('a', { type: 'one', schedule: every(3 * MINUTE) });
      await t.create('b', { type: 'two', schedule: every(2 * MINUTE) });
      await t.create('c', { type: 'one', schedule: every(4 * MINUTE) });
      await t.create('d', { type: 'three', schedule: every(5 * MINUTE) });
      t.clock.advance(5 * MINUTE);
      const { queued } = await t.store.plan({ types: { one: 1, two: 1, three: 1 }, limit: 3 });
      expect(queued.map(({ jobId }) => jobId)).toEqual(['b', 'a', 'c']);
    });

    it('a node without types plans nothing', async () => {
      await t.create('a');
      t.clock.advance(HOUR);
      expect(await t.store.plan({ types: {}, limit: 10 })).toEqual({
        now: t.clock.now(),
        queued: [],
        skipped: [],
        failed: [],
        more: false,
      });
    });

    it('planning never waits for a place: a slot becomes a queued run even if no node claims', async () => {
      for (let n = 0; n < 20; n += 1) await t.create(`job-${n}`);
      t.clock.advance(MINUTE);
      expect((await t.plan()).queued).toHaveLength(20);
    });

    it('a slot that came due while no process ran is still due', async () => {
      await t.create('a', { schedule: every(DAY) });
      await t.reopen();
      t.clock.advance(3 * DAY);
      expect((await t.plan()).queued).toHaveLength(1);
    });

    it('`fixed_delay` has no next run while a run is live, and counts from its end', async () => {
      await t.create('a', { schedule: every(MINUTE, { mode: 'fixed_delay' }) });
      t.clock.advance(MINUTE);
      await t.plan();
      expect(await t.job('a')).not.toHaveProperty('nextRunAt');
      const run = await t.claimOne();
      t.clock.advance(10 * MINUTE);
      expect(await t.plan()).toMatchObject({ queued: [], skipped: [] });
      await t.settle(run, SUCCEEDED);
      expect((await t.job('a')).nextRunAt).toBe(T0 + 12 * MINUTE);
      expect((await t.plan()).nextWakeAt).toBe(T0 + 12 * MINUTE);
    });

    it('a run_at job is finished once its slot is taken and no run of it is live; a run by hand wakes it', async () => {
      await t.create('a', { schedule: { kind: 'run_at', runAt: T0 + MINUTE } });
      t.clock.advance(MINUTE);
      await t.plan();
      expect((await t.job('a')).status).toBe('active');
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect((await t.job('a')).status).toBe('finished');
      await t.trigger('a');
      expect((await t.job('a')).status).toBe('active');
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect((await t.job('a')).status).toBe('finished');
    });

    it('an on_demand job is never planned and never finishes', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      t.clock.advance(DAY);
      expect((await t.plan()).queued).toEqual([]);
      expect((await t.job('a')).status).toBe('active');
    });

    it('after a long downtime, a plan leaves jobs to the next one once it has counted many slots', async () => {
      const cron = { kind: 'cron', cron: '* * * * *', timezone: 'UTC' } as const;
      const ids = Array.from({ length: 25 }, (_, n) => `cron-${n}`);
      for (const id of ids) await t.create(id, { schedule: cron });
      await t.create('interval', { schedule: every(MINUTE) });
      t.clock.advance(DAY);
      const planned: string[] = [];
      for (let plans = 1; ; plans += 1) {
        const { queued, more } = await t.plan();
        planned.push(...queued.map(({ jobId }) => jobId));
        expect(queued.filter(({ jobId }) => jobId !== 'interval').length).toBeLessThanOrEqual(10);
        if (!more) break;
        expect(plans).toBeLessThan(9);
      }
      expect(planned.toSorted()).toEqual([...ids, 'interval'].toSorted());
      for (const { missed } of await t.runs()) expect(missed).toBe(1_440);
    });

    it('a plan with backlogs of jobs under `all` leaves jobs to the next one, too', async () => {
      const cron = { kind: 'cron', cron: '* * * * *', timezone: 'UTC' } as const;
      for (let n = 0; n < 25; n += 1) await t.create(`all-${n}`, { schedule: cron, catchUp: 'all' });
      t.clock.advance(DAY);
      for (let plans = 0; plans < 5; plans += 1)
        expect(await t.plan()).toMatchObject({ queued: { length: 5 }, more: true });
      expect(await t.plan()).toMatchObject({ queued: [], more: false });
      // Ended runs make room for the next slot of each job; the other slots are counted again.
      await t.settleAll((await t.claim()).runs);
      expect(await t.plan()).toMatchObject({ queued: { length: 10 }, more: true });
    });

    it('a clock that jumps back reruns nothing, and the job is late until the clock has caught up', async () => {
      await t.create('a', { schedule: every(MINUTE) });
      t.clock.advance(10 * MINUTE);
      await t.plan();
      await t.settle(await t.claimOne(), SUCCEEDED);
      const { nextRunAt } = await t.job('a');
      t.clock.set(T0);
      expect((await t.plan()).queued).toEqual([]);
      expect((await t.view('a')).health).toMatchObject({ status: 'late', reason: 'clock' });
      t.clock.set(T0 + 10 * MINUTE + 1);
      expect((await t.plan()).queued).toEqual([]);
      expect((await t.job('a')).nextRunAt).toBe(nextRunAt);
    });

    it('a resume after a clock jump bases the schedule on now again', async () => {
      await t.create('a');
      t.clock.advance(HOUR);
      await t.plan();
      t.clock.set(T0);
      await t.done('a', { kind: 'pause', cancelLive: true });
      await t.done('a', { kind: 'resume' });
      expect((await t.job('a')).nextRunAt).toBe(T0 + MINUTE);
    });

    it.each(['a resume', 'an edit of its schedule'])(
      '%s after a clock jump releases runs that wait for a future time',
      async (what) => {
        await t.create('a', { overlap: 'queue' });
        t.clock.advance(HOUR);
        await t.plan();
        const first = await t.claimOne();
        const { queued } = await t.done('a', { kind: 'trigger' });
        await t.settle(first, failed());
        t.clock.set(T0);
        if (what === 'a resume') {
          await t.done('a', { kind: 'pause', cancelLive: false });
          await t.done('a', { kind: 'resume' });
        } else await t.edit('a', { schedule: every(HOUR) });
        const again = await t.claimOne();
        expect(again).toMatchObject({ id: first.id, attempt: 2, availableAt: T0 });
        await t.settle(again, SUCCEEDED);
        expect(await t.claimOne()).toMatchObject({ id: required(queued[0]).id });
      },
    );

    it('a resume also releases the run of a run_at job, and never takes its slot again', async () => {
      await t.create('a', { schedule: { kind: 'run_at', runAt: T0 + HOUR } });
      t.clock.advance(HOUR);
      await t.plan();
      const first = await t.claimOne();
      await t.settle(first, failed());
      t.clock.set(T0);
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.done('a', { kind: 'resume' });
      expect(await t.claimOne()).toMatchObject({ id: first.id, attempt: 2 });
      expect(await t.job('a')).not.toHaveProperty('nextRunAt');
    });

    it('a resume leaves a run that waits for its own run_at where it is', async () => {
      await t.create('a', { overlap: 'allow' });
      const { queued } = await t.done('a', { kind: 'trigger', runAt: T0 + 2 * HOUR });
      t.clock.advance(HOUR);
      await t.plan();
      t.clock.set(T0);
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.done('a', { kind: 'resume' });
      expect(await t.live(required(queued[0]).id)).toMatchObject({
        held: 'run_at',
        availableAt: T0 + 2 * HOUR,
      });
    });

    it('a job made again under the same id is planned on its own grid', async () => {
      await t.create('a');
      await t.done('a', { kind: 'delete' });
      t.clock.advance(30 * SECOND);
      await t.store.insertJob({ definition: definitionOf('a') });
      expect((await t.store.plan({ types: TYPES, limit: 10 })).nextWakeAt).toBe(T0 + 90 * SECOND);
    });
  });
}
