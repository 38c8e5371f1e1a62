import { beforeEach, describe, expect, it } from 'vitest';
import type { CommandInput } from '../../src/core/store/store-commands.ts';
import {
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

/** Each brings its claim along. A store may keep the findings of the first for later ones. */
export function triggerAgainContract(makeStore: MakeStore): void {
  // Promises P5, one run per slot; P7, overlap; P13, delete; P15, run now; P16, edit; P22, types and deploys.
  describe('triggers again and again, of a job that may overlap', () => {
    const t = useStore(makeStore);
    const audit = { actor: 'ada', action: 'job.trigger', change: '{"n":1}' };
    const again = (command: object = {}, more: Partial<CommandInput> = {}) =>
      t.done(
        'a',
        { kind: 'trigger', ...command },
        { claim: { node: 'node-9', types: TYPES, places: 1, prefetch: 0 }, ...more },
      );
    const claimedOf = async (...how: Parameters<typeof again>) => {
      const { queued, claimed } = await again(...how);
      return { made: required(queued[0]).id, claimed: claimed?.runs.map(({ id }) => id) };
    };
    beforeEach(async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await again();
      t.clock.advance(SECOND);
    });

    it('makes each run as the first one, with all that it has of its own', async () => {
      const how = { payload: '{"n":2}', retryOf: '7', trace: '00-a-b-01' };
      const first = await again(how, { audit });
      t.clock.advance(SECOND);
      const second = await again(how, { audit });
      const later = { queuedAt: T0 + 2 * SECOND, availableAt: T0 + 2 * SECOND };
      const { id } = required(second.queued[0]);
      expect(second).toEqual({
        ...first,
        queued: [{ ...first.queued[0], id, ...later }],
        claimed: {
          ...first.claimed,
          now: T0 + 2 * SECOND,
          runs: [
            {
              ...first.claimed?.runs[0],
              id,
              fence: second.claimed?.runs[0]?.fence,
              availableAt: T0 + 2 * SECOND,
            },
          ],
        },
      });
      const before = await t.live(required(first.queued[0]).id);
      expect(await t.live(id)).toEqual({
        ...before,
        id,
        ...later,
        startedAt: T0 + 2 * SECOND,
        claim: { node: 'node-9', fence: second.claimed?.runs[0]?.fence },
      });
      expect(before).toMatchObject(how);
      expect(await t.store.listAudit({ limit: 9 })).toMatchObject([
        { ...audit, at: T0 + 2 * SECOND, target: 'a' },
        { ...audit, at: T0 + SECOND, target: 'a' },
      ]);
      await t.settle(required(second.claimed?.runs[0]), SUCCEEDED);
      expect(await t.finished(id)).toMatchObject({
        status: 'succeeded',
        payload: '{"n":2}',
        retryOf: '7',
      });
    });

    it('returns the job as of that trigger', async () => {
      await again();
      await t.done('a', { kind: 'pause', reason: 'sales', cancelLive: false });
      const paused = await again();
      expect(paused.job).toMatchObject({ status: 'paused', pause: { reason: 'sales' } });
      expect(paused.job).toEqual(await t.job('a'));
      await t.done('a', { kind: 'resume' });
      const resumed = await again();
      expect(resumed.job).toEqual(await t.job('a'));
      expect(resumed.claimed?.jobs).toEqual([resumed.job]);
    });

    it('leaves its run to nodes that can run it, also when a newer version checked the payload', async () => {
      const asNode = (noop: number) => ({ node: 'node-9', types: { noop }, places: 9, prefetch: 0 });
      const checked = { payload: '{"n":1}', checkedBy: { type: 'noop', typeVersion: 2 } };
      const other = { ...asNode(1), types: { other: 1 } };
      expect((await again({}, { claim: other })).claimed?.runs ?? []).toEqual([]);
      await t.claimOne();
      expect((await again(checked, { claim: asNode(1) })).claimed?.runs ?? []).toEqual([]);
      expect((await t.store.claim(asNode(2))).runs).toHaveLength(1);
      const { queued, claimed } = await again(checked, { claim: { ...asNode(2), node: 'dead' } });
      const { id } = required(queued[0]);
      expect(claimed?.runs).toMatchObject([{ id }]);
      await t.store.recover({ node: 'node-9' });
      const claimedBy = async (noop: number) => (await t.store.claim(asNode(noop))).runs.map((run) => run.id);
      expect(await claimedBy(1)).not.toContain(id);
      expect(await claimedBy(2)).toEqual([id]);
    });

    it('uses an edit', async () => {
      await t.edit('a', { payload: '{"n":9}', maxAttempts: 9 });
      expect((await again()).claimed?.jobs).toMatchObject([{ payload: '{"n":9}', maxAttempts: 9 }]);
      await t.edit('a', { overlap: 'skip' });
      expect(await t.command('a', { kind: 'trigger' })).toMatchObject({ kind: 'refused' });
      expect(
        await t.command(
          'a',
          { kind: 'trigger' },
          { claim: { node: 'node-9', types: TYPES, places: 1, prefetch: 0 } },
        ),
      ).toMatchObject({ kind: 'refused', refusal: { code: 'overlap' } });
    });

    it('makes no run of a deleted job, and uses the job that has its id now', async () => {
      const { uid } = await t.job('a');
      await t.done('a', { kind: 'delete' });
      const claim = { node: 'node-9', types: TYPES, places: 1, prefetch: 0 };
      expect(await t.command('a', { kind: 'trigger' }, { claim, audit })).toEqual({ kind: 'absent' });
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', payload: '{"n":3}' });
      const { job, queued } = await again();
      expect(job).toMatchObject({ payload: '{"n":3}' });
      expect(job.uid).not.toBe(uid);
      expect(queued).toMatchObject([{ jobUid: job.uid }]);
      expect(await t.command('a', { kind: 'trigger' }, { claim, ifUid: uid })).toMatchObject({
        kind: 'stale',
      });
      expect(await t.command('a', { kind: 'trigger' }, { claim, ifVersion: 9 })).toMatchObject({
        kind: 'stale',
      });
      expect((await t.store.listAudit({ limit: 9 })).map(({ action }) => action)).toEqual([]);
    });

    it('leaves the turn to runs that were due before', async () => {
      const { id } = await t.trigger('a');
      const { made, claimed } = await claimedOf();
      expect(claimed).toEqual([id]);
      expect((await t.claim()).runs.map((run) => run.id)).toEqual([made]);
      const after = await claimedOf();
      expect(after.claimed).toEqual([after.made]);
    });

    it('answers a repeated dedupe key with its run, and claims no run that is put off', async () => {
      const { made } = await claimedOf({}, { dedupeKey: 'k' });
      const claim = { node: 'node-9', types: TYPES, places: 1, prefetch: 0 };
      const repeated = await t.command('a', { kind: 'trigger' }, { claim, dedupeKey: 'k' });
      expect(repeated).toMatchObject({ kind: 'duplicate', run: { id: made } });
      expect((await claimedOf({ runAt: T0 + MINUTE })).claimed ?? []).toEqual([]);
    });

    it('continues with many live runs, and counts each', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 9; n++) {
        const { made, claimed } = await claimedOf();
        expect(claimed).toEqual([made]);
        ids.push(made);
      }
      expect(new Set(ids).size).toBe(9);
      expect((await t.store.stats({ hours: 1 })).runs).toMatchObject({ running: 10 });
    });
  });
}
