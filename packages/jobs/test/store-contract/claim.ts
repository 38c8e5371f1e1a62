import { describe, expect, it } from 'vitest';
import {
  failed,
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

export function claimContract(makeStore: MakeStore): void {
  // Promises P8, retries; P9, lost nodes; P10, fence; P12, cancel; P15, run now; P22, types and deploys.
  describe('claims', () => {
    const t = useStore(makeStore);

    const triggered = async (count: number) => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', maxAttempts: 10 });
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) {
        ids.push((await t.trigger('a')).id);
        t.clock.advance(1);
      }
      return ids;
    };

    it('claims due runs, those due first first, at most as many as there are places', async () => {
      const ids = await triggered(5);
      const first = await t.claim(3);
      expect(first.runs.map(({ id }) => id)).toEqual(ids.slice(0, 3));
      expect(first.nextDueAt).toBe(T0 + 3);
      const rest = await t.claim(3);
      expect(rest.runs.map(({ id }) => id)).toEqual(ids.slice(3));
      expect(rest).not.toHaveProperty('nextDueAt');
    });

    it('a claimed run comes with its job, its attempt and its fence, and is running from now on', async () => {
      const [id] = await triggered(1);
      const { runs, jobs, now } = await t.claim(1, 0, 'node-9');
      expect(now).toBe(T0 + 1);
      expect(jobs).toEqual([await t.job('a')]);
      const run = required(runs[0]);
      expect(run).toEqual({
        id,
        job: 0,
        fence: run.fence,
        attempt: 1,
        availableAt: T0,
        started: true,
        catchUp: false,
        missed: 0,
      });
      expect(await t.live(required(id))).toMatchObject({
        status: 'running',
        startedAt: T0 + 1,
        claim: { node: 'node-9', fence: run.fence },
      });
    });

    describe('brought along by a trigger', () => {
      const triggerWith = (types: Readonly<Record<string, number>>, command: object = {}) =>
        t.done(
          'a',
          { kind: 'trigger', ...command },
          { claim: { node: 'node-9', types, places: 1, prefetch: 0 } },
        );

      it('takes the run that it makes', async () => {
        await t.create('a', { schedule: ON_DEMAND });
        const { queued, claimed } = await triggerWith(TYPES, { payload: '{"n":1}' });
        const [run] = claimed?.runs ?? [];
        expect(claimed).toMatchObject({ now: T0, jobs: [await t.job('a')] });
        expect(run).toEqual({
          id: required(queued[0]).id,
          job: 0,
          fence: run?.fence,
          attempt: 1,
          availableAt: T0,
          started: true,
          catchUp: false,
          missed: 0,
          payload: '{"n":1}',
        });
        expect(await t.live(required(run).id)).toMatchObject({
          status: 'running',
          startedAt: T0,
          queuedAt: T0,
          payload: '{"n":1}',
          claim: { node: 'node-9', fence: run?.fence },
        });
        expect((await t.claim()).runs).toEqual([]);
        await t.settle(required(run), SUCCEEDED);
        expect(await t.finished(required(run).id)).toMatchObject({ status: 'succeeded', attempt: 1 });
      });

      it('takes none that may not start yet, nor one that its node cannot run', async () => {
        await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
        expect((await triggerWith(TYPES, { runAt: T0 + SECOND })).claimed?.runs ?? []).toEqual([]);
        expect((await triggerWith({ other: 1 })).claimed?.runs ?? []).toEqual([]);
        expect((await t.claim()).runs).toHaveLength(1);
      });
    });

    it('claims of several runs, with and without a payload or a slot, return each run’s own', async () => {
      await t.create('slot');
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await t.trigger('a');
      await t.done('a', { kind: 'trigger', payload: '{"n":1}' });
      t.clock.advance(MINUTE);
      await t.plan();
      const { runs, jobs } = await t.claim(5);
      expect(runs.map(({ job, payload, scheduledFor }) => [jobs[job]?.id, payload, scheduledFor])).toEqual([
        ['a', undefined, undefined],
        ['a', '{"n":1}', undefined],
        ['slot', undefined, T0 + MINUTE],
      ]);
    });

    const AHEAD = { ms: 200, runs: 5 };
    const aheadOf = (more: { readonly places: number; readonly prefetch: number }) =>
      t.store.claim({ node: 'node-1', types: TYPES, ahead: AHEAD, ...more });

    it('runs that come due within the requested time are claimed ahead, after the due ones', async () => {
      await t.create('slot');
      t.clock.advance(MINUTE - 150);
      await t.store.plan({ types: TYPES, limit: 10, aheadMs: 200 });
      await triggered(1);
      const { runs, nextDueAt } = await aheadOf({ places: 5, prefetch: 0 });
      expect(runs).toMatchObject([
        { started: true },
        { started: false, scheduledFor: T0 + MINUTE, availableAt: T0 + MINUTE },
      ]);
      expect(nextDueAt).toBeUndefined();
      const held = required(runs[1]);
      expect(await t.live(held.id)).toMatchObject({ status: 'queued', claim: { fence: held.fence } });
      expect(await t.live(held.id)).not.toHaveProperty('startedAt');
      // Given back before its slot, the run is due at the slot and no sooner.
      await t.settle(held, { kind: 'given_back' });
      expect(await t.live(held.id)).toMatchObject({ status: 'queued', availableAt: T0 + MINUTE });
      expect(await t.claim(5)).toMatchObject({ runs: [], nextDueAt: T0 + MINUTE });
    });

    it('of runs that come due soon, a claim takes no recovered one, and no more than asked for', async () => {
      for (let n = 0; n < 4; n++) await t.create(`slot-${n}`);
      t.clock.advance(MINUTE - 100);
      await t.store.plan({ types: TYPES, limit: 10, aheadMs: 200 });
      const few = await t.store.claim({
        node: 'node-1',
        types: TYPES,
        places: 2,
        prefetch: 2,
        ahead: { ms: 200, runs: 2 },
      });
      expect(few.runs).toHaveLength(2);
      expect(few.nextDueAt).toBe(T0 + MINUTE);
      await t.reopen();
      await t.store.recover({ node: 'node-2' });
      const lost = required(few.runs[0]).id;
      expect(await t.live(lost)).toMatchObject({ recoveries: 1, availableAt: T0 + MINUTE });
      expect((await aheadOf({ places: 5, prefetch: 5 })).runs.map(({ id }) => id)).not.toContain(lost);
      t.clock.advance(100);
      expect((await t.claim(5)).runs).toMatchObject([{ started: true }, { started: true }]);
    });

    it('runs ahead of schedule take no share of the due runs, and get none', async () => {
      for (let n = 0; n < 3; n++) await t.create(`slot-${n}`);
      t.clock.advance(MINUTE - 100);
      await t.store.plan({ types: TYPES, limit: 10, aheadMs: 200 });
      const ids = await triggered(5);
      const { runs, nextDueAt } = await t.store.claim({
        node: 'node-1',
        types: TYPES,
        places: 1,
        prefetch: 2,
        ahead: { ms: 200, runs: 1 },
      });
      expect(runs.map(({ id }) => id).slice(0, 3)).toEqual(ids.slice(0, 3));
      expect(runs.map(({ started }) => started)).toEqual([true, false, false, false]);
      expect(runs[3]).toMatchObject({ availableAt: T0 + MINUTE });
      expect(nextDueAt).toBeLessThan(T0 + MINUTE);
      // Other nodes can claim all of it.
      expect((await t.claim(9, 0, 'node-2')).runs.map(({ id }) => id)).toEqual(ids.slice(3));
    });

    it('a run that was made ahead of its slot cannot be made due before it', async () => {
      await t.create('slot');
      t.clock.advance(MINUTE - 100);
      const { queued } = await t.store.plan({ types: TYPES, limit: 10, aheadMs: 200 });
      const { id } = required(queued[0]);
      expect(await t.store.makeDue({ runId: id })).toBe('not_waiting');
      expect(await t.live(id)).toMatchObject({ availableAt: T0 + MINUTE });
    });

    it('a claim that a command brings along takes due runs in order, with the run of the command', async () => {
      const [first] = await triggered(1);
      const claim = { node: 'node-1', types: TYPES, places: 2, prefetch: 0 };
      const { queued, claimed } = await t.done('a', { kind: 'trigger' }, { claim });
      expect(required(claimed).runs.map(({ id }) => id)).toEqual([first, required(queued[0]).id]);
      expect(required(claimed).jobs).toEqual([await t.job('a')]);
      for (const { id, fence } of required(claimed).runs)
        expect(await t.live(id)).toMatchObject({ status: 'running', claim: { node: 'node-1', fence } });
      await t.settleAll(required(claimed).runs);
      expect(await t.finished(required(first))).toMatchObject({ status: 'succeeded' });
    });

    it('a trigger with a dedupe key brings its claim along; a repeated one claims nothing', async () => {
      await triggered(0);
      const claim = { node: 'node-1', types: TYPES, places: 1, prefetch: 0 };
      const how = { claim, dedupeKey: 'key' };
      const { queued, claimed } = await t.done('a', { kind: 'trigger' }, how);
      const { id } = required(queued[0]);
      expect(required(claimed).runs).toMatchObject([{ id, started: true }]);
      const again = await t.command('a', { kind: 'trigger' }, how);
      expect(again).toMatchObject({ kind: 'duplicate', run: { id, status: 'running' } });
      expect(again).not.toHaveProperty('claimed');
      expect((await t.claim(5)).runs).toEqual([]);
    });

    it('a refused command brings no claim along', async () => {
      await t.create('one', { schedule: ON_DEMAND });
      await t.trigger('one');
      const claim = { node: 'node-1', types: TYPES, places: 2, prefetch: 0 };
      const refused = await t.command('one', { kind: 'trigger' }, { claim });
      expect(refused).not.toHaveProperty('claimed');
      expect((await t.claim(5)).runs).toHaveLength(1);
    });

    it('a fence is higher than any before, even when the clock jumps back', async () => {
      await triggered(0);
      let last = 0;
      for (let n = 0; n < 4; n += 1) {
        t.clock.set(T0 - n * MINUTE);
        await t.trigger('a');
        const run = await t.claimOne();
        expect(run.fence).toBeGreaterThan(last);
        last = run.fence;
        if (n === 2) await t.reopen();
      }
    });

    it('runs of one claim share their jobs', async () => {
      await triggered(3);
      await t.create('b', { schedule: ON_DEMAND });
      await t.trigger('b');
      const { runs, jobs } = await t.claim();
      expect(jobs.map(({ id }) => id)).toEqual(['a', 'b']);
      expect(runs.map(({ job }) => jobs[job]?.id)).toEqual(['a', 'a', 'a', 'b']);
    });

    it('a claimed run is not claimed again', async () => {
      await triggered(2);
      await t.claim();
      expect((await t.claim(10, 10, 'node-2')).runs).toEqual([]);
    });

    it('a prefetched run is claimed but not started', async () => {
      const ids = await triggered(3);
      const { runs } = await t.claim(1, 1);
      expect(runs.map(({ id, started }) => [id, started])).toEqual([
        [ids[0], true],
        [ids[1], false],
      ]);
      const prefetched = await t.live(required(ids[1]));
      expect(prefetched).toMatchObject({ status: 'queued', claim: { node: 'node-1' } });
      expect(prefetched).not.toHaveProperty('startedAt');
    });

    it('a run once recovered is never claimed ahead of a free place', async () => {
      const ids = await triggered(3);
      await t.claim(1, 0, 'dead');
      await t.store.recover({ node: 'node-1' });
      const ahead = await t.claim(0, 10);
      expect(ahead.runs.map(({ id }) => id)).toEqual(ids.slice(1));
      expect(ahead.nextDueAt).toBe(T0);
      expect((await t.claimOne()).id).toBe(ids[0]);
    });

    it('without places nothing is claimed', async () => {
      await triggered(1);
      const claim = await t.claim(0, 0);
      expect(claim.runs).toEqual([]);
      expect(claim.nextDueAt).toBe(T0);
    });

    it('claims only types that the node has, in that version or a newer one', async () => {
      await t.create('other', { type: 'other', schedule: ON_DEMAND });
      await t.create('newer', { typeVersion: 3, schedule: ON_DEMAND });
      await t.create('known', { schedule: ON_DEMAND });
      for (const id of ['other', 'newer', 'known']) await t.trigger(id);
      const mine = await t.claim();
      expect(mine.jobs.map(({ id }) => id)).toEqual(['known']);
      expect(mine).not.toHaveProperty('nextDueAt');
      const { jobs } = await t.store.claim({
        node: 'n',
        types: { noop: 3, other: 1 },
        places: 9,
        prefetch: 0,
      });
      expect(jobs.map(({ id }) => id)).toEqual(['other', 'newer']);
    });

    describe('a run whose payload a newer version of the type has checked', () => {
      const checkedBy = (typeVersion: number) =>
        ({ kind: 'trigger', payload: '{"n":1}', checkedBy: { type: 'noop', typeVersion } }) as const;
      const asNode = (noop: number) => ({ node: 'n', types: { noop }, places: 9, prefetch: 0 });
      const claimedBy = async (noop: number) => (await t.store.claim(asNode(noop))).runs.map(({ id }) => id);
      const made = async (typeVersion: number) =>
        required((await t.done('a', checkedBy(typeVersion))).queued[0]).id;

      it('is for nodes that have that version; the other runs of its job are for all', async () => {
        await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
        const newer = await made(2);
        const { id } = await t.trigger('a');
        expect(await claimedBy(1)).toEqual([id]);
        expect(await claimedBy(2)).toEqual([newer]);
      });

      it('is not taken along by an older node, and by a newer one it is', async () => {
        await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
        const left = await t.done('a', checkedBy(2), { claim: asNode(1) });
        expect(left.claimed?.runs ?? []).toEqual([]);
        expect(await claimedBy(2)).toEqual(left.queued.map(({ id }) => id));
        const { queued, claimed } = await t.done('a', checkedBy(2), { claim: asNode(2) });
        expect(claimed?.runs).toMatchObject([{ id: required(queued[0]).id }]);
      });

      it('stays for them when its job goes to a version before, and goes with it to a later one', async () => {
        await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
        const newer = await made(3);
        await t.edit('a', { typeVersion: 2 });
        expect(await claimedBy(2)).toEqual([]);
        await t.edit('a', { typeVersion: 4 });
        expect(await claimedBy(3)).toEqual([]);
        expect(await claimedBy(4)).toEqual([newer]);
      });

      it('is so from the start of a claim on: taken back, it waits for them again', async () => {
        await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
        const { claimed } = await t.done('a', checkedBy(2), { claim: { ...asNode(2), node: 'dead' } });
        const [run] = claimed?.runs ?? [];
        expect(await t.store.recover({ node: 'n' })).toEqual({ recovered: 1, failed: 0 });
        expect(await claimedBy(1)).toEqual([]);
        expect(await claimedBy(2)).toEqual([required(run).id]);
      });

      it('leaves the other runs of its job to go with that to a version before', async () => {
        await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', typeVersion: 3 });
        const { id } = await t.trigger('a');
        await t.edit('a', { typeVersion: 2 });
        expect(await claimedBy(2)).toEqual([id]);
      });

      it('is for the version of its job, where the payload was checked by an older one', async () => {
        await t.create('a', { schedule: ON_DEMAND, overlap: 'allow', typeVersion: 2 });
        const older = await made(1);
        expect(await claimedBy(1)).toEqual([]);
        expect(await claimedBy(2)).toEqual([older]);
      });
    });

    it('merges the types, earliest due first', async () => {
      const types = { one: 1, two: 1, three: 1 };
      for (const type of ['one', 'two', 'three']) {
        await t.create(type, { type, schedule: ON_DEMAND, overlap: 'allow' });
      }
      for (const id of ['two', 'one', 'one', 'three', 'two']) {
        await t.trigger(id);
        t.clock.advance(1);
      }
      const { runs, jobs } = await t.store.claim({ node: 'n', types, places: 4, prefetch: 0 });
      expect(runs.map(({ job }) => jobs[job]?.id)).toEqual(['two', 'one', 'one', 'three']);
    });

    it('a retry is not claimed before its time, and the claim returns when that is', async () => {
      await triggered(1);
      await t.settle(await t.claimOne(), failed());
      const early = await t.claim();
      expect(early.runs).toEqual([]);
      expect(early.nextDueAt).toBe(t.clock.now() + 10 * SECOND);
      t.clock.advance(10 * SECOND);
      expect(await t.claimOne()).toMatchObject({ attempt: 2 });
    });

    it('a claim survives a restart of the process', async () => {
      const [id] = await triggered(1);
      const run = await t.claimOne();
      await t.reopen();
      t.clock.advance(MINUTE);
      expect((await t.claim()).runs).toEqual([]);
      expect(await t.settle(run, { kind: 'succeeded', result: '{"ok":true}' })).toMatchObject({
        kind: 'finished',
      });
      expect(await t.finished(required(id))).toMatchObject({ result: '{"ok":true}', node: 'node-1' });
    });

    it('an empty store has nothing to claim', async () => {
      expect(await t.store.claim({ node: 'n', types: TYPES, places: 5, prefetch: 5 })).toEqual({
        now: T0,
        jobs: [],
        runs: [],
      });
    });
  });
}
