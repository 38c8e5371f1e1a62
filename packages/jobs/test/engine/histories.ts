import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/index.ts';
import { createHarness, type Harness, job, type MakeDatabase, runOnce, T0 } from './engine-harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function histories(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
    h.deps.handler = (ctx) => {
      h.clock.advance(100 * (ctx.payload.n ?? 1));
      if (ctx.payload.n === 9) throw new PermanentError('never');
    };
    await h.engine.createJob(job({ overlap: 'allow', tags: ['billing'] }));
  });
  afterEach(() => h.close());

  // Promise P18, bounds.
  describe('the history of runs', () => {
    it('has the counts, the success rate, the durations of successes and of failures, and the lateness', async () => {
      for (const n of [1, 1, 1, 5, 9]) await runOnce(h, { n });
      const history = await h.engine.history();
      expect(history).toMatchObject({ from: T0 - DAY, to: T0 + HOUR, stepMs: HOUR });
      expect(history.steps).toHaveLength(25);
      const now = history.steps.at(-1);
      expect(now).toMatchObject({
        from: T0,
        counts: { succeeded: 4, failed: 1, cancelled: 0, skipped: 0 },
        successRate: 0.8,
        latenessMs: { p50: 1, p95: 1 },
      });
      expect({ from: T0, ...history.total }).toEqual(now);
      const { durationMs, failedDurationMs } = history.total;
      expect(Math.abs((durationMs?.p50 ?? 0) - 100)).toBeLessThan(15);
      expect(Math.abs((durationMs?.p95 ?? 0) - 500)).toBeLessThan(75);
      expect(Math.abs((failedDurationMs?.p95 ?? 0) - 900)).toBeLessThan(135);
      expect(history.steps[0]).toEqual({
        from: T0 - DAY,
        counts: { succeeded: 0, failed: 0, cancelled: 0, skipped: 0 },
        successRate: undefined,
        durationMs: undefined,
        failedDurationMs: undefined,
        latenessMs: undefined,
      });
    });

    it('is of all jobs, or of a job, a type, a tag or the jobs with a prefix', async () => {
      await h.engine.createJob(job({ id: 'other', overlap: 'allow' }));
      await h.engine.trigger('other');
      await runOnce(h);
      const succeeded = async (query: object) => (await h.engine.history(query)).total.counts.succeeded;
      expect(await succeeded({})).toBe(2);
      expect(await succeeded({ type: 'work' })).toBe(2);
      expect(await succeeded({ jobId: 'other' })).toBe(1);
      expect(await succeeded({ tag: 'billing' })).toBe(1);
      expect(await succeeded({ idPrefix: 'oth' })).toBe(1);
      await expect(h.engine.history({ jobId: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
      await expect(h.engine.history({ jobId: 'job', tag: 'billing' })).rejects.toMatchObject({
        code: 'invalid',
        message: 'Use one of `jobId`, `type` and `tag`, and leave out the others.',
      });
    });

    it('has steps that fit the range, and says which steps it takes', async () => {
      const stepMs = async (rangeMs: number) =>
        (await h.engine.history({ from: T0 - rangeMs, to: T0 })).stepMs;
      expect(await stepMs(HOUR)).toBe(MINUTE);
      expect(await stepMs(DAY)).toBe(HOUR);
      expect(await stepMs(7 * DAY)).toBe(6 * HOUR);
      expect(await stepMs(90 * DAY)).toBe(DAY);
      const refusal = async (query: object) => {
        const error: unknown = await h.engine.history(query).catch((refused: unknown) => refused);
        return error instanceof Error ? error.message : undefined;
      };
      expect(await refusal({ from: T0 - 90 * DAY, step: '1h' })).toBe(
        'step: This range has more than 1,000 steps. Use a step of at least "3h", or a shorter range.',
      );
      expect(await refusal({ from: T0 - 2 * DAY, step: '5m' })).toContain('at most 24 hours');
      for (const step of ['90m', '30s', 'often'])
        expect(await refusal({ step })).toContain(`whole minutes below an hour such as "5m"; got "${step}"`);
      expect(await refusal({ from: T0 + 1 })).toContain('`from` must be before `to`');
    });

    it('survives a restart, and so do the minutes of the last hour', async () => {
      for (const n of [1, 9]) await runOnce(h, { n });
      h.clock.advance(10 * MINUTE);
      await runOnce(h, { n: 1 });
      h.clock.advance(1);
      const before = { history: await h.engine.history(), stats: await h.engine.stats() };
      const again = await h.again();
      expect(await again.history()).toEqual(before.history);
      const counted = ({ minutes }: typeof before.stats) =>
        minutes
          .filter(({ started, succeeded, failed }) => started + succeeded + failed > 0)
          .map(({ latenessP99Ms, ...counts }) => ({ ...counts, isLate: (latenessP99Ms ?? 100) > 1 }));
      const after = await again.stats();
      expect(after.minutes).toHaveLength(60);
      expect(counted(after)).toEqual(counted(before.stats));
      expect(counted(after)).toMatchObject([
        { minute: T0 + 10 * MINUTE, started: 1, succeeded: 1, failed: 0 },
        { minute: T0, started: 2, succeeded: 1, failed: 1 },
      ]);
      // What this node does is added to the minute in which it started.
      await again.trigger('job', { payload: { n: 1 } });
      await again.tick();
      await again.tick();
      expect((await again.stats()).minutes[0]).toMatchObject({ started: 2, succeeded: 2 });
      h.clock.advance(2 * HOUR);
      expect(counted(await again.stats())).toEqual([]);
    });
  });
}
