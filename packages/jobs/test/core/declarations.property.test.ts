import fc from 'fast-check';
import { expect, test } from 'vitest';
import { heldBy } from '../../src/core/declarations/plan-declarations.ts';
import type { DeclareInput, DeclaringNode, JobInCode } from '../../src/core/store/store-declarations.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { createFakeClock } from '../../src/testing/index.ts';
import { definitionOf, every, MINUTE, T0 } from '../store-contract/rig.ts';

/** Some of a few jobs, each with one of a few intervals. */
const declared = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 3 }));
const people = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd'),
  does: fc.constantFrom('pause', 'resume', 'wait'),
});
const step = fc.record({ declared, changes: fc.array(people, { maxLength: 3 }) });

const inCode = (intervals: Readonly<Record<string, number>>): readonly JobInCode[] =>
  Object.entries(intervals).map(([id, minutes]) => ({
    definition: definitionOf(id, { schedule: every(minutes * MINUTE) }),
    place: `src/jobs.ts:${minutes}`,
    adopt: false,
    shown: '{}',
  }));

// Promise P28, jobs in code.
test('whatever was declared before and whatever people did: a start makes the jobs as declared, and a second one nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const clock = createFakeClock(T0);
      const store = createMemoryStore({ clock });
      await store.open();
      const declare = (jobs: readonly JobInCode[], release: number) =>
        store.declareJobs({ node: 'n', startedAt: T0, release, isStart: true, jobs });
      for (const [release, { declared: intervals, changes }] of steps.entries()) {
        const jobs = inCode(intervals);
        expect(await declare(jobs, release)).toMatchObject({ kind: 'done' });
        const { rows } = await store.listJobs({ handlers: {}, sort: 'id', descending: false, limit: 9 });
        for (const { job } of rows) {
          const one = jobs.find(({ definition }) => definition.id === job.id);
          if (one === undefined) expect(job).toMatchObject({ status: 'paused', pause: { by: 'code' } });
          else
            expect(job).toMatchObject({
              schedule: one.definition.schedule,
              declaration: { place: one.place },
            });
          expect(job.declaration?.gone === undefined).toBe(one !== undefined);
        }
        expect(await declare(jobs, release)).toEqual({
          kind: 'done',
          created: [],
          changed: [],
          calendars: [],
        });
        for (const { id, does } of changes) {
          clock.advance(MINUTE / 2);
          const command =
            does === 'pause'
              ? ({ kind: 'pause', by: 'user:1', cancelLive: false } as const)
              : ({ kind: 'resume' } as const);
          if (does !== 'wait') await store.command({ jobId: id, command });
        }
      }
    }),
  );
});

test('of the live nodes, exactly one declares while none starts: the last start of the newest release', () => {
  const node = fc.record({
    release: fc.integer({ min: 1, max: 3 }),
    startedAt: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(node, { minLength: 1, maxLength: 6 }), (some) => {
      const nodes = some.map((one, n): DeclaringNode => ({ ...one, id: `n${n}`, declares: [] }));
      const isHeld = ({ id, release, startedAt }: DeclaringNode, isStart: boolean) => {
        const input: DeclareInput = { node: id, release, startedAt, isStart, jobs: [] };
        return heldBy(input, nodes) !== undefined;
      };
      const holding = nodes.filter((one) => !isHeld(one, false));
      expect(holding).toHaveLength(1);
      const newest = Math.max(...nodes.map(({ release }) => release));
      expect(nodes.filter((one) => !isHeld(one, true)).every(({ release }) => release === newest)).toBe(true);
      expect(holding[0]?.release).toBe(newest);
    }),
  );
});
