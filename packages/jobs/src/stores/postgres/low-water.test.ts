import { beforeEach, describe, expect, it } from 'vitest';
import { createLowWater, earlierOf, type Look, type LowWater, type Seen } from './low-water.ts';

const SLOW: Seen = { tookMs: 40 };
const QUICK: Seen = { tookMs: 0.5 };
const START = -8_640_000_000_000_000;

describe('a low-water mark', () => {
  let time: number;
  let mark: LowWater;
  /** What the server sees from the start on, and how often it was asked. */
  let fromStart: Seen | undefined;
  let asked: number;
  beforeEach(() => {
    time = 0;
    asked = 0;
    fromStart = SLOW;
    mark = createLowWater(() => time);
  });
  const look = async (now: number): Promise<Look> => {
    const begun = mark.look(now, async (from) => {
      expect(from).toBe(START);
      asked += 1;
      if (fromStart === undefined) throw new Error('away');
      return fromStart;
    });
    // What it asks beside itself is answered.
    await Promise.resolve();
    return begun;
  };
  /** A look from the start that was slow, and one from then on, at 10,000. */
  const becomeSlow = async (reached: number | undefined = 10_000, seen = QUICK) => {
    (await look(10_000)).done(reached, SLOW);
    (await look(10_000)).done(reached, seen);
    expect(asked).toBe(1);
  };

  it('is none while looks are quick: each begins at the start', async () => {
    for (const now of [10_000, 11_000]) {
      const one = await look(now);
      expect(one).toMatchObject({ from: START });
      expect(one).not.toHaveProperty('againAt');
      one.done(now, { tookMs: 3.9 });
    }
    expect(asked).toBe(0);
  });

  it('is none after one slow look, if the next one from the start is quick', async () => {
    (await look(10_000)).done(10_000, SLOW);
    fromStart = QUICK;
    expect((await look(10_010)).from).toBe(9_500);
    expect(asked).toBe(1);
    expect((await look(10_020)).from).toBe(START);
    expect(await look(10_020)).not.toHaveProperty('againAt');
    expect(asked).toBe(1);
  });

  it('is where looks have come to, less what may be written late; and another look is asked for', async () => {
    await becomeSlow();
    time = 100;
    // 40 ms may be taken each two seconds.
    expect(await look(10_100)).toMatchObject({ from: 9_500, againAt: 10_100 + 1_900 });
    (await look(10_100)).done(10_100, QUICK);
    expect((await look(10_110)).from).toBe(9_600);
    expect(asked).toBe(1);
  });

  it('is where one came to that took all it could, for a moment', async () => {
    (await look(10_000)).done(2_000, undefined);
    time = 60;
    expect(await look(10_060)).toMatchObject({ from: 2_000, againAt: 10_100 });
    (await look(10_060)).done(3_000, undefined);
    mark.rewind([2_500]);
    time = 99;
    expect((await look(10_099)).from).toBe(2_500);
    time = 100;
    expect((await look(10_100)).from).toBe(START);
    expect(asked).toBe(0);
  });

  it('does not pass what was reached, nor what was seen and not taken', async () => {
    await becomeSlow(7_000);
    expect((await look(10_010)).from).toBe(7_000);
    (await look(10_010)).done(10_010, { ...QUICK, earliest: 6_000 });
    expect((await look(10_020)).from).toBe(6_000);
    (await look(10_020)).done(undefined, QUICK);
    expect((await look(10_030)).from).toBe(6_000);
  });

  it('is set back to the earliest from the start, when there is time for that', async () => {
    await becomeSlow();
    time = 1_999;
    await look(11_999);
    expect(asked).toBe(1);
    fromStart = { tookMs: 500, earliest: 3_000 };
    time = 2_000;
    await look(12_000);
    expect(asked).toBe(2);
    // Five seconds after that at the latest.
    expect(await look(12_000)).toMatchObject({ from: 3_000, againAt: 17_000 });
    expect(asked).toBe(2);
  });

  it('stays where it is when nobody can tell; that is asked again', async () => {
    (await look(10_000)).done(10_000, SLOW);
    fromStart = undefined;
    expect(await look(10_000)).toMatchObject({ from: 9_500 });
    time = 4_999;
    expect(await look(14_999)).toMatchObject({ from: 9_500, againAt: 15_000 });
    expect(asked).toBe(1);
    time = 5_000;
    await look(15_000);
    expect(asked).toBe(2);
  });

  it('is set back by what is made due before it, for as long as that may take to be written', async () => {
    await becomeSlow();
    time = 100;
    mark.rewind([4_000, 5_000]);
    time = 650;
    mark.rewind([8_000]);
    expect((await look(10_650)).from).toBe(4_000);
    time = 1_100;
    expect((await look(11_100)).from).toBe(8_000);
    mark.rewind([]);
    time = 1_650;
    expect((await look(11_650)).from).toBe(9_500);
  });
});

describe('the earlier of two instants', () => {
  it.each([
    [1, 2, 1],
    [2, 1, 1],
    [undefined, 1, 1],
    [1, undefined, 1],
    [undefined, undefined, undefined],
  ])('of %s and %s is %s', (one, other, earlier) => expect(earlierOf(one, other)).toBe(earlier));
});
