import { describe, expect, it } from 'vitest';
import {
  definitionOf,
  definitionPart,
  type MakeStore,
  MINUTE,
  ON_DEMAND,
  required,
  SUCCEEDED,
  settlement,
  T0,
  TYPES,
  useStore,
} from './rig.ts';

export function racesContract(makeStore: MakeStore): void {
  // Promises P5, one run per slot; P7, overlap; P10, fence; P11, timeout; P15, run now. Lessons 2, deploys of
  // several nodes; 19, one scheduler per process.
  describe('races', () => {
    const t = useStore(makeStore);

    it('one of many planners takes a slot', async () => {
      await t.create('a');
      t.clock.advance(MINUTE);
      const plans = await Promise.all(Array.from({ length: 8 }, () => t.plan()));
      expect(plans.flatMap(({ queued }) => queued)).toHaveLength(1);
      expect(await t.runs()).toHaveLength(1);
    });

    it('each run goes to one of many claims', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      await Promise.all(Array.from({ length: 30 }, () => t.trigger('a')));
      const claims = await Promise.all(Array.from({ length: 10 }, (_, n) => t.claim(7, 0, `node-${n}`)));
      const claimed = claims.flatMap(({ runs }) => runs.map(({ id }) => id));
      expect(new Set(claimed).size).toBe(30);
      expect(claimed).toHaveLength(30);
      const fences = claims.flatMap(({ runs }) => runs.map(({ fence }) => fence));
      expect(new Set(fences).size).toBe(30);
    });

    it('of many triggers at once, only as many get through as there is room', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'queue' });
      const results = await Promise.all(Array.from({ length: 6 }, () => t.command('a', { kind: 'trigger' })));
      expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(2);
      expect(results.filter(({ kind }) => kind === 'refused')).toHaveLength(4);
    });

    it('one of many triggers with one dedupe key makes a run, and all return it', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const results = await Promise.all(
        Array.from({ length: 6 }, () => t.command('a', { kind: 'trigger' }, { dedupeKey: 'k' })),
      );
      const ids = results.map((result) =>
        result.kind === 'duplicate'
          ? result.run.id
          : result.kind === 'done'
            ? result.queued[0]?.id
            : undefined,
      );
      expect(new Set(ids).size).toBe(1);
      expect(await t.runs()).toHaveLength(1);
    });

    it('of many creations of one id, one is made', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, () => t.store.insertJob({ definition: definitionOf('a') })),
      );
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
        'created',
        'exists',
        'exists',
        'exists',
        'exists',
      ]);
    });

    it('one of many equal edits changes the job', async () => {
      const definition = { ...definitionPart(await t.create('a')), name: 'New' };
      const results = await Promise.all(
        Array.from({ length: 5 }, () => t.command('a', { kind: 'edit', definition })),
      );
      expect(results.filter((result) => result.kind === 'done' && result.changed)).toHaveLength(1);
      expect((await t.job('a')).version).toBe(2);
    });

    it('of edits against one version, one wins and the others are stale', async () => {
      const definition = definitionPart(await t.create('a'));
      const results = await Promise.all(
        ['x', 'y', 'z'].map((name) =>
          t.command('a', { kind: 'edit', definition: { ...definition, name } }, { ifVersion: 1 }),
        ),
      );
      expect(results.map(({ kind }) => kind)).toEqual(['done', 'stale', 'stale']);
    });

    it('a settlement, a plan and a claim asked for in one turn see each other in that order', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'queue' });
      await t.trigger('a');
      const second = await t.trigger('a');
      const run = await t.claimOne();
      const [settled, , claimed] = await Promise.all([
        t.store.settle([settlement(run, SUCCEEDED, T0)]),
        t.store.plan({ types: TYPES, limit: 10 }),
        t.store.claim({ node: 'node-1', types: TYPES, places: 1, prefetch: 0 }),
      ]);
      expect(settled.wake).toBe(true);
      expect(claimed.runs.map(({ id }) => id)).toEqual([second.id]);
    });

    it('of a settlement and a forced cancel at once, one wins and the other learns of it', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      await t.trigger('a');
      const run = await t.claimOne();
      const [cancelled, settled] = await Promise.all([
        t.store.cancelRun({ runId: run.id, force: true }),
        t.store.settle([settlement(run, SUCCEEDED, T0)]),
      ]);
      const { status } = await t.finished(run.id);
      expect([
        ['cancelled', 'stale', 'cancelled'],
        ['finished', 'finished', 'succeeded'],
      ]).toContainEqual([cancelled.kind, settled.results[0]?.kind, status]);
    });

    it('a call that can not be carried out rejects alone; those beside it are done', async () => {
      await t.create('a', { schedule: ON_DEMAND, overlap: 'allow' });
      const broken = definitionOf('broken', { maxAttempts: 0 });
      const results = await Promise.allSettled([
        t.trigger('a'),
        t.store.insertJob({ definition: definitionOf('beside', { type: 'fresh' }) }),
        t.store.insertJob({ definition: broken }),
        t.trigger('a'),
      ]);
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(results[1]).toMatchObject({ value: { kind: 'created' } });
      expect((await t.view('beside')).job.type).toBe('fresh');
      expect(results[2]).toMatchObject({ reason: { name: 'StoreError', code: 'unavailable' } });
      expect(await t.runs()).toHaveLength(2);
      expect(await t.store.getJob('broken', TYPES)).toBeUndefined();
      const { runs } = await t.claim();
      expect(required(runs[0]).fence).toBeGreaterThan(0);
    });

    it('what was asked for before a close is done', async () => {
      await t.create('a', { schedule: ON_DEMAND });
      const asked = t.trigger('a');
      await t.reopen();
      expect((await t.runs()).map(({ id }) => id)).toEqual([(await asked).id]);
    });
  });
}
