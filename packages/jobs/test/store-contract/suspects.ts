import { describe, expect, it } from 'vitest';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../../src/core/store/store-passes.ts';
import { every, failed, type MakeStore, MINUTE, ON_DEMAND, SUCCEEDED, TYPES, useStore } from './rig.ts';

const SECOND = 1_000;
const NODE = { node: 'node-1', types: TYPES, places: 10, prefetch: 10 } as const;

export function suspectsContract(makeStore: MakeStore): void {
  // Promises P8, retries; P9, lost nodes; P12, cancel; P14, pause; P22, types and deploys.
  describe('suspects: runs lost twice with their processes', () => {
    const t = useStore(makeStore);

    /** Makes runs that were lost `times` times, all at once. */
    async function lost(count: number, times: number): Promise<string[]> {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) ids.push((await t.trigger('a')).id);
      for (let n = 0; n < times; n += 1) {
        await t.claim(count, 0, `dead-${n}`);
        await t.store.recover({ node: 'node-1' });
      }
      return ids;
    }

    /** Claims again if more is due: the next claim takes what this one has found. */
    async function claim(input: Partial<ClaimInput> = {}): Promise<ClaimResult> {
      const first = await t.store.claim({ ...NODE, ...input });
      if (first.runs.length > 0 || (first.nextDueAt ?? Number.POSITIVE_INFINITY) > t.clock.now())
        return first;
      return t.store.claim({ ...NODE, ...input });
    }

    const idsOf = (runs: readonly ClaimedRun[]) => runs.map(({ id }) => id);

    it('after one loss, runs start beside each other as before', async () => {
      const ids = await lost(3, 1);
      expect(idsOf((await t.claim(3)).runs)).toEqual(ids);
    });

    it('after the second, one starts at a time, across all nodes', async () => {
      const ids = await lost(3, 2);
      t.clock.advance(SECOND);
      for (const id of ids) {
        const { runs } = await claim();
        expect(runs).toMatchObject([{ id, started: true }]);
        for (const node of ['node-1', 'node-2']) {
          const other = await claim({ node });
          expect(other.runs).toEqual([]);
          // While suspects wait, nodes check whether the running suspect has ended.
          expect(other.nextDueAt).toBe(id === ids.at(-1) ? undefined : t.clock.now() + 250);
        }
        await t.settleAll(runs);
      }
      expect(await t.runs({ status: 'succeeded' })).toHaveLength(3);
    });

    it('each loss doubles the wait', async () => {
      const [id = ''] = await lost(1, 2);
      for (const seconds of [1, 2, 4, 8]) {
        const { availableAt } = await t.live(id);
        expect(availableAt).toBe(t.clock.now() + seconds * SECOND);
        expect(await claim()).toMatchObject({ runs: [], nextDueAt: availableAt });
        t.clock.advance(seconds * SECOND);
        await t.claimOne('dead');
        await t.store.recover({ node: 'node-1' });
      }
      expect(await t.finished(id)).toMatchObject({ status: 'failed', reason: 'lost', recoveries: 6 });
    });

    it('when the one that runs is lost, the next one starts', async () => {
      const [first = '', second] = await lost(2, 2);
      t.clock.advance(SECOND);
      expect(idsOf((await claim({ node: 'dead' })).runs)).toEqual([first]);
      await t.store.recover({ node: 'node-1' });
      expect(idsOf((await claim()).runs)).toEqual([second]);
      // It is due again, but starts only when the other suspect ends.
      t.clock.advance(2 * SECOND);
      expect((await claim()).runs).toEqual([]);
    });

    it('other runs start beside it, and it takes a place that is free', async () => {
      const [id] = await lost(1, 2);
      t.clock.advance(SECOND);
      const others = [(await t.trigger('a')).id, (await t.trigger('a')).id];
      // Suspects are never claimed ahead of a free place.
      const none = [...(await t.claim(0, 1)).runs, ...(await t.claim(0, 1)).runs];
      expect(idsOf(none)).not.toContain(id);
      // Fewer than requested: no further suspect is claimed until a place is free for it.
      expect((await t.claim(0, 1)).runs).toEqual([]);
      const left = others.filter((other) => !idsOf(none).includes(other));
      const { runs } = await t.claim(1, 2);
      expect(runs[0]).toMatchObject({ id, started: true });
      expect(runs.slice(1)).toMatchObject(left.map((other) => ({ id: other, started: false })));
    });

    it('it gets its turn while other runs are due all the time', async () => {
      const [id] = await lost(1, 2);
      t.clock.advance(SECOND);
      for (let n = 0; n < 5; n += 1) await t.trigger('a');
      const claimed = [...(await t.claim(1)).runs, ...(await t.claim(1)).runs];
      expect(idsOf(claimed)).toContain(id);
    });

    it('it is claimed also with a plan or a trigger, and delays neither', async () => {
      const [first, second] = await lost(2, 2);
      await t.create('slots', { schedule: every(MINUTE) });
      t.clock.advance(MINUTE);
      const { claimed } = await t.store.plan({ types: TYPES, limit: 10, claim: NODE });
      const { queued, claimed: withTrigger } = await t.done(
        'a',
        { kind: 'trigger' },
        { claim: { ...NODE, places: 1, prefetch: 0 } },
      );
      const claims = [claimed, withTrigger, await claim()];
      const taken = idsOf(claims.flatMap((one) => one?.runs ?? []));
      expect(taken).toContain(first);
      expect(taken).not.toContain(second);
      expect(await t.runs({ jobId: 'slots' })).toMatchObject([{ status: 'running' }]);
      expect(await t.runs({ status: 'running' })).toHaveLength(3);
      expect(queued).toHaveLength(1);
    });

    it('a failed attempt does not clear it', async () => {
      const [first = '', second] = await lost(2, 2);
      t.clock.advance(SECOND);
      const run = await t.claimOne();
      expect(await t.settle(run, failed())).toMatchObject({ kind: 'waiting' });
      t.clock.advance(MINUTE);
      expect(await t.live(first)).toMatchObject({ recoveries: 2, failures: 1 });
      // The earliest due first.
      expect(idsOf((await claim()).runs)).toEqual([second]);
    });

    it('a waiting suspect is cancelled, paused, deleted and made due like every other run', async () => {
      const [first = '', second = '', third] = await lost(3, 2);
      expect(await t.store.makeDue({ runId: third ?? '' })).toBe('due');
      expect(idsOf((await claim({ node: 'dead' })).runs)).toEqual([third]);
      expect(await t.store.cancelRun({ runId: first, force: false })).toMatchObject({ kind: 'cancelled' });
      t.clock.advance(1);
      await t.done('a', { kind: 'pause', cancelLive: false });
      await t.store.recover({ node: 'node-1' });
      t.clock.advance(MINUTE);
      expect(await claim()).toMatchObject({ runs: [] });
      await t.done('a', { kind: 'resume' });
      const run = await t.claimOne();
      expect(run.id).toBe(second);
      await t.settle(run, SUCCEEDED);
      await t.done('a', { kind: 'delete' });
      expect(await claim()).toMatchObject({ runs: [] });
    });

    it('one that a shutdown gives back leaves its turn to the next', async () => {
      const ids = await lost(2, 2);
      t.clock.advance(SECOND);
      const run = await t.claimOne();
      await t.settle(run, { kind: 'given_back' });
      t.clock.advance(SECOND);
      const { runs } = await claim();
      expect(runs).toHaveLength(1);
      expect(ids).toContain(runs[0]?.id);
    });

    it('a suspect of a type that a node does not have delays none of its runs', async () => {
      await lost(2, 2);
      t.clock.advance(SECOND);
      expect(await claim({ types: { other: 1 } })).toEqual({
        now: t.clock.now(),
        jobs: [],
        runs: [],
      });
    });
  });
}
