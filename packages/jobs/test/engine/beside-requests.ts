import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase, T0 } from './engine-harness.ts';
import { createRequests, type Requests } from './requests.ts';

const DUE = T0 + 1_000;
const RUNS = 200;

export function besideRequests(makeDatabase: MakeDatabase): void {
  let requests: Requests;
  let h: Harness;
  beforeEach(async () => {
    requests = await createRequests();
    h = await createHarness({ autoRun: true, concurrency: RUNS }, makeDatabase);
    await h.engine.createJob(job({ overlap: 'allow' }));
  });
  afterEach(async () => {
    await requests.close();
    await h.close();
  });

  /** When the engine asks for claims, and how many runs start. The first claim takes 7 ms. */
  const claimsOf = async (come: () => Promise<unknown>) => {
    const runAt = new Date(DUE).toISOString();
    await Promise.all(Array.from({ length: RUNS }, () => h.engine.trigger('job', { runAt })));
    await h.pass(999 - (h.clock.now() - T0), 100);
    await come();
    const at: number[] = [];
    let started = 0;
    h.deps.handler = () => void started++;
    const answer = Promise.withResolvers<void>();
    h.store.watch('claim', () => void at.push(h.clock.now() - DUE));
    h.store.make(answer.promise, 'claim');
    h.clock.advance(1);
    await expect.poll(() => at).toHaveLength(1);
    h.clock.advance(7);
    h.store.make('works', 'claim');
    answer.resolve();
    await expect.poll(() => started).toBeGreaterThan(0);
    await h.store.quiet();
    const startedFirst = started;
    await h.pass(10, 1);
    return { at, startedFirst };
  };

  // Promises P3, grid; P20, isolation.
  describe('runs that are due at once', () => {
    it('is claimed in parts while requests come in, with as much time between as a pass took', async () => {
      const { at, startedFirst } = await claimsOf(requests.come);
      expect(startedFirst).toBe(128);
      expect(at.slice(0, 2)).toEqual([0, 14]);
    });

    it('do not delay a slot that comes due in between', async () => {
      const runAt = new Date(DUE + 10).toISOString();
      await h.engine.createJob(job({ id: 'once', onDemand: false, runAt }));
      const { at } = await claimsOf(requests.come);
      expect(at.slice(0, 2)).toEqual([0, 10]);
    });

    it('is claimed all together while none do', async () => {
      const { at, startedFirst } = await claimsOf(async () => undefined);
      expect(startedFirst).toBe(RUNS);
      expect(at[0]).toBe(0);
    });
  });
}
