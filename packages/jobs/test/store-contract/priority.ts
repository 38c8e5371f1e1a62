import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobDefinition } from '../../src/core/model/job.ts';
import { PRIORITIES, type Priority } from '../../src/core/model/priority.ts';
import { startOrder } from '../../src/core/rules/start-order.ts';
import type { ClaimedRun } from '../../src/core/store/store-passes.ts';
import {
  definitionPart,
  every,
  HOUR,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SECOND,
  TYPES,
  useStore,
} from './rig.ts';

const BY_HAND = { schedule: ON_DEMAND, overlap: 'allow' } as const;
const NODE = { node: 'node-1', types: TYPES, places: 100, prefetch: 0 } as const;

/** Random, and the same for each store. */
const [STEPS = []] = fc.sample(
  fc.array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 2 * MINUTE }),
      jobId: fc.constantFrom(...PRIORITIES, 'changing'),
      editedTo: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(...PRIORITIES) },
      ),
      places: fc.constantFrom(0, 0, 0, 1, 2, 3),
    }),
    { minLength: 120, maxLength: 120 },
  ),
  { seed: 29, numRuns: 1 },
);

/** Which of the due runs start first (P29, limits and priority). */
export function priorityContract(makeStore: MakeStore): void {
  describe('priority', () => {
    const t = useStore(makeStore);

    const idsOf = (runs: readonly ClaimedRun[]) => runs.map(({ id }) => id);
    const of = (priority: Priority): Partial<JobDefinition> =>
      priority === 'normal' ? BY_HAND : { ...BY_HAND, priority };
    const createEach = async () => {
      for (const priority of PRIORITIES) await t.create(priority, of(priority));
    };
    /** Edits away a priority, too. */
    const editTo = async (jobId: string, priority: Priority) => {
      const { priority: _, ...rest } = { ...definitionPart(await t.job(jobId)), ...of(priority) };
      await t.done(jobId, {
        kind: 'edit',
        definition: priority === 'normal' ? rest : { ...rest, priority },
      });
    };
    /** Claims one by one, as a node with one place does. */
    const inOrder = async (count: number) => {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) ids.push(...idsOf((await t.claim(1)).runs));
      return ids;
    };

    it('is kept with the job, also by a new connection', async () => {
      await createEach();
      await t.reopen();
      expect((await t.job('high')).priority).toBe('high');
      expect((await t.job('low')).priority).toBe('low');
      expect(await t.job('normal')).not.toHaveProperty('priority');
    });

    it('L12: due runs start by due time and priority', async () => {
      await createEach();
      const low = await t.trigger('low');
      t.clock.advance(MINUTE);
      const normal = await t.trigger('normal');
      t.clock.advance(MINUTE);
      const high = await t.trigger('high');
      // More than 5 minutes after the low run.
      t.clock.advance(3 * MINUTE + 1);
      const late = await t.trigger('high');
      expect(await inOrder(4)).toEqual([high.id, normal.id, low.id, late.id]);
    });

    it('L12: runs that one claim takes start in this order, and further ones are prefetched', async () => {
      await createEach();
      const low = await t.trigger('low');
      const normal = await t.trigger('normal');
      const high = await t.trigger('high');
      const { runs } = await t.claim(1, 1);
      expect(runs).toMatchObject([
        { id: high.id, started: true },
        { id: normal.id, started: false },
      ]);
      expect(await inOrder(1)).toEqual([low.id]);
    });

    it('L12: a run that comes due within moments is held until then, whatever its priority', async () => {
      await t.create('normal', BY_HAND);
      await t.create('high', { ...of('high'), schedule: every(MINUTE) });
      t.clock.advance(MINUTE - 100);
      const normal = await t.trigger('normal');
      const { queued } = await t.store.plan({ types: TYPES, limit: 10, aheadMs: 200 });
      const { runs } = await t.store.claim({ ...NODE, ahead: { ms: 200, runs: 5 } });
      expect(runs).toMatchObject([
        { id: normal.id, started: true },
        { id: required(queued[0]).id, started: false },
      ]);
    });

    it('L12: many runs of random priorities start in the order of a sorted list', async () => {
      await createEach();
      await t.create('changing', BY_HAND);
      const priorities = new Map<string, Priority>(PRIORITIES.map((name) => [name, name]));
      let waiting: { id: string; jobId: string; availableAt: number }[] = [];
      for (const { waitMs, jobId, editedTo, places } of STEPS) {
        t.clock.advance(waitMs);
        const { id, availableAt } = await t.trigger(jobId);
        waiting.push({ id, jobId, availableAt });
        if (editedTo !== undefined) {
          await editTo('changing', editedTo);
          priorities.set('changing', editedTo);
        }
        if (places === 0) continue;
        const orderOf = (run: (typeof waiting)[number]) =>
          startOrder(run.availableAt, priorities.get(run.jobId));
        waiting.sort((a, b) => orderOf(a) - orderOf(b) || Number(a.id) - Number(b.id));
        const { runs } = await t.claim(places);
        expect(idsOf(runs)).toEqual(waiting.slice(0, places).map(({ id }) => id));
        waiting = waiting.slice(places);
        await t.settleAll(runs);
      }
      expect(waiting.length).toBeGreaterThan(0);
    });

    it('L12: beside higher runs that fill the only place, no low run waits much more than 5 minutes', async () => {
      await createEach();
      const dueAt = new Map<string, number>();
      const waits: number[] = [];
      // A high run each 5 s, and each takes 5 s. So a low run that starts delays all later ones by 5 s.
      for (let n = 0; n < 130; n += 1) {
        await t.trigger('high');
        if (n < 60 && n % 12 === 0) dueAt.set((await t.trigger('low')).id, t.clock.now());
        const { runs } = await t.claim(1);
        waits.push(
          ...runs.flatMap(({ id }) => (dueAt.has(id) ? [t.clock.now() - (dueAt.get(id) ?? 0)] : [])),
        );
        await t.settleAll(runs);
        t.clock.advance(5 * SECOND);
      }
      expect(waits).toHaveLength(5);
      expect(Math.max(...waits)).toBeLessThanOrEqual(1.1 * 5 * MINUTE);
    });

    it('L12: full claims leave no lower run behind that was due before', async () => {
      await createEach();
      const low = await t.trigger('low');
      t.clock.advance(SECOND);
      for (let n = 0; n < 250; n += 1) await t.trigger('normal');
      t.clock.advance(SECOND);
      const claimed = new Set<string>();
      for (let n = 0; n < 3; n += 1) for (const id of idsOf((await t.claim(100)).runs)) claimed.add(id);
      expect(claimed.size).toBe(251);
      expect(claimed).toContain(low.id);
    });

    it('L12: slots, retries and runs that are claimed with their plan keep the priority', async () => {
      await t.create('slots', { schedule: every(MINUTE), priority: 'low' });
      await t.create('high', { schedule: every(MINUTE), priority: 'high' });
      t.clock.advance(MINUTE);
      const { claimed } = await t.store.plan({ types: TYPES, limit: 10, claim: { ...NODE, places: 1 } });
      const first = required(claimed?.runs[0]);
      expect(await t.runs({ jobId: 'high' })).toMatchObject([{ id: first.id, status: 'running' }]);
      await t.create('normal', BY_HAND);
      const normal = await t.trigger('normal');
      await t.settle(first, {
        kind: 'failed',
        permanent: false,
        error: { attempt: 1, at: t.clock.now(), reason: 'error', name: 'Error', message: 'no luck' },
      });
      t.clock.advance(MINUTE);
      const [slot] = await t.runs({ jobId: 'slots' });
      expect(await inOrder(3)).toEqual([first.id, normal.id, required(slot).id]);
    });

    it('L13: suspects start one at a time, whatever their priority', async () => {
      await createEach();
      const ids: string[] = [];
      for (const jobId of ['low', 'normal', 'high']) ids.push((await t.trigger(jobId)).id);
      for (const node of ['dead-1', 'dead-2']) {
        await t.claim(3, 0, node);
        await t.store.recover({ node: 'node-1' });
      }
      t.clock.advance(10 * SECOND);
      const other = await t.trigger('normal');
      const started: string[] = [];
      for (let n = 0; n < 8 && started.length < 4; n += 1) {
        const { runs } = await t.claim(10);
        const suspects = runs.filter(({ id }) => id !== other.id);
        expect(suspects.length).toBeLessThanOrEqual(1);
        started.push(...idsOf(runs));
        await t.settleAll(runs);
      }
      expect(started.filter((id) => id !== other.id)).toEqual(ids);
    });

    it('L14: beside a backlog of a higher priority, slots keep their share, and it goes by priority', async () => {
      await t.create('backlog', of('high'));
      await t.create('low', { schedule: every(MINUTE), priority: 'low' });
      await t.create('normal', { schedule: every(MINUTE) });
      for (let n = 0; n < 10; n += 1) await t.trigger('backlog');
      t.clock.advance(MINUTE);
      await t.plan();
      const claims: ClaimedRun[] = [];
      for (let n = 0; n < 4; n += 1)
        claims.push(...(await t.store.claim({ ...NODE, places: 2, prioritySlots: 1 })).runs);
      const slots = claims.filter(({ hasPriority }) => hasPriority === true);
      const jobOf = async ({ id }: ClaimedRun) => (await t.store.getRun(id))?.jobId;
      expect(await Promise.all(slots.map(jobOf))).toEqual(['normal', 'low']);
    });

    it('L15: a running run goes on while a higher one waits', async () => {
      await createEach();
      await t.trigger('low');
      const { runs } = await t.claim(1);
      await t.trigger('high');
      await t.claim(0);
      expect(await t.live(required(runs[0]).id)).toMatchObject({ status: 'running' });
      expect(await t.live(required(runs[0]).id)).not.toHaveProperty('cancel');
    });

    it('L17: an edit holds for waiting runs at once', async () => {
      await t.create('edited', BY_HAND);
      await t.create('other', BY_HAND);
      const other = await t.trigger('other');
      const edited = await t.trigger('edited');
      await editTo('edited', 'high');
      expect(await inOrder(1)).toEqual([edited.id]);
      const second = await t.trigger('edited');
      await editTo('edited', 'low');
      const third = await t.trigger('other');
      expect(await inOrder(3)).toEqual([other.id, third.id, second.id]);
      const fourth = await t.trigger('edited');
      const fifth = await t.trigger('other');
      await editTo('edited', 'normal');
      expect(await inOrder(2)).toEqual([fourth.id, fifth.id]);
    });

    it('L17: so it does for a run whose own payload needs a newer version of the type', async () => {
      await t.create('edited', BY_HAND);
      const checkedBy = { type: 'noop', typeVersion: 2 };
      const newer = required(
        (await t.done('edited', { kind: 'trigger', payload: '{"a":1}', checkedBy })).queued[0],
      );
      await editTo('edited', 'low');
      t.clock.advance(HOUR);
      expect((await t.claim()).runs).toEqual([]);
      const { runs } = await t.store.claim({ ...NODE, types: { noop: 2 } });
      expect(idsOf(runs)).toEqual([newer.id]);
      const again = required(
        (await t.done('edited', { kind: 'trigger', payload: '{"a":1}', checkedBy })).queued[0],
      );
      expect(idsOf((await t.store.claim({ ...NODE, types: { noop: 2 } })).runs)).toEqual([again.id]);
    });
  });
}
