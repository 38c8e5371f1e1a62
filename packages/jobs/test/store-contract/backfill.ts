import { describe, expect, it } from 'vitest';
import type { BackfillView } from '../../src/core/backfills/backfill.ts';
import { isBackfillRun } from '../../src/core/model/run.ts';
import type { BackfillInput, BackfillResult } from '../../src/core/store/store-backfills.ts';
import type { RunQuery } from '../../src/core/store/store-views.ts';
import {
  DAY,
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
  useStore,
} from './rig.ts';

const AUDIT = { actor: 'user:1', action: 'job.backfill', change: '{}' };

export function backfillContract(makeStore: MakeStore): void {
  // Promise P37, backfill.
  describe('a backfill', () => {
    const t = useStore(makeStore);

    /** Slots of an hourly job with its grid at T0. */
    const hours = (first: number, count: number) =>
      Array.from({ length: count }, (_, n) => T0 + (first + n) * HOUR);
    const ask = async (jobId: string, slots: readonly number[], more: Partial<BackfillInput> = {}) => {
      const { uid, version } = await t.job(jobId);
      const window = { from: slots[0] ?? T0, to: (slots.at(-1) ?? T0) + 1 };
      const asked = {
        jobId,
        ifUid: uid,
        ifVersion: version,
        ...window,
        slots,
        onlyMissing: true,
        dryRun: false,
      };
      return t.store.backfill({ ...asked, audit: AUDIT, ...more });
    };
    const planned = (result: BackfillResult) => {
      if (result.kind !== 'planned') throw new Error(`the backfill returned ${JSON.stringify(result)}`);
      return result;
    };
    const start = async (jobId: string, slots: readonly number[], more: Partial<BackfillInput> = {}) =>
      required(planned(await ask(jobId, slots, more)).id, 'a backfill');
    const view = async (id: string): Promise<BackfillView> => required(await t.store.getBackfill(id));
    /** An hourly job whose slots passed while nothing planned them; all but the last one have no run. */
    const afterOutage = async (id: string, more: Parameters<typeof t.create>[1] = {}, passed = 6) => {
      await t.create(id, { schedule: every(HOUR), ...more });
      t.clock.advance(passed * HOUR);
      await t.plan();
      const { runs } = await t.claim();
      await t.settleAll(runs);
      t.clock.advance(MINUTE);
    };
    const slotsOf = async (jobId: string) =>
      (await t.runs({ jobId }))
        .filter(isBackfillRun)
        .map(({ scheduledFor }) => scheduledFor)
        .reverse();
    /** Plans, claims and settles until nothing is left to do. */
    const drain = async (outcome = SUCCEEDED) => {
      for (let pass = 0; pass < 200; pass += 1) {
        await t.plan();
        const { runs } = await t.claim();
        if (runs.length === 0) return;
        await t.settleAll(runs, outcome);
        t.clock.advance(SECOND);
      }
      throw new Error('the runs do not end');
    };

    /** Claims, checks that only one run may start, and ends it. */
    const oneAtATime = async () => {
      const run = await t.claimOne();
      expect((await t.claim()).runs).toEqual([]);
      await t.settle(run, SUCCEEDED);
      return run;
    };

    it('has runs that are found by their trigger, apart from those of other slots', async () => {
      await afterOutage('a');
      await start('a', hours(1, 6));
      await t.plan();
      const live = (await t.runs({ trigger: 'backfill' })).length;
      expect(live).toBeGreaterThan(0);
      await drain();
      const [all, made] = [await t.runs({ jobId: 'a' }), await t.runs({ trigger: 'backfill' })];
      expect(made).toEqual(all.filter(isBackfillRun));
      expect(made.length).toBeGreaterThan(live);
      const others = all.filter((run) => !isBackfillRun(run));
      expect(others.length).toBeGreaterThan(0);
      expect(await t.runs({ trigger: 'schedule' })).toEqual(others);
    });

    it('runs each slot without a succeeded run, oldest first, one at a time under skip', async () => {
      await afterOutage('a');
      const id = await start('a', hours(1, 6));
      expect(await view(id)).toMatchObject({ status: 'running', slots: 5, toCome: 5, jobId: 'a' });
      await t.plan();
      expect(await slotsOf('a')).toEqual([T0 + HOUR]);
      expect((await t.job('a')).nextRunAt).toBe(T0 + 7 * HOUR);
      await drain();
      expect(await slotsOf('a')).toEqual(hours(1, 5));
      const done = await view(id);
      expect(done).toMatchObject({ status: 'finished', toCome: 0 });
      expect(done.runs).toEqual({ queued: 0, running: 0, succeeded: 5, failed: 0, cancelled: 0 });
      expect((await t.job('a')).backfillLeft).toBeUndefined();
    });

    it('makes runs that know their slot, that they make up for it, and are due now', async () => {
      await afterOutage('a');
      await start('a', hours(2, 1));
      await t.plan();
      const [run] = (await t.runs({ jobId: 'a' })).filter(isBackfillRun);
      expect(run).toMatchObject({
        trigger: 'schedule',
        scheduledFor: T0 + 2 * HOUR,
        catchUp: true,
        missed: 0,
        availableAt: t.clock.now(),
      });
    });

    it('changes nothing in a dry run', async () => {
      await afterOutage('a');
      const { plan, id } = planned(await ask('a', hours(1, 6), { dryRun: true }));
      expect(plan).toMatchObject({ toRun: hours(1, 5), succeeded: 1, live: 0, toCome: 0 });
      expect(plan.historyFrom).toBe(T0 + 6 * HOUR);
      expect(id).toBeUndefined();
      await drain();
      expect(await slotsOf('a')).toEqual([]);
      expect(await t.store.listBackfills({ limit: 10 })).toEqual([]);
    });

    it('runs slots that succeeded again only when asked to', async () => {
      await afterOutage('a');
      expect(planned(await ask('a', hours(6, 1))).plan.toRun).toEqual([]);
      await start('a', hours(6, 1), { onlyMissing: false });
      await drain();
      expect(await slotsOf('a')).toEqual(hours(6, 1));
    });

    it('runs a slot again whose run failed', async () => {
      await t.create('a', { schedule: every(HOUR), maxAttempts: 1 });
      t.clock.advance(HOUR);
      await drain(failed());
      t.clock.advance(MINUTE);
      const id = await start('a', hours(1, 1));
      await drain();
      expect((await view(id)).runs).toMatchObject({ succeeded: 1, failed: 0 });
    });

    it('leaves a slot that is to come to the planner, also one that is due', async () => {
      await t.create('a', { schedule: every(HOUR), catchUp: 'all', overlap: 'queue' });
      t.clock.advance(3 * HOUR + MINUTE);
      expect(planned(await ask('a', hours(1, 4))).plan.toRun).toEqual([]);
      await drain();
      expect((await t.runs({ jobId: 'a' })).map(({ scheduledFor }) => scheduledFor).reverse()).toEqual(
        hours(1, 3),
      );
    });

    it('lets a slot that is due go first, and does not skip it', async () => {
      await afterOutage('a');
      await start('a', hours(1, 5));
      await t.plan();
      const run = await t.claimOne();
      expect(run.scheduledFor).toBe(T0 + HOUR);
      t.clock.advance(HOUR);
      await t.plan();
      await t.settle(run, SUCCEEDED);
      await t.plan();
      expect((await t.claimOne()).scheduledFor).toBe(T0 + 7 * HOUR);
      const skipped = (await t.runs({ jobId: 'a' })).filter(({ status }) => status === 'skipped');
      expect(skipped).toEqual([]);
    });

    it('runs slots side by side where runs may overlap, some with each pass', async () => {
      await afterOutage('a', { overlap: 'allow' }, 130);
      const id = await start('a', hours(1, 129));
      await t.plan();
      expect(await slotsOf('a')).toHaveLength(20);
      for (let pass = 0; pass < 9; pass += 1) await t.plan();
      expect(await slotsOf('a')).toHaveLength(100);
      const { nextWakeAt } = await t.plan();
      expect(nextWakeAt).toBeGreaterThan(t.clock.now());
      await drain();
      expect((await view(id)).runs.succeeded).toBe(129);
      expect(await slotsOf('a')).toEqual(hours(1, 129));
    });

    it('retries a run, though the next slot of the job comes before the retry', async () => {
      const backoff = { initialMs: 2 * HOUR, maxMs: 2 * HOUR, factor: 2, jitter: 0 };
      await afterOutage('a', { backoff });
      await start('a', hours(1, 1));
      await t.plan();
      expect(await t.settle(await t.claimOne(), failed())).toMatchObject({ kind: 'waiting' });
    });

    it('waits while the job is paused, and goes on when it is resumed', async () => {
      await afterOutage('a');
      const id = await start('a', hours(1, 3));
      await t.done('a', { kind: 'pause', cancelLive: false });
      await drain();
      expect(await view(id)).toMatchObject({ status: 'paused', toCome: 3 });
      await t.done('a', { kind: 'resume' });
      await drain();
      expect(await view(id)).toMatchObject({ status: 'finished', toCome: 0 });
    });

    it('is refused for a paused job, and for one without past slots', async () => {
      await afterOutage('a');
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.create('b', { schedule: ON_DEMAND });
      expect(await ask('a', hours(1, 3))).toMatchObject({ kind: 'refused', refusal: { code: 'paused' } });
      expect(await ask('b', hours(1, 3))).toMatchObject({
        kind: 'refused',
        refusal: { code: 'no_past_slots' },
      });
      expect(await ask('a', [], { ifVersion: 7 })).toMatchObject({ kind: 'stale' });
      expect(await ask('a', [], { jobId: 'nobody' })).toEqual({ kind: 'absent' });
    });

    it('keeps its slots when the schedule changes', async () => {
      await afterOutage('a');
      const id = await start('a', hours(1, 3));
      await t.edit('a', { schedule: every(DAY) });
      await drain();
      expect(await slotsOf('a')).toEqual(hours(1, 3));
      expect((await view(id)).status).toBe('finished');
    });

    it('ends with its job, and a new job with the id has none of it', async () => {
      await afterOutage('a');
      const id = await start('a', hours(1, 3));
      await t.plan();
      await t.done('a', { kind: 'delete' });
      await t.create('a', { schedule: every(HOUR) });
      await drain();
      expect(await slotsOf('a')).toHaveLength(1);
      expect(await view(id)).toMatchObject({ status: 'cancelled', toCome: 0 });
    });

    it('shares no slot with another backfill of the job', async () => {
      await afterOutage('a');
      const first = await start('a', hours(1, 3));
      const second = planned(await ask('a', hours(2, 4)));
      expect(second.plan).toMatchObject({ toRun: hours(4, 2), toCome: 2 });
      await drain();
      expect(await slotsOf('a')).toEqual(hours(1, 5));
      expect((await view(first)).runs.succeeded).toBe(3);
      expect((await view(required(second.id))).runs.succeeded).toBe(2);
      expect((await t.store.listBackfills({ limit: 10 })).map(({ id }) => id)).toEqual([second.id, first]);
      expect(await t.store.listBackfills({ limit: 10, jobId: 'b' })).toEqual([]);
      expect(await t.store.listBackfills({ limit: 10, idPrefix: 'b' })).toEqual([]);
    });

    it('lists its runs, and each run says which backfill made it', async () => {
      await afterOutage('a');
      const first = await start('a', hours(1, 3));
      const second = await start('a', hours(4, 2));
      await t.plan();
      const live = (await t.store.listRuns({ limit: 10, backfillId: first })).rows;
      expect(live.map(({ run, backfillId }) => [run.scheduledFor, backfillId])).toEqual([[T0 + HOUR, first]]);
      await drain();
      const listed = async (query: Partial<RunQuery>) =>
        (await t.store.listRuns({ limit: 10, ...query })).rows.map(({ run }) => run.scheduledFor);
      expect(await listed({ backfillId: first })).toEqual(hours(1, 3).reverse());
      expect(await listed({ backfillId: second, status: 'succeeded' })).toEqual(hours(4, 2).reverse());
      expect(await listed({ backfillId: second, status: 'failed' })).toEqual([]);
      expect(await listed({ backfillId: second, idPrefix: 'b' })).toEqual([]);
      expect(await listed({ backfillId: '4711' })).toEqual([]);
      const { rows } = await t.store.listRuns({ limit: 10, jobId: 'a' });
      expect(rows.map(({ backfillId }) => backfillId)).toEqual([
        second,
        second,
        first,
        first,
        first,
        undefined,
      ]);
      expect((await t.store.getRun(required(rows[0]).run.id))?.backfillId).toBe(second);
      expect(await t.store.getRun(required(rows.at(-1)).run.id)).not.toHaveProperty('backfillId');
    });

    it('leaves out a slot whose run is live', async () => {
      await afterOutage('a', { overlap: 'allow' });
      await start('a', hours(1, 1));
      await t.plan();
      expect(planned(await ask('a', hours(1, 2))).plan).toMatchObject({ toRun: hours(2, 1), live: 1 });
    });

    it('stops when it is cancelled: slots and waiting runs at once, running ones on request', async () => {
      await afterOutage('a', { overlap: 'allow' }, 40);
      const id = await start('a', hours(1, 39));
      await t.plan();
      const { runs } = await t.claim(1);
      const cancel = (cancelLive: boolean) =>
        t.store.cancelBackfill({
          id,
          cancelLive,
          by: 'user:2',
          audit: { ...AUDIT, action: 'job.backfill_cancel' },
        });
      expect(await cancel(false)).toMatchObject({ kind: 'done', jobId: 'a', cancelRequests: [] });
      expect(await view(id)).toMatchObject({
        status: 'cancelled',
        toCome: 0,
        runs: { queued: 0, cancelled: 19 },
      });
      expect(await cancel(true)).toMatchObject({ cancelRequests: [{ runId: runs[0]?.id }] });
      await t.settle(required(runs[0]), { kind: 'cancelled' });
      expect(await cancel(true)).toEqual({ kind: 'over' });
      await drain();
      expect(await slotsOf('a')).toHaveLength(20);
      expect((await t.job('a')).backfillLeft).toBeUndefined();
      expect(await t.store.cancelBackfill({ id: '1', cancelLive: false, audit: AUDIT })).toEqual({
        kind: 'absent',
      });
    });

    it('leaves other backfills of the job alone when it is cancelled', async () => {
      await afterOutage('a', { overlap: 'allow' }, 9);
      const first = await start('a', hours(1, 2));
      await t.plan();
      const second = await start('a', hours(3, 3));
      await t.plan();
      const cancelled = { id: first, cancelLive: false, audit: AUDIT };
      expect(await t.store.cancelBackfill(cancelled)).toMatchObject({ kind: 'done' });
      await drain();
      expect(await view(first)).toMatchObject({ status: 'cancelled', runs: { cancelled: 2, succeeded: 0 } });
      expect(await view(second)).toMatchObject({ status: 'finished', runs: { cancelled: 0, succeeded: 3 } });
    });

    it('L23: its runs obey the limits of their type. A slot that comes due later starts after them', async () => {
      await t.store.setTypeLimits([{ type: 'noop', version: 1, limits: { running: 1 } }]);
      await afterOutage('a', { overlap: 'allow' });
      await start('a', hours(1, 3));
      await t.plan();
      expect(await slotsOf('a')).toEqual(hours(1, 3));
      t.clock.advance(HOUR);
      await t.plan();
      const started = [];
      for (let n = 0; n < 4; n += 1) {
        const { scheduledFor } = await oneAtATime();
        started.push(scheduledFor);
      }
      expect(started).toEqual([...hours(1, 3), T0 + 7 * HOUR]);
    });

    it('L23: a run that waits for a limit holds back the next one under skip', async () => {
      await t.store.setTypeLimits([{ type: 'noop', version: 1, limits: { running: 1 } }]);
      await afterOutage('a');
      await t.create('other', { schedule: ON_DEMAND });
      await t.trigger('other');
      const other = await t.claimOne();
      await start('a', hours(1, 3));
      await t.plan();
      await t.plan();
      expect((await t.claim()).runs).toEqual([]);
      expect(await slotsOf('a')).toEqual(hours(1, 1));
      await t.settle(other, SUCCEEDED);
      await drain();
      expect(await slotsOf('a')).toEqual(hours(1, 3));
    });

    it('is not of another job that took the id meanwhile', async () => {
      await afterOutage('a');
      const { uid } = await t.job('a');
      await t.done('a', { kind: 'delete' });
      await t.create('a', { schedule: every(HOUR) });
      expect(await ask('a', hours(1, 2), { ifUid: uid })).toMatchObject({ kind: 'stale' });
    });

    it('goes on after a restart, and runs no slot twice', async () => {
      await afterOutage('a');
      const id = await start('a', hours(1, 5));
      await t.plan();
      await t.settleAll((await t.claim()).runs);
      await t.plan();
      await t.reopen();
      await t.store.recover({ node: 'node-2' });
      await drain();
      expect(await slotsOf('a')).toEqual(hours(1, 5));
      expect((await view(id)).runs.succeeded).toBe(5);
    });

    it('still counts its runs when their rows are pruned, and is forgotten with the counts', async () => {
      await afterOutage('a', {}, 12);
      const id = await start('a', hours(1, 11));
      await drain();
      const retention = { finishedPerJob: 3, skippedPerJob: 3, maxAgeMs: 30 * DAY, countsMaxAgeMs: 90 * DAY };
      while ((await t.store.prune(retention)).more);
      expect((await t.runs({ jobId: 'a', status: 'succeeded' })).length).toBeLessThan(5);
      expect((await view(id)).runs.succeeded).toBe(11);
      t.clock.advance(91 * DAY);
      while ((await t.store.prune(retention)).more);
      expect(await t.store.getBackfill(id)).toBeUndefined();
    });

    it('has an entry in the audit log, and says who asked', async () => {
      await afterOutage('a');
      const id = await start('a', hours(1, 2), { by: 'user:1' });
      expect((await view(id)).createdBy).toBe('user:1');
      const [entry] = await t.store.listAudit({ limit: 10, target: 'a', action: 'job.backfill' });
      expect(entry).toMatchObject({ actor: 'user:1' });
    });
  });
}
