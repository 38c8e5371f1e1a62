import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobContext } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, T0 } from './engine-harness.ts';

const BACKLOG = 600;
const JOBS = 12;
const SECONDS = 5;

/** Runs of 100 ms wait for 10 places for 6 s, and jobs come due each second meanwhile. */
export function slotsBehind(makeDatabase: MakeDatabase): void {
  let h: Harness;
  /** The jobs of the handlers that have ended. */
  let ended: string[];
  beforeEach(async () => {
    ended = [];
    h = await createHarness({ autoRun: true, concurrency: 10 }, makeDatabase);
  });
  afterEach(() => h.close());

  const takes = (slotMs: number) => (ctx: JobContext<unknown>) =>
    new Promise<void>((resolve) => {
      h.clock.setTimer(ctx.job.id === 'backlog' ? 100 : slotMs, () => {
        ended.push(ctx.job.id);
        resolve();
      });
    });

  /** How many runs of the backlog and of the jobs have ended. */
  async function run(slotMs: number): Promise<{ readonly backlog: number; readonly slots: number }> {
    h.deps.handler = takes(slotMs);
    await h.engine.createJob(job({ id: 'backlog', overlap: 'allow' }));
    for (let n = 0; n < JOBS; n += 1) {
      // Spread over the second, the first of them before the backlog is there.
      const startAt = new Date(T0 + 1_000 + (n * 1_000) / JOBS).toISOString();
      await h.engine.createJob(job({ id: `job-${n}`, onDemand: false, interval: '1s', startAt }));
    }
    await h.pass(T0 + 900 - h.clock.now());
    await Promise.all(Array.from({ length: BACKLOG }, () => h.engine.trigger('backlog')));
    await h.pass(SECONDS * 1_000 + 100);
    const counted = { backlog: 0, slots: 0 };
    for (const jobId of ended) counted[jobId === 'backlog' ? 'backlog' : 'slots'] += 1;
    return counted;
  }

  describe('slots that are planned behind a backlog', () => {
    it('P7: are run nearly all, long before the backlog is done', async () => {
      const { slots, backlog } = await run(0);
      expect(slots).toBeGreaterThanOrEqual(JOBS * SECONDS * 0.85);
      expect(backlog).toBeGreaterThan(BACKLOG * 0.4);
    }, 60_000);

    it('leave half of the places to it, however long they take', async () => {
      const { slots, backlog } = await run(2_000);
      // Five places for 5 s, some of which begin with the backlog.
      expect(backlog).toBeGreaterThan(200);
      expect(backlog).toBeLessThan(BACKLOG * 0.8);
      expect(slots).toBeGreaterThanOrEqual(5);
    }, 60_000);
  });
}
