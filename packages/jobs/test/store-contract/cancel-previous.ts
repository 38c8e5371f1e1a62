import { describe, expect, it } from 'vitest';
import type { JobDefinition } from '../../src/core/model/job.ts';
import type { Outcome } from '../../src/core/rules/settle.ts';
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
  T0,
  TYPES,
  useStore,
} from './rig.ts';

const REPLACING = { overlap: 'cancel_previous' } as const;
const CANCELLED: Outcome = { kind: 'cancelled' };

export function cancelPreviousContract(makeStore: MakeStore): void {
  // Promise P7, overlap. The ids are rows of decision 41.
  describe('a new run that replaces the live one', () => {
    const t = useStore(makeStore);

    const planIn = async (ms: number) => {
      t.clock.advance(ms);
      return t.plan();
    };
    const replaced = { status: 'cancelled', reason: 'replaced' } as const;

    it('V1: a new slot asks the live run to stop, and its run starts when that one has ended', async () => {
      await t.create('a', REPLACING);
      await planIn(MINUTE);
      const first = await t.claimOne();
      const { queued, cancelRequests } = await planIn(MINUTE);
      expect(cancelRequests).toMatchObject([{ runId: first.id, fence: first.fence }]);
      expect(await t.live(first.id)).toMatchObject({ status: 'running', cancel: 'replaced' });
      const second = required(queued[0]);
      expect(await t.live(second.id)).toMatchObject({ held: 'overlap', scheduledFor: T0 + 2 * MINUTE });
      expect((await t.claim()).runs).toEqual([]);
      expect(await t.settle(first, CANCELLED)).toMatchObject(replaced);
      expect((await t.claimOne()).id).toBe(second.id);
    });

    it('V1: a run that waits is cancelled at once', async () => {
      await t.create('a', REPLACING);
      const [first] = (await planIn(MINUTE)).queued;
      const { queued, replaced: ended } = await planIn(MINUTE);
      expect(ended).toMatchObject([{ runId: first?.id, jobId: 'a', ...replaced }]);
      expect(await t.finished(required(first).id)).toMatchObject(replaced);
      expect((await t.claimOne()).id).toBe(queued[0]?.id);
    });

    it('V2: while the handler ignores its signal, the new run waits', async () => {
      await t.create('a', REPLACING);
      await planIn(MINUTE);
      const first = await t.claimOne();
      await planIn(MINUTE);
      t.clock.advance(30 * SECOND);
      expect((await t.claim()).runs).toEqual([]);
      await t.settle(first, CANCELLED);
      expect((await t.claim()).runs).toHaveLength(1);
    });

    it('V3: a second slot replaces the waiting run, and only the newest starts', async () => {
      await t.create('a', REPLACING);
      await planIn(MINUTE);
      const first = await t.claimOne();
      const [second] = (await planIn(MINUTE)).queued;
      const third = await planIn(MINUTE);
      expect(third).not.toHaveProperty('cancelRequests');
      expect(await t.finished(required(second).id)).toMatchObject(replaced);
      await t.settle(first, CANCELLED);
      expect((await t.claimOne()).id).toBe(third.queued[0]?.id);
    });

    it('V4: a run by hand replaces the live run', async () => {
      await t.create('a', { ...REPLACING, schedule: ON_DEMAND });
      await t.trigger('a');
      const first = await t.claimOne();
      const asked = await t.done('a', { kind: 'trigger' });
      expect(asked.cancelRequests).toMatchObject([{ runId: first.id }]);
      const again = await t.done('a', { kind: 'trigger' });
      expect(again.finished).toMatchObject([{ id: asked.queued[0]?.id, ...replaced }]);
      await t.settle(first, CANCELLED);
      expect((await t.claimOne()).id).toBe(again.queued[0]?.id);
    });

    it('V5: a run that waits for a retry fails with its last error', async () => {
      await t.create('a', { ...REPLACING, schedule: ON_DEMAND });
      const { id } = await t.trigger('a');
      await t.settle(await t.claimOne(), failed('disk full'));
      const { finished } = await t.done('a', { kind: 'trigger' });
      expect(finished).toMatchObject([{ id, status: 'failed', reason: 'error' }]);
      expect((await t.finished(id)).errors).toMatchObject([{ message: 'disk full' }]);
      expect((await t.job('a')).failedInRow).toBe(1);
    });

    it('V6: a run of a backfill is not cancelled, and replaces nothing', async () => {
      const { uid, version } = await t.create('a', { ...REPLACING, schedule: every(HOUR) });
      await planIn(3 * HOUR);
      await t.settle(await t.claimOne(), SUCCEEDED);
      const slots = [T0 + HOUR, T0 + 2 * HOUR];
      const window = { from: T0, to: T0 + 3 * HOUR, slots, onlyMissing: true, dryRun: false };
      const audit = { actor: 'user:1', action: 'job.backfill', change: '{}' } as const;
      await t.store.backfill({ jobId: 'a', ifUid: uid, ifVersion: version, ...window, audit });
      await t.plan();
      const past = await t.claimOne();
      expect(past.scheduledFor).toBe(slots[0]);
      const { queued, ...rest } = await planIn(HOUR);
      expect(rest).not.toHaveProperty('cancelRequests');
      expect(await t.live(past.id)).not.toHaveProperty('cancel');
      await t.settle(past, SUCCEEDED);
      const slot = await t.claimOne();
      expect(slot.id).toBe(queued[0]?.id);
      await t.plan();
      expect(await t.live(slot.id)).not.toHaveProperty('cancel');
      await t.settle(slot, SUCCEEDED);
      await t.plan();
      expect((await t.claimOne()).scheduledFor).toBe(slots[1]);
    });

    it('V7: a retry that is due at or after the next slot is not made', async () => {
      await t.create('a', { ...REPLACING, schedule: every(5 * SECOND) });
      await planIn(5 * SECOND);
      expect(await t.settle(await t.claimOne(), failed())).toMatchObject({ status: 'failed' });
    });

    it('V8: a run replaced in its first attempt is no failure, in a later one it has failed', async () => {
      await t.create('a', { ...REPLACING, schedule: every(HOUR), maxAttempts: 9 });
      await planIn(HOUR);
      const first = await t.claimOne();
      t.clock.advance(HOUR - SECOND);
      await planIn(SECOND);
      await t.settle(first, CANCELLED);
      expect(await t.job('a')).toMatchObject({ failedInRow: 0, lastStatus: 'cancelled' });
      await t.settle(await t.claimOne(), failed('disk full'));
      t.clock.advance(MINUTE);
      const again = await t.claimOne();
      await planIn(HOUR);
      expect(await t.settle(again, CANCELLED)).toMatchObject({ status: 'failed', reason: 'error' });
      expect(await t.job('a')).toMatchObject({ failedInRow: 1 });
    });

    it.each<[JobDefinition['overlap'], JobDefinition['overlap']]>([
      ['skip', 'cancel_previous'],
      ['cancel_previous', 'skip'],
      ['allow', 'cancel_previous'],
    ])('V9: an edit from %s to %s cancels nothing', async (before, after) => {
      await t.create('a', { overlap: before, schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      const edited = await t.edit('a', { overlap: after });
      expect(edited).toMatchObject({ finished: [], cancelRequests: [], job: { overlap: after } });
      expect(await t.live(run.id)).not.toHaveProperty('cancel');
    });

    it('V10: a job whose runs are replaced is overrunning', async () => {
      await t.create('a', REPLACING);
      await planIn(MINUTE);
      const first = await t.claimOne();
      await planIn(MINUTE);
      await t.settle(first, CANCELLED);
      expect((await t.view('a')).health.status).toBe('overrunning');
      const found = await t.store.listJobs({
        handlers: TYPES,
        health: 'overrunning',
        sort: 'id',
        descending: false,
        limit: 5,
      });
      expect(found.rows).toHaveLength(1);
      await t.settle(await t.claimOne(), SUCCEEDED);
      expect((await t.view('a')).health.status).toBe('ok');
    });

    it('V10: a job whose last run a person has cancelled is not', async () => {
      await t.create('a', REPLACING);
      await planIn(MINUTE);
      const run = await t.claimOne();
      await t.store.cancelRun({ runId: run.id, force: false });
      await t.settle(run, CANCELLED);
      expect(await t.job('a')).toMatchObject({ lastStatus: 'cancelled' });
      expect((await t.view('a')).health.status).toBe('ok');
      const { counts } = await t.store.countHealth({ handlers: TYPES });
      expect(counts).toMatchObject({ ok: 1, overrunning: 0 });
      const query = { handlers: TYPES, sort: 'id', descending: false, limit: 5 } as const;
      expect((await t.store.listJobs({ ...query, health: 'overrunning' })).rows).toEqual([]);
      expect((await t.store.listJobs({ ...query, health: 'unhealthy' })).rows).toEqual([]);
    });

    it('V11: a replaced handler that returns has succeeded', async () => {
      await t.create('a', REPLACING);
      await planIn(MINUTE);
      const first = await t.claimOne();
      await planIn(MINUTE);
      expect(await t.settle(first, SUCCEEDED)).toMatchObject({ status: 'succeeded' });
    });

    it('V12: a dedupe key whose run was replaced is answered with that run', async () => {
      await t.create('a', { ...REPLACING, schedule: ON_DEMAND });
      const { queued } = await t.done('a', { kind: 'trigger' }, { dedupeKey: 'k' });
      await t.trigger('a');
      const again = await t.command('a', { kind: 'trigger' }, { dedupeKey: 'k' });
      expect(again).toMatchObject({ kind: 'duplicate', run: { id: queued[0]?.id, ...replaced } });
    });
  });
}
