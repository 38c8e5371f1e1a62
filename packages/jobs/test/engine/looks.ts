import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase, T0 } from './engine-harness.ts';
import { createRequests } from './requests.ts';

const SLOT = T0 + 10_000;
const EVERY = { onDemand: false, interval: '10s' } as const;

/** When the engine looks for due slots. */
export function looks(makeDatabase: MakeDatabase): void {
  let h: Harness;
  /** When handlers were called. */
  let starts: number[];
  const open = async (concurrency: number) => {
    h = await createHarness({ autoRun: true, concurrency }, makeDatabase);
    starts = [];
    h.deps.handler = () => void starts.push(h.clock.now());
  };
  const passUntil = (at: number, stepMs?: number) => h.passUntil(at, stepMs);
  afterEach(() => h.close());

  // Promises P3, grid; P17, clock.
  describe('jobs that are made', () => {
    beforeEach(() => open(1));

    it('are planned when they are due, without a look before', async () => {
      await h.pass(100);
      const slot = SLOT + 100;
      let plans = 0;
      h.store.watch('plan', () => void plans++);
      for (const id of ['one', 'two', 'three']) await h.engine.createJob(job({ id, ...EVERY }));
      await passUntil(slot - 1_000);
      expect(plans).toBe(0);
      await passUntil(slot);
      expect(starts[0]).toBe(slot);
      await expect.poll(() => h.pass(20).then(() => starts)).toHaveLength(3);
    });

    it('are planned at once when they are already due', async () => {
      await h.pass(100);
      await h.engine.createJob(job({ onDemand: false, runAt: new Date(T0 - 1_000).toISOString() }));
      await expect.poll(() => h.pass(20).then(() => starts)).toHaveLength(1);
    });

    it('are planned at once, after earlier ones, when a clock jump ahead made them due', async () => {
      await h.pass(100);
      await h.engine.createJob(job({ id: 'before', onDemand: false, interval: '1h' }));
      await h.pass(200);
      h.clock.set(h.clock.now() + 3_600_000);
      const runAt = new Date(h.clock.now()).toISOString();
      await h.engine.createJob(job({ id: 'after', onDemand: false, runAt }));
      const begin = h.clock.now();
      await expect.poll(() => h.pass(20).then(() => starts)).toHaveLength(2);
      expect(h.clock.now() - begin).toBeLessThan(5_000);
    });
  });

  // Promises P3, grid; P9, lost nodes; P10, fence; P20, isolation.
  describe('slots that come due while the store is busy', () => {
    beforeEach(() => open(20));

    const create = (at: number) =>
      h.engine.createJob(job({ ...EVERY, id: `${at}`, startAt: new Date(SLOT + at).toISOString() }));
    const startsFromSlot = () => starts.map((at) => at - SLOT);
    /** Creates jobs with these slots, and holds back the answer to their first settlement. */
    const settlingSlowly = async (slots: readonly number[]) => {
      for (const at of slots) await create(at);
      await passUntil(SLOT - 1);
      const written = Promise.withResolvers<void>();
      h.store.make(written.promise, 'settle');
      return written;
    };

    it('start on time although earlier settlements take long to be written', async () => {
      const written = await settlingSlowly([0, 300]);
      await passUntil(SLOT + 320, 5);
      // Earlier than the known slots.
      await create(480);
      await passUntil(SLOT + 500, 5);
      written.resolve();
      expect(startsFromSlot()).toEqual([0, 300, 480]);
    });

    it('start after 100 ms without a request, while earlier settlements take long to be written', async () => {
      const requests = await createRequests();
      onTestFinished(requests.close);
      const written = await settlingSlowly([0, 300]);
      await passUntil(SLOT + 150, 5);
      for (let at = 190; at <= 350; at += 80) {
        await requests.come();
        await passUntil(SLOT + at, 5);
      }
      expect(startsFromSlot()).toEqual([0]);
      await passUntil(SLOT + 450, 5);
      written.resolve();
      expect(startsFromSlot()).toEqual([0, expect.any(Number)]);
    });

    it('runs by hand start the same way', async () => {
      const requests = await createRequests();
      onTestFinished(requests.close);
      await h.engine.createJob(job({ id: 'by-hand' }));
      const written = await settlingSlowly([0]);
      await passUntil(SLOT + 100, 5);
      await requests.come();
      await h.engine.trigger('by-hand');
      await passUntil(SLOT + 180, 5);
      expect(startsFromSlot()).toEqual([0]);
      await passUntil(SLOT + 250, 5);
      written.resolve();
      expect(startsFromSlot()).toEqual([0, expect.any(Number)]);
    });

    it('are not looked for again and again when that fails', async () => {
      await create(0);
      await passUntil(SLOT - 1);
      h.store.make('answer lost', 'settle');
      await passUntil(SLOT + 1_000, 5);
      const written = Promise.withResolvers<void>();
      h.store.make(written.promise, 'settle');
      // The engine has looked for claims, and writes ends of runs again.
      await passUntil(SLOT + 1_150, 5);
      await create(1_400);
      await passUntil(SLOT + 1_250, 5);
      let plans = 0;
      h.store.watch('plan', () => void plans++);
      h.store.make('fails', 'plan');
      await passUntil(SLOT + 1_900, 5);
      h.store.restore();
      written.resolve();
      expect(plans).toBeOneOf([1, 2]);
    });

    it('wait for the search for lost claims to end', async () => {
      await create(0);
      await passUntil(SLOT - 1);
      h.store.make('answer lost', 'settle');
      await passUntil(SLOT + 40, 5);
      h.store.restore();
      const looked = Promise.withResolvers<void>();
      h.store.make(looked.promise, 'reconcile');
      let plans = 0;
      await passUntil(SLOT + 1_300);
      h.store.watch('plan', () => void plans++);
      await create(1_400);
      await passUntil(SLOT + 1_600);
      await create(70_000);
      await passUntil(SLOT + 71_000);
      expect(plans).toBe(0);
      looked.resolve();
      await expect.poll(() => h.pass(20).then(() => starts.length)).toBeGreaterThan(1);
      expect(plans).toBeGreaterThan(0);
    });
  });
}
