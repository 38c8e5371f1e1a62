import { afterEach, describe, expect, it } from 'vitest';
import type { JobContext } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, T0 } from './engine-harness.ts';

interface Load {
  readonly concurrency: number;
  /** Manual runs, 100 ms each. */
  readonly backlog: number;
  /** Jobs with one slot per `slotMs`. */
  readonly jobs: number;
  readonly slotMs: number;
  readonly seconds: number;
}

/** The backlog alone would take 6 s. */
const WIDE = { concurrency: 10, backlog: 600, jobs: 12, seconds: 5 };
/** More slots than one place can run. */
const NARROW = { backlog: 100, jobs: 4, slotMs: 600, seconds: 12 };

export function prioritySlots(makeDatabase: MakeDatabase): void {
  let h: Harness;
  /** The jobs of the ended handlers. */
  let ended: string[];
  afterEach(() => h.close());

  const takes = (slotMs: number) => (ctx: JobContext<unknown>) =>
    new Promise<void>((resolve) => {
      h.clock.setTimer(ctx.job.id === 'backlog' ? 100 : slotMs, () => {
        ended.push(ctx.job.id);
        resolve();
      });
    });

  /** How many runs of the backlog and of each job have ended. */
  async function run({ concurrency, backlog, jobs, slotMs, seconds }: Load): Promise<Counts> {
    ended = [];
    h = await createHarness({ autoRun: true, concurrency }, makeDatabase);
    h.deps.handler = takes(slotMs);
    await h.engine.createJob(job({ id: 'backlog', overlap: 'allow' }));
    const ids = Array.from({ length: jobs }, (_, n) => `job-${n}`);
    for (const [n, id] of ids.entries()) {
      // Spread over a second; the first slot is due before the backlog exists.
      const startAt = new Date(T0 + 1_000 + (n * 1_000) / jobs).toISOString();
      await h.engine.createJob(job({ id, onDemand: false, interval: '1s', startAt }));
    }
    await h.pass(T0 + 900 - h.clock.now());
    await Promise.all(Array.from({ length: backlog }, () => h.engine.trigger('backlog')));
    await h.pass(seconds * 1_000 + 100);
    const countOf = (id: string) => ended.filter((jobId) => jobId === id).length;
    const ofEach = ids.map(countOf);
    return { backlog: countOf('backlog'), ofEach, slots: ofEach.reduce((sum, count) => sum + count, 0) };
  }

  describe('slots beside a backlog', () => {
    // Promise P7, overlap.
    it('run nearly all, long before the backlog is done', async () => {
      const { slots, backlog } = await run({ ...WIDE, slotMs: 0 });
      expect(slots).toBeGreaterThanOrEqual(WIDE.jobs * WIDE.seconds * 0.85);
      expect(backlog).toBeGreaterThan(WIDE.backlog * 0.4);
    });

    it('leave half of the places to it, even when they take long', async () => {
      const { slots, backlog } = await run({ ...WIDE, slotMs: 2_000 });
      // The backlog takes some of five places for 5 s.
      expect(backlog).toBeGreaterThan(200);
      expect(backlog).toBeLessThan(WIDE.backlog * 0.8);
      expect(slots).toBeGreaterThanOrEqual(5);
    });

    it('take turns with it where there is one place, the longest waiting job first', async () => {
      const { backlog, ofEach, slots } = await run({ ...NARROW, concurrency: 1 });
      // One run of each kind takes 700 ms together.
      expect(backlog).toBeGreaterThanOrEqual(14);
      expect(slots).toBeGreaterThanOrEqual(14);
      expect(Math.min(...ofEach)).toBeGreaterThanOrEqual(3);
    });

    it('have one of two places, and the backlog the other one', async () => {
      const { backlog, ofEach } = await run({ ...NARROW, concurrency: 2 });
      expect(backlog).toBeGreaterThanOrEqual(80);
      expect(Math.min(...ofEach)).toBeGreaterThanOrEqual(3);
    });
  });
}

interface Counts {
  readonly backlog: number;
  /** The number of slots, and the number for each job. */
  readonly slots: number;
  readonly ofEach: readonly number[];
}
