import { describe, expect, it } from 'vitest';
import { MAX_REPORTED } from '../../src/core/store/store-commands.ts';
import {
  every,
  failed,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  SUCCEEDED,
  settlement,
  T0,
  useStore,
} from './rig.ts';

export function roomContract(makeStore: MakeStore): void {
  // Promises P7, overlap; P15, run now; P16, edit. Lessons 10, overlapping runs; 11, a skip that blocks the
  // schedule; 21, skips that nobody sees.
  describe('room', () => {
    const t = useStore(makeStore);

    it('under `skip`, a slot without room is recorded and the clock moves on, in one step', async () => {
      await t.create('a');
      t.clock.advance(MINUTE);
      await t.plan();
      await t.claimOne();
      t.clock.advance(MINUTE);
      const plan = await t.plan();
      expect(plan).toMatchObject({
        queued: [],
        skipped: [{ jobId: 'a', scheduledFor: T0 + 2 * MINUTE, reason: 'overlap' }],
        nextWakeAt: T0 + 3 * MINUTE,
      });
      expect(await t.finished(required(plan.skipped[0]).id)).toMatchObject({
        status: 'skipped',
        reason: 'overlap',
        trigger: 'schedule',
        attempt: 0,
        queuedAt: T0 + 2 * MINUTE,
        finishedAt: T0 + 2 * MINUTE,
      });
      expect(await t.job('a')).toMatchObject({ lastSlotAt: T0 + 2 * MINUTE, nextRunAt: T0 + 3 * MINUTE });
    });

    it('a skipped slot is no last run', async () => {
      await t.create('a');
      await t.trigger('a');
      t.clock.advance(MINUTE);
      await t.plan();
      expect(await t.job('a')).not.toHaveProperty('lastRunAt');
      expect(await t.job('a')).not.toHaveProperty('lastEndAt');
    });

    it('under `skip`, a run by hand is refused while one is live, be it only queued', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const refused = await t.command('a', { kind: 'trigger' });
      expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'overlap' } });
      expect(await t.runs()).toHaveLength(1);
    });

    it('under `queue`, one runs and one waits, held until the settlement that makes room', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'queue' });
      await t.trigger('a');
      const second = await t.trigger('a');
      expect(second.held).toBe('overlap');
      expect((await t.command('a', { kind: 'trigger' })).kind).toBe('refused');
      const { runs } = await t.claim();
      expect(runs).toHaveLength(1);
      expect(await t.settleAll(runs)).toMatchObject({ wake: true });
      expect(await t.live(second.id)).toMatchObject({ held: 'no' });
      expect((await t.claimOne()).id).toBe(second.id);
    });

    it('a retry keeps its room', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'queue' });
      await t.trigger('a');
      const second = await t.trigger('a');
      await t.settle(await t.claimOne(), failed());
      expect(await t.live(second.id)).toMatchObject({ held: 'overlap' });
      expect((await t.claim()).runs).toEqual([]);
    });

    it('under `queue`, a slot waits behind a live run, and the one after it is skipped', async () => {
      await t.create('a', { overlap: 'queue' });
      await t.trigger('a');
      await t.claimOne();
      t.clock.advance(MINUTE);
      expect((await t.plan()).queued).toHaveLength(1);
      t.clock.advance(MINUTE);
      expect((await t.plan()).skipped).toMatchObject([{ reason: 'overlap' }]);
    });

    it('under `allow` nothing is skipped or refused', async () => {
      await t.create('a', { overlap: 'allow' });
      for (let n = 0; n < 10; n += 1) await t.trigger('a');
      for (let n = 1; n <= 5; n += 1) {
        t.clock.advance(MINUTE);
        expect((await t.plan()).queued).toHaveLength(1);
      }
      expect((await t.claim()).runs).toHaveLength(15);
    });

    it('a run_at slot always waits', async () => {
      await t.create('a', { schedule: { kind: 'run_at', runAt: T0 + MINUTE }, overlap: 'skip' });
      await t.trigger('a');
      const { runs } = await t.claim();
      t.clock.advance(MINUTE);
      const plan = await t.plan();
      expect(plan.skipped).toEqual([]);
      expect(await t.live(required(plan.queued[0]).id)).toMatchObject({ held: 'overlap' });
      await t.settleAll(runs);
      expect((await t.claimOne()).scheduledFor).toBe(T0 + MINUTE);
    });

    it('room is per generation: an old one leaves the new one all of its room', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      await t.claimOne();
      await t.done('a', { kind: 'delete' });
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
    });

    it('a run with a future run_at of its own takes no room', async () => {
      await t.create('a', { schedule: every(HOUR, { mode: 'fixed_delay' }), overlap: 'allow' });
      await t.done('a', { kind: 'trigger', runAt: T0 + 2 * HOUR });
      expect((await t.job('a')).nextRunAt).toBe(T0 + HOUR);
    });

    it('cancelling the live run releases the waiting one', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'queue' });
      const first = await t.trigger('a');
      const second = await t.trigger('a');
      await t.store.cancelRun({ runId: first.id, force: false });
      expect((await t.claimOne()).id).toBe(second.id);
    });

    it('waiting runs start one at a time, in the order in which they came', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const made: string[] = [];
      for (let n = 0; n < 5; n += 1) {
        made.push((await t.trigger('a')).id);
        t.clock.advance(SECOND);
      }
      await t.edit('a', { overlap: 'queue' });
      const ran: string[] = [];
      for (let n = 0; n < 5; n += 1) {
        const run = await t.claimOne();
        ran.push(run.id);
        await t.settle(run, SUCCEEDED);
      }
      expect(ran).toEqual(made);
    });

    it('runs claimed ahead return to wait their turn when an edit takes their room', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 4; n += 1) await t.trigger('a');
      const [running, ...ahead] = (await t.claim(1, 3)).runs;
      expect(ahead).toHaveLength(3);
      await t.edit('a', { overlap: 'queue' });
      await t.settleAll(ahead, { kind: 'given_back' });
      expect((await t.claim()).runs).toEqual([]);
      await t.settle(required(running), SUCCEEDED);
      for (const { id } of ahead) {
        const run = await t.claimOne();
        expect(run.id).toBe(id);
        await t.settle(run, SUCCEEDED);
      }
    });

    it('when one run succeeds and another fails together, the waiting run gets their room', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      for (let n = 0; n < 4; n += 1) await t.trigger('a');
      const [first, second, third] = (await t.claim(3)).runs;
      await t.edit('a', { overlap: 'queue' });
      await t.settle(required(first), SUCCEEDED);
      await t.store.settle([
        settlement(required(second), SUCCEEDED, t.clock.now()),
        settlement(required(third), failed('no luck', true), t.clock.now()),
      ]);
      expect((await t.claim()).runs).toHaveLength(1);
    });

    // Promise P4, stored next run.
    describe('a run whose own run_at has come is released by the planner', () => {
      const own = async () => {
        await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
        const { queued } = await t.done('a', { kind: 'trigger', runAt: T0 + MINUTE });
        return required(queued[0]);
      };
      const isLetGo = async (id: string) => {
        await t.plan();
        expect((await t.claim()).runs.map((run) => run.id)).toContain(id);
      };

      it('though a run of the job is settled before', async () => {
        const later = await own();
        await t.trigger('a');
        const run = await t.claimOne();
        t.clock.advance(MINUTE);
        await t.settle(run, SUCCEEDED);
        await isLetGo(later.id);
      });

      it('though another run of the job is asked for before', async () => {
        const later = await own();
        t.clock.advance(MINUTE);
        await t.trigger('a');
        await isLetGo(later.id);
      });

      it('though a run of a dead node is taken back before', async () => {
        const later = await own();
        await t.trigger('a');
        await t.claimOne('dead');
        t.clock.advance(MINUTE);
        await t.store.recover({ node: 'node-2' });
        await isLetGo(later.id);
      });

      it('though the job is edited before', async () => {
        const later = await own();
        t.clock.advance(MINUTE);
        await t.edit('a', { name: 'another' });
        await isLetGo(later.id);
      });
    });

    it('at the bound of runs with a future `run_at`, triggers with one are refused', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const putOff = () => t.command('a', { kind: 'trigger', runAt: T0 + MINUTE });
      for (let left = t.maxRunsPutOff; left > 0; left -= 500)
        await Promise.all(Array.from({ length: Math.min(left, 500) }, putOff));
      expect(await putOff()).toMatchObject({ kind: 'refused', refusal: { code: 'too_many_put_off' } });
      expect(await t.command('a', { kind: 'trigger' })).toMatchObject({ kind: 'done' });
      t.clock.advance(MINUTE);
      await t.plan();
      expect(await t.command('a', { kind: 'trigger', runAt: T0 + 2 * MINUTE })).toMatchObject({
        kind: 'done',
      });
    });

    it('beyond too many live runs of one job, triggers are refused and slots skipped', async () => {
      await t.create('a', { overlap: 'allow' });
      let refused = 0;
      for (let made = 0; made <= t.maxLiveRuns + 10_000 && refused === 0; made += 2_000) {
        const results = await Promise.all(
          Array.from({ length: 2_000 }, () => t.command('a', { kind: 'trigger' })),
        );
        refused = results.filter(
          (result) => result.kind === 'refused' && result.refusal.code === 'too_many_live_runs',
        ).length;
      }
      expect(refused).toBeGreaterThan(0);
      const { runs } = await t.store.stats({ hours: 1 });
      expect(runs.queued).toBeGreaterThanOrEqual(t.maxLiveRuns);
      expect(runs.queued).toBeLessThan(t.maxLiveRuns + 5_000);
      t.clock.advance(MINUTE);
      expect((await t.plan()).skipped).toMatchObject([{ reason: 'overlap' }]);
      const { finished } = await t.done('a', { kind: 'delete' });
      expect(finished).toHaveLength(MAX_REPORTED);
      expect((await t.store.stats({ hours: 1 })).runs.queued).toBe(0);
    });
  });
}
