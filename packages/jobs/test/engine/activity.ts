import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/index.ts';
import { whileAway } from './away.ts';
import {
  createHarness,
  type Harness,
  job,
  type MakeDatabase,
  manualHandlers,
  runOnce,
  T0,
} from './engine-harness.ts';

const MINUTE = 60_000;

export function activities(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
  });
  afterEach(() => h.close());

  const { trigger, tickThrough } = whileAway(() => h);

  describe('the activity of a node', () => {
    it('has how attempts of each type ended, how long they took and how late they started', async () => {
      await h.engine.createJob(job({ overlap: 'allow', maxAttempts: 2 }));
      h.deps.handler = (ctx) => {
        h.clock.advance(40);
        if (ctx.payload.n === 1) throw new Error('once more');
        if (ctx.payload.n === 2) throw new PermanentError('never');
      };
      for (const n of [0, 1, 2]) await runOnce(h, { n });
      const [work] = h.engine.activity().types;
      expect(work).toMatchObject({
        type: 'work',
        ended: { succeeded: 1, failed: 1, cancelled: 0, retried: 1 },
      });
      expect(work?.durations.counts.reduce((sum, count) => sum + count)).toBe(3);
      expect(work?.durations.sumMs).toBe(120);
      expect(work?.lateness.counts.reduce((sum, count) => sum + count)).toBe(3);
      const { types, minutes, sinceStart, node } = await h.engine.stats();
      expect(types).toEqual([work]);
      expect(sinceStart).toEqual(work?.ended);
      expect(minutes[0]).toMatchObject({ minute: T0, started: 3, succeeded: 1, failed: 1, retried: 1 });
      expect(node).toMatchObject({ places: 10, busy: 0, health: 'ok' });
    });

    it('has skipped slots, whichever pass found them', async () => {
      const manual = manualHandlers();
      h.deps.handler = manual.handler;
      await h.engine.createJob(job({ onDemand: undefined, interval: '1m' }));
      h.clock.advance(MINUTE);
      await h.engine.tick();
      h.clock.advance(MINUTE);
      await h.engine.tick();
      expect(h.engine.activity().skipped).toEqual({
        overlap: 1,
        missed: 0,
        expired: 0,
        blackout: 0,
        upstream: 0,
      });
      h.clock.advance(MINUTE);
      // An edit first takes due slots.
      await h.engine.patchJob('job', { interval: '1h' });
      expect(h.engine.activity().skipped).toEqual({
        overlap: 2,
        missed: 0,
        expired: 0,
        blackout: 0,
        upstream: 0,
      });
      manual.end();
      await h.engine.tick();
    });

    it('can be asked for while the database is away, and says what waits to be written', async () => {
      await h.engine.createJob(job({ overlap: 'allow' }));
      await trigger();
      h.store.make('fails', 'settle', 'stats');
      await tickThrough();
      await expect(h.engine.stats()).rejects.toMatchObject({ code: 'unavailable' });
      expect(h.engine.activity()).toMatchObject({ settling: 1, sinceStart: { succeeded: 0 } });
      h.store.restore();
      await h.engine.tick();
      expect(h.engine.activity()).toMatchObject({ settling: 0, sinceStart: { succeeded: 1 } });
    });

    it('counts the subscribers to events', () => {
      const { unsubscribe } = h.engine.subscribe(() => undefined);
      expect(h.engine.activity().listeners).toBe(1);
      unsubscribe();
      expect(h.engine.activity().listeners).toBe(0);
    });

    it('comes with jobs by health', async () => {
      await h.engine.createJob(job());
      await h.engine.createJob(job({ id: 'paused' }));
      await h.engine.pauseJob('paused');
      h.deps.handler = () => {
        throw new PermanentError('never');
      };
      await runOnce(h);
      expect((await h.engine.stats()).health).toMatchObject({ failing: 1, paused: 1, ok: 0 });
    });
  });
}
