import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobInput } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, T0 } from './engine-harness.ts';

const SLOT = T0 + 10_000;
const EVERY = { onDemand: false, interval: '10s' } as const;

/** When the engine writes the ends of runs, and together with what. */
export function gathering(makeDatabase: MakeDatabase): void {
  let h: Harness;
  /** Holds answers back until the test resolves it or ends. */
  let answered: PromiseWithResolvers<void>;
  const start = async (concurrency: number) => {
    answered = Promise.withResolvers();
    h = await createHarness({ autoRun: true, concurrency }, makeDatabase);
  };
  afterEach(() => {
    answered.resolve();
    return h.close();
  });

  const passUntil = (at: number, stepMs?: number) => h.passUntil(at, stepMs);
  const create = (id: string, at: number, more: Partial<JobInput> = {}) =>
    h.engine.createJob(job({ ...EVERY, ...more, id, startAt: new Date(at).toISOString() }));
  const statusOf = async (jobId: string) =>
    (await h.engine.listRuns({ jobId, limit: 1 })).rows[0]?.run.status;

  describe('settlements of few slots', () => {
    beforeEach(() => start(1));

    /** How many commits settle the slots of two jobs, 10 ms apart. */
    const commits = async (more: Partial<JobInput>) => {
      await create('one', SLOT, more);
      await create('two', SLOT + 10, more);
      const succeed = async (count: number) =>
        (await h.engine.listRuns({ limit: 9 })).rows.filter(({ run }) => run.status === 'succeeded')
          .length === count;
      // From here on the engine knows how long runs take.
      await h.engine.trigger('one');
      await expect.poll(() => h.pass(20).then(() => succeed(1))).toBe(true);
      let settled = 0;
      h.store.watch('settle', () => void settled++);
      await passUntil(SLOT + 100, 5);
      await expect.poll(() => succeed(3)).toBe(true);
      return settled;
    };

    it('are written together if nobody waits for them', async () => {
      expect(await commits({})).toBe(1);
    });

    // Promise P7, overlap.
    it('are written at once if a run may wait for them', async () => {
      expect(await commits({ overlap: 'queue' })).toBe(2);
    });

    // Promise P29, limits and priority.
    it('are written at once if a run may wait for a bound on the runs of its job', async () => {
      expect(await commits({ overlap: 'allow', maxRunning: 1 })).toBe(2);
    });
  });

  // Promises P7, overlap; P9, lost nodes.
  describe('settlements while a slot comes every 10 ms', () => {
    beforeEach(async () => {
      await start(20);
      for (let at = SLOT; at < SLOT + 600; at += 10) await create(`at-${at}`, at);
    });

    it('are written with the next look ahead', async () => {
      await passUntil(SLOT);
      const settled: number[] = [];
      const looked: number[] = [];
      h.store.watch('settle', () => void settled.push(h.clock.now()));
      h.store.watch('plan', () => void looked.push(h.clock.now()));
      await passUntil(SLOT + 400, 5);
      expect(settled.length).toBeGreaterThanOrEqual(3);
      expect(settled.filter((at) => !looked.includes(at))).toEqual([]);
    });

    /** Waits until the engine asks for its next look ahead. */
    const untilLook = async () => {
      let hasLooked = false;
      h.store.watch('plan', () => {
        hasLooked = true;
      });
      await expect.poll(() => h.pass(5).then(() => hasLooked), { interval: 1 }).toBe(true);
    };

    it('are written at once for runs that were claimed for a free place, such as recovered ones', async () => {
      await passUntil(SLOT + 200, 5);
      await untilLook();
      // Too near to claim ahead.
      await create('due', h.clock.now() + 10);
      await h.pass(30, 5);
      expect(await statusOf('due')).toBe('succeeded');
    });

    it('are written before a trigger that needs their room, also during a pass', async () => {
      await passUntil(SLOT + 100, 5);
      await untilLook();
      const slot = h.clock.now() + 250;
      await create('one', slot, { overlap: 'skip' });
      await untilLook();
      h.store.make(answered.promise, 'plan');
      await untilLook();
      await h.pass(slot + 5 - h.clock.now(), 5);
      expect(await statusOf('one')).toBe('queued');
      await h.engine.trigger('one');
      answered.resolve();
      h.store.restore();
      await expect.poll(() => h.pass(20).then(() => statusOf('one'))).toBe('succeeded');
      expect((await h.engine.listRuns({ jobId: 'one', limit: 9 })).rows).toHaveLength(2);
    });
  });
}
