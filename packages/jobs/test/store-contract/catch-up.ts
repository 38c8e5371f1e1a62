import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatchUp, Overlap } from '../../src/core/model/job.ts';
import { every, type MakeStore, MINUTE, type Rig, required, SECOND, SUCCEEDED, T0, useStore } from './rig.ts';

export function catchUpContract(makeStore: MakeStore): void {
  // Promises P5, one run per slot; P6, catch-up. Lessons 7, storms of catch-up runs; 21, skips that nobody
  // sees.
  describe('catch-up', () => {
    const t = useStore(makeStore);

    it('`once` makes one run for the latest passed slot, and it covers all others', async () => {
      await t.create('a', { catchUp: 'once' });
      t.clock.advance(5 * MINUTE + 40 * SECOND);
      expect((await t.plan()).queued).toHaveLength(1);
      expect(await t.runs()).toMatchObject([
        { scheduledFor: T0 + 5 * MINUTE, missedFrom: T0 + MINUTE, missed: 5, catchUp: true },
      ]);
      expect(await t.claimOne()).toMatchObject({ catchUp: true, missed: 5, scheduledFor: T0 + 5 * MINUTE });
      expect((await t.job('a')).nextRunAt).toBe(T0 + 6 * MINUTE);
    });

    it('`skip` covers the missed slots with one skipped row; a just-late latest one runs', async () => {
      await t.create('a', { catchUp: 'skip' });
      t.clock.advance(5 * MINUTE + SECOND);
      const plan = await t.plan();
      expect(plan.queued).toMatchObject([{ scheduledFor: T0 + 5 * MINUTE }]);
      expect(plan.skipped).toMatchObject([{ scheduledFor: T0 + 4 * MINUTE, reason: 'missed' }]);
      expect(await t.finished(required(plan.skipped[0]).id)).toMatchObject({
        status: 'skipped',
        reason: 'missed',
        missed: 4,
        missedFrom: T0 + MINUTE,
      });
    });

    it('`all` gives every slot its run, oldest first, one at a time', async () => {
      await t.create('a', { catchUp: 'all', overlap: 'queue' });
      t.clock.advance(3 * MINUTE);
      const slots: (number | undefined)[] = [];
      for (let n = 0; n < 3; n += 1) {
        await t.plan();
        const run = await t.claimOne();
        slots.push(run.scheduledFor);
        expect((await t.claim()).runs).toEqual([]);
        await t.settle(run, SUCCEEDED);
      }
      expect(slots).toEqual([T0 + MINUTE, T0 + 2 * MINUTE, T0 + 3 * MINUTE]);
      expect((await t.plan()).nextWakeAt).toBe(T0 + 4 * MINUTE);
    });

    it('under `all`, a settlement with slots waiting says that there is something to do', async () => {
      await t.create('a', { catchUp: 'all', overlap: 'queue' });
      t.clock.advance(5 * MINUTE);
      await t.plan();
      expect(await t.plan()).toMatchObject({ queued: [] });
      const { runs } = await t.claim();
      expect(await t.settleAll(runs)).toMatchObject({ wake: true });
    });

    it('under `all`, at most 100 slots wait; one skipped row covers the older ones', async () => {
      await t.create('a', { catchUp: 'all', overlap: 'queue' });
      t.clock.advance(150 * MINUTE);
      const plan = await t.plan();
      expect(plan.skipped).toMatchObject([{ scheduledFor: T0 + 50 * MINUTE, reason: 'missed' }]);
      expect(plan.queued[0]?.scheduledFor).toBe(T0 + 51 * MINUTE);
    });

    it('exactly one row covers every slot, for all downtimes, catch-up modes and overlaps', async () => {
      let jobs = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom<CatchUp>('once', 'skip', 'all'),
          fc.constantFrom<Overlap>('skip', 'queue', 'allow'),
          fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.boolean(), fc.boolean()), {
            minLength: 1,
            maxLength: 12,
          }),
          async (catchUp, overlap, steps) => {
            jobs += 1;
            const start = t.clock.now();
            const id = `job-${jobs}`;
            await t.create(id, {
              schedule: every(MINUTE),
              catchUp,
              overlap: catchUp === 'all' ? 'queue' : overlap,
            });
            for (const [seconds, claims, settles] of steps) {
              t.clock.advance(seconds * SECOND);
              await t.plan();
              if (!claims) continue;
              const { runs } = await t.claim();
              if (settles) await t.settleAll(runs);
            }
            const { uid, nextRunAt } = await t.job(id);
            const rows = await t.runs({ jobUid: uid });
            const taken = coveredBy(rows, start);
            expect(taken).toEqual(slotsUpTo(required(nextRunAt) - 1, start));
            await t.done(id, { kind: 'delete' });
            await drain(t);
          },
        ),
        { numRuns: 25 },
      );
    });
  });
}

async function drain(t: Rig): Promise<void> {
  for (let { runs } = await t.claim(); runs.length > 0; { runs } = await t.claim()) await t.settleAll(runs);
}

function slotsUpTo(end: number, start: number): number[] {
  return Array.from({ length: Math.floor((end - start) / MINUTE) }, (_, k) => start + (k + 1) * MINUTE);
}

/** All slots that rows cover, in order; a slot stands once for each row. */
function coveredBy(
  rows: readonly { readonly scheduledFor?: number; readonly missedFrom?: number }[],
  start: number,
): number[] {
  const slots = rows.flatMap(({ scheduledFor, missedFrom }) =>
    scheduledFor === undefined
      ? []
      : slotsUpTo(scheduledFor, start).filter((slot) => slot >= (missedFrom ?? scheduledFor)),
  );
  return slots.sort((a, b) => a - b);
}
