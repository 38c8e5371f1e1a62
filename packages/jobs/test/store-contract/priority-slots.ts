import { describe, expect, it } from 'vitest';
import type { ClaimedRun, ClaimInput } from '../../src/core/store/store-passes.ts';
import { every, failed, HOUR, type MakeStore, MINUTE, ON_DEMAND, required, TYPES, useStore } from './rig.ts';

const NODE = { node: 'node-1', types: TYPES, places: 1, prefetch: 0 } as const;

export function prioritySlotsContract(makeStore: MakeStore): void {
  // Promises P7, overlap; P22, types and deploys.
  describe('slots beside a backlog', () => {
    const t = useStore(makeStore);

    /** Manual runs that have waited for a minute, and a slot that a full node has planned behind them. */
    async function backlog(): Promise<string> {
      await t.create('hand', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.create('slots', { schedule: every(MINUTE) });
      for (let n = 0; n < 5; n += 1) await t.trigger('hand');
      t.clock.advance(MINUTE);
      return required((await t.plan()).queued[0]).id;
    }

    /** The runs of two claims: the first claim may only find that there are slots. */
    async function claimTwice(input: Partial<ClaimInput>): Promise<ClaimedRun[]> {
      const claims = [];
      for (let n = 0; n < 2; n += 1) claims.push(await t.store.claim({ ...NODE, ...input }));
      return claims.flatMap(({ runs }) => runs);
    }

    it('are claimed before it when a claim allows some', async () => {
      const slot = await backlog();
      const runs = await claimTwice({ prioritySlots: 1 });
      expect(runs).toHaveLength(2);
      expect(runs).toContainEqual(expect.objectContaining({ id: slot, hasPriority: true, started: true }));
    });

    it('are claimed ahead of a free place, too', async () => {
      const slot = await backlog();
      const runs = await claimTwice({ places: 0, prefetch: 2, prioritySlots: 1 });
      expect(runs).toContainEqual(expect.objectContaining({ id: slot, hasPriority: true, started: false }));
      expect(runs).toHaveLength(4);
    });

    it('so is one that was made a moment before the backlog, without a claim', async () => {
      await t.create('hand', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.create('slots', { schedule: every(MINUTE) });
      t.clock.advance(MINUTE - 5);
      const plan = { types: TYPES, limit: 10, aheadMs: 10, claim: { ...NODE, places: 0 } };
      const slot = required((await t.store.plan(plan)).queued[0]).id;
      for (let n = 0; n < 5; n += 1) await t.trigger('hand');
      t.clock.advance(200);
      const runs = await claimTwice({ prioritySlots: 1 });
      expect(runs).toContainEqual(expect.objectContaining({ id: slot, hasPriority: true }));
    });

    it.each([
      ['was given back', (slot: ClaimedRun) => t.settle(slot, { kind: 'given_back' })],
      ['failed and waits for its next attempt', (slot: ClaimedRun) => t.settle(slot, failed())],
      ['was lost with its node', () => t.store.recover({ node: 'node-1' })],
    ])('so is one that was claimed as it was made, and %s', async (_, putBack) => {
      await t.create('hand', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.create('slots', { schedule: every(MINUTE) });
      t.clock.advance(MINUTE - 5);
      const claim = { ...NODE, node: 'gone', ahead: { ms: 10, runs: 1 } };
      const { claimed } = await t.store.plan({ types: TYPES, limit: 10, aheadMs: 10, claim });
      const slot = required(claimed?.runs[0]);
      for (let n = 0; n < 5; n += 1) await t.trigger('hand');
      t.clock.advance(10);
      await putBack(slot);
      t.clock.advance(HOUR);
      const runs = await claimTwice({ prioritySlots: 1 });
      expect(runs).toContainEqual(expect.objectContaining({ id: slot.id, hasPriority: true }));
    });

    it('wait for their turn where none has priority', async () => {
      const slot = await backlog();
      const runs = [...(await claimTwice({ prioritySlots: 0 })), ...(await claimTwice({}))];
      expect(runs.map(({ id }) => id)).not.toContain(slot);
      for (const run of runs) expect(run).not.toHaveProperty('hasPriority');
    });

    it('so do those behind work that is due only just now', async () => {
      await t.create('hand', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.create('slots', { schedule: every(MINUTE) });
      t.clock.advance(MINUTE - 1);
      for (let n = 0; n < 5; n += 1) await t.trigger('hand');
      t.clock.advance(1);
      const slot = required((await t.plan()).queued[0]).id;
      expect((await claimTwice({ prioritySlots: 1 })).map(({ id }) => id)).not.toContain(slot);
    });

    it('are claimed by no node without their type', async () => {
      await backlog();
      expect(await claimTwice({ prioritySlots: 1, types: { other: 1 } })).toEqual([]);
    });
  });
}
