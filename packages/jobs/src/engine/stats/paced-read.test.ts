import { describe, expect, it } from 'vitest';
import { emptyHealthCounts } from '../../core/watching/health.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { type CountHealthDeps, countHealth } from './count-health.ts';
import { PacedRead } from './paced-read.ts';

const SECOND = 1_000;

/** A store that counts `parts` one after the other, and each in `takesMs`. */
function setUp({ parts = [1], takesMs = 0 }: { parts?: readonly number[]; takesMs?: number } = {}) {
  const clock = createFakeClock(0);
  const asked: (string | undefined)[] = [];
  let fails = false;
  let answers: Promise<void> | undefined;
  const store: CountHealthDeps['store'] = {
    async countHealth({ after }) {
      asked.push(after);
      if (fails) throw new Error('away');
      clock.advance(takesMs);
      await answers;
      const part = Number(after ?? 0);
      const counts = { ...emptyHealthCounts(), ok: parts[part] ?? 0 };
      return part + 1 < parts.length ? { counts, next: String(part + 1) } : { counts };
    },
  };
  const counter = new PacedRead(clock, () =>
    countHealth({ store, node: { liveTypes: {} }, pauseState: { lateFrom: undefined } }),
  );
  const fail = (does: boolean) => {
    fails = does;
  };
  const hold = (until: Promise<void>) => {
    answers = until;
  };
  return { clock, counter, asked, fail, hold };
}

describe('jobs by health', () => {
  it('are counted part by part, to the end', async () => {
    const { counter, asked } = setUp({ parts: [3, 4, 5] });
    expect(await counter.read()).toEqual({ ...emptyHealthCounts(), ok: 12 });
    expect(asked).toEqual([undefined, '1', '2']);
  });

  it('are counted once in 15 seconds, however often they are asked for', async () => {
    const { clock, counter, asked } = setUp();
    await Promise.all([counter.read(), counter.read()]);
    clock.advance(14 * SECOND);
    await counter.read();
    expect(asked).toHaveLength(1);
    clock.advance(SECOND);
    await counter.read();
    expect(asked).toHaveLength(2);
  });

  it('are counted less often where that takes long', async () => {
    const { clock, counter, asked } = setUp({ takesMs: 2 * SECOND });
    await counter.read();
    clock.advance(37 * SECOND);
    await counter.read();
    expect(asked).toHaveLength(1);
    clock.advance(SECOND);
    await counter.read();
    expect(asked).toHaveLength(2);
  });

  it('keep the previous counts while counting takes long, and counting still completes', async () => {
    const { clock, counter, asked, hold } = setUp({ parts: [1, 1] });
    const before = await counter.read();
    clock.advance(15 * SECOND);
    const answer = Promise.withResolvers<void>();
    hold(answer.promise);
    const reading = Promise.all([counter.read(), counter.read()]);
    clock.advance(SECOND);
    expect(await reading).toEqual([before, before]);
    const next = counter.read();
    answer.resolve();
    expect(await next).toEqual(before);
    expect(asked).toHaveLength(4);
  });

  it('are asked for again at once after the store failed', async () => {
    const { counter, fail } = setUp();
    fail(true);
    await expect(counter.read()).rejects.toThrow('away');
    fail(false);
    expect(await counter.read()).toMatchObject({ ok: 1 });
  });
});
