import { describe, expect, it } from 'vitest';
import { isBackfillRun, slotsOf } from '../../src/core/model/run.ts';
import type { Outcome } from '../../src/core/rules/settle.ts';
import {
  every,
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

const AUDIT = { actor: 'user:1', action: 'job.backfill', change: '{}' };
const FOR_GOOD = failed('no luck', true);

export function retriesOfSlotsContract(makeStore: MakeStore): void {
  // Promises P5, one run per slot; P15, run now; P37, backfill.
  describe('the retry of a run with a slot', () => {
    const t = useStore(makeStore);

    /** An hourly job whose first slot ended like this. */
    const afterSlot = async (outcome: Outcome, more: Parameters<typeof t.create>[1] = {}) => {
      await t.create('a', { schedule: every(HOUR), ...more });
      t.clock.advance(HOUR);
      await t.plan();
      const run = await t.claimOne();
      await t.settle(run, outcome);
      t.clock.advance(MINUTE);
      return t.finished(run.id);
    };
    const retry = async (runId: string) => {
      const { run } = required(await t.store.getRun(runId));
      const { queued } = await t.done('a', { kind: 'trigger', retryOf: runId, slots: slotsOf(run) });
      return required(queued[0]);
    };
    const missing = async (from: number, to: number) => {
      const { uid: ifUid, version: ifVersion } = await t.job('a');
      const slots = Array.from({ length: (to - from) / HOUR }, (_, n) => from + n * HOUR);
      const asked = { jobId: 'a', ifUid, ifVersion, from, to, slots, onlyMissing: true, dryRun: true };
      const result = await t.store.backfill({ ...asked, audit: AUDIT });
      if (result.kind !== 'planned') throw new Error(`the backfill returned ${JSON.stringify(result)}`);
      return result.plan.toRun;
    };
    const doneBy = async (runId: string) => {
      const { slotDoneBy } = required(await t.store.getRun(runId));
      const { rows } = await t.store.listRuns({ jobId: 'a', limit: 10 });
      expect(rows.find(({ run }) => run.id === runId)?.slotDoneBy).toBe(slotDoneBy);
      const ofAll = async (slotsDone: boolean) =>
        (await t.store.listRuns({ slotsDone, limit: 10 })).rows.find(({ run }) => run.id === runId);
      expect((await ofAll(true))?.slotDoneBy).toBe(slotDoneBy);
      expect((await ofAll(false))?.slotDoneBy).toBeUndefined();
      return slotDoneBy;
    };

    it('is a run by hand of the same slot, due now', async () => {
      const first = await afterSlot(FOR_GOOD);
      const again = await retry(first.id);
      const slot = { scheduledFor: T0 + HOUR, catchUp: false, missed: 0 };
      const made = { ...slot, trigger: 'manual', retryOf: first.id, availableAt: t.clock.now() };
      expect(again).toMatchObject(made);
      expect(await t.live(again.id)).toMatchObject(made);
      expect((await t.job('a')).nextRunAt).toBe(T0 + 2 * HOUR);
      const claimed = await t.claimOne();
      expect(claimed).toMatchObject({ id: again.id, ...slot });
      await t.settle(claimed, SUCCEEDED);
      expect(await t.finished(again.id)).toMatchObject({ ...slot, trigger: 'manual', retryOf: first.id });
    });

    it('covers the missed slots that the first run covered', async () => {
      await t.create('a', { schedule: every(HOUR) });
      t.clock.advance(4 * HOUR);
      await t.plan();
      const run = await t.claimOne();
      await t.settle(run, FOR_GOOD);
      expect(slotsOf(await retry(run.id))).toEqual({
        scheduledFor: T0 + 4 * HOUR,
        catchUp: true,
        missed: 4,
        missedFrom: T0 + HOUR,
      });
    });

    it('does the slot if it succeeds: the slot is no longer missing, and the first run names it', async () => {
      const first = await afterSlot(FOR_GOOD);
      const second = await retry(first.id);
      expect(await missing(T0 + HOUR, T0 + 2 * HOUR)).toEqual([]);
      await t.settle(await t.claimOne(), FOR_GOOD);
      expect(await missing(T0 + HOUR, T0 + 2 * HOUR)).toEqual([T0 + HOUR]);
      expect(await doneBy(first.id)).toBeUndefined();
      const third = await retry(second.id);
      expect(third.scheduledFor).toBe(T0 + HOUR);
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await missing(T0 + HOUR, T0 + 2 * HOUR)).toEqual([]);
      expect(await doneBy(first.id)).toBe(third.id);
      expect(await doneBy(second.id)).toBe(third.id);
      expect(await doneBy(third.id)).toBeUndefined();
    });

    it('that fails after a success does not name it: it was done before, and not since', async () => {
      const first = await afterSlot(SUCCEEDED);
      const again = await retry(first.id);
      await t.settle(await t.claimOne(), FOR_GOOD);
      expect(await doneBy(again.id)).toBeUndefined();
      expect(await missing(T0 + HOUR, T0 + 2 * HOUR)).toEqual([]);
    });

    it('is refused while another run of the slot is live, even where runs may overlap', async () => {
      const first = await afterSlot(FOR_GOOD, { overlap: 'allow' });
      await retry(first.id);
      const slots = slotsOf(first);
      const ask = () => t.command('a', { kind: 'trigger', retryOf: first.id, slots });
      expect(await ask()).toMatchObject({ kind: 'refused', refusal: { code: 'overlap' } });
      const { queued } = await t.done('a', { kind: 'trigger' });
      expect(queued).toHaveLength(1);
      await t.settleAll((await t.claim()).runs);
      expect(await ask()).toMatchObject({ kind: 'done' });
    });

    it('is refused while a backfill still has to run the slot', async () => {
      const first = await afterSlot(FOR_GOOD, { overlap: 'allow' });
      const { uid: ifUid, version: ifVersion } = await t.job('a');
      const window = { from: T0 + HOUR, to: T0 + HOUR + 1, slots: [T0 + HOUR] };
      const how = { jobId: 'a', ifUid, ifVersion, onlyMissing: true, dryRun: false, audit: AUDIT };
      await t.store.backfill({ ...how, ...window });
      const ask = () => t.command('a', { kind: 'trigger', retryOf: first.id, slots: slotsOf(first) });
      expect(await ask()).toMatchObject({ kind: 'refused', refusal: { code: 'overlap' } });
      await t.plan();
      await t.settle(await t.claimOne(), FOR_GOOD);
      const [backfill] = await t.store.listBackfills({ limit: 1 });
      expect(backfill).toMatchObject({ status: 'finished', runs: { failed: 1 } });
      expect(await ask()).toMatchObject({ kind: 'done' });
    });

    it('is refused with `unlessDone` once a later run of the slot has succeeded', async () => {
      const first = await afterSlot(FOR_GOOD);
      const ask = (retryOf = first.id) =>
        t.command('a', { kind: 'trigger', retryOf, slots: slotsOf(first), unlessDone: true });
      const again = required(
        (await t.done('a', { kind: 'trigger', retryOf: first.id, slots: slotsOf(first) })).queued[0],
      );
      await t.settle(await t.claimOne(), SUCCEEDED);
      const refusal = {
        code: 'slot_done',
        detail: expect.stringContaining(`Run ${again.id}, a later run of the same slot, has succeeded`),
      };
      expect(await ask()).toMatchObject({ kind: 'refused', refusal });
      // No run later than this one has succeeded.
      expect(await ask(again.id)).toMatchObject({ kind: 'done' });
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect((await retry(first.id)).scheduledFor).toBe(first.scheduledFor);
    });

    it('of a run without a slot has none', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const run = await t.trigger('a');
      await t.settle(await t.claimOne(), FOR_GOOD);
      expect((await retry(run.id)).scheduledFor).toBeUndefined();
    });

    it('is found with the runs by hand, not with those of the schedule', async () => {
      const first = await afterSlot(FOR_GOOD);
      const again = await retry(first.id);
      const ids = async (trigger: 'manual' | 'schedule') => (await t.runs({ trigger })).map(({ id }) => id);
      expect(await ids('manual')).toEqual([again.id]);
      expect(await ids('schedule')).toEqual([first.id]);
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect(await ids('manual')).toEqual([again.id]);
      expect(await ids('schedule')).toEqual([first.id]);
    });

    it('runs during a pause, as any run by hand, and a later pause holds its next attempt', async () => {
      const first = await afterSlot(FOR_GOOD);
      await t.done('a', { kind: 'pause', cancelLive: false });
      const again = await retry(first.id);
      expect(again.held).toBe('no');
      await t.settle(await t.claimOne(), failed());
      expect(await t.live(again.id)).toMatchObject({ held: 'no', failures: 1 });
      await t.done('a', { kind: 'resume' });
      await t.done('a', { kind: 'pause', cancelLive: false });
      expect(await t.live(again.id)).toMatchObject({ held: 'pause' });
    });

    it('of a run of a backfill is no run of the backfill', async () => {
      await afterSlot(SUCCEEDED);
      const { uid: ifUid, version: ifVersion } = await t.job('a');
      const window = { from: T0 + HOUR, to: T0 + HOUR + 1, slots: [T0 + HOUR] };
      const how = { jobId: 'a', ifUid, ifVersion, onlyMissing: false, dryRun: false, audit: AUDIT };
      await t.store.backfill({ ...how, ...window });
      await t.plan();
      const run = await t.claimOne();
      await t.settle(run, FOR_GOOD);
      expect(isBackfillRun(await t.run(run.id))).toBe(true);
      const again = await retry(run.id);
      expect(isBackfillRun(await t.run(again.id))).toBe(false);
      expect((await t.store.getRun(again.id))?.backfillId).toBeUndefined();
    });
  });
}
