import { beforeEach, describe, expect, it } from 'vitest';
import { DueIndexFloor, earlierOf, type Look, type Seen, START } from './due-index-floor.ts';

const SLOW: Seen = { tookMs: 40 };
const QUICK: Seen = { tookMs: 0.5 };

describe('the due-index floor', () => {
  let time: number;
  let floor: DueIndexFloor;
  /** What a look from the start sees, and how many such looks were made. */
  let fromStart: Promise<Seen> | Seen;
  let asked: number;
  beforeEach(() => {
    time = 0;
    asked = 0;
    fromStart = SLOW;
    floor = new DueIndexFloor({ monotonic: () => time });
  });
  const look = (now: number): Promise<Look> =>
    floor.look(now, async (from) => {
      expect(from).toBe(START);
      asked += 1;
      return fromStart;
    });
  /** Three slow looks from the start, and then one from the floor, at 10,000. */
  const becomeSlow = async (reached: number | undefined = 10_000) => {
    for (let n = 0; n < 3; n++) (await look(10_000)).done(reached, SLOW);
    (await look(10_000)).done(reached, QUICK);
    expect(asked).toBe(1);
  };

  it('is not used while looks are quick: each look starts at the beginning of the index', async () => {
    for (const now of [10_000, 11_000]) {
      const one = await look(now);
      expect(one).toMatchObject({ from: START });
      expect(one).not.toHaveProperty('againAt');
      one.done(now, { tookMs: 0.9 });
    }
    expect(asked).toBe(0);
  });

  it('is not used before three looks in a row were slow', async () => {
    for (const seen of [SLOW, SLOW, QUICK, SLOW, SLOW]) (await look(10_000)).done(10_000, seen);
    const next = await look(10_010);
    expect(next.from).toBe(START);
    expect(next).not.toHaveProperty('againAt');
    expect(asked).toBe(0);
  });

  it('also uses the durations that other statements have measured', async () => {
    for (let n = 0; n < 3; n++) floor.noteDuration(40);
    expect(floor.isSlow).toBe(true);
    await look(10_000);
    expect(asked).toBe(1);
    floor.noteDuration(0.5);
    expect(floor.isSlow).toBe(false);
  });

  it('is no longer used when a look from the start is quick', async () => {
    await becomeSlow();
    time = 2_000;
    fromStart = QUICK;
    expect((await look(12_000)).from).toBe(START);
    expect(asked).toBe(2);
    expect(await look(12_010)).not.toHaveProperty('againAt');
    expect(asked).toBe(2);
  });

  it('is what the last look reached, less the time for late commits; and another look is requested', async () => {
    await becomeSlow();
    time = 100;
    // Slow looks may take 40 ms of each two seconds.
    expect(await look(10_100)).toMatchObject({ from: 9_500, againAt: 10_100 + 1_900 });
    (await look(10_100)).done(10_100, QUICK);
    expect((await look(10_110)).from).toBe(9_600);
    expect(asked).toBe(1);
  });

  it('is never after what a look reached, or after a due run that was left', async () => {
    await becomeSlow(7_000);
    expect((await look(10_010)).from).toBe(7_000);
    (await look(10_010)).done(10_010, { ...QUICK, earliest: 6_000 });
    expect((await look(10_020)).from).toBe(6_000);
    (await look(10_020)).done(undefined, QUICK);
    expect((await look(10_030)).from).toBe(6_000);
    (await look(10_030)).done(undefined, { ...QUICK, earliest: 5_000 });
    expect((await look(10_040)).from).toBe(5_000);
  });

  it('moves back to the earliest due time of the index, when there is time for a slow look', async () => {
    await becomeSlow();
    time = 1_999;
    await look(11_999);
    expect(asked).toBe(1);
    fromStart = { tookMs: 200, earliest: 3_000 };
    time = 2_000;
    // A look takes 40 ms.
    const one = await look(12_000);
    expect(one).toMatchObject({ from: 3_000, againAt: 14_000 });
    expect(asked).toBe(2);
    one.done(12_000, QUICK);
    expect((await look(12_010)).from).toBe(11_500);
  });

  it.each([
    [200, 5_000],
    [900, 9_000],
  ])('is left for longer when a look from the start takes %d ms', async (tookMs, againMs) => {
    fromStart = { tookMs };
    for (let n = 0; n < 3; n++) (await look(10_000)).done(10_000, fromStart);
    expect(await look(10_000)).toMatchObject({ againAt: 10_000 + againMs });
  });

  // Promise P18, bounds.
  it('makes an idle node wait, although the next look could come sooner', async () => {
    fromStart = { tookMs: 2 };
    for (let n = 0; n < 3; n++) (await look(10_000)).done(10_000, fromStart);
    expect(await look(10_000)).toMatchObject({ againAt: 10_000 + 500 });
    time = 100;
    await look(10_100);
    expect(asked).toBe(2);
  });

  it('one of several looks starts at the beginning, and the others respect what it found', async () => {
    await becomeSlow();
    time = 2_000;
    const answer = Promise.withResolvers<Seen>();
    fromStart = answer.promise;
    const asking = look(12_000);
    const beside = await look(12_000);
    expect(asked).toBe(2);
    answer.resolve({ ...SLOW, earliest: 3_000 });
    expect((await asking).from).toBe(3_000);
    beside.done(12_000, QUICK);
    expect((await look(12_010)).from).toBe(3_000);
  });

  it('moves back for an earlier due run, and an older look does not move it forward again', async () => {
    await becomeSlow();
    const begun = await look(10_100);
    floor.rewind([9_700, 4_000]);
    begun.done(10_100, QUICK);
    const next = await look(10_110);
    expect(next.from).toBe(4_000);
    floor.rewind([]);
    floor.rewind([5_000]);
    next.done(10_110, QUICK);
    // The earliest of the runs that became due meanwhile.
    expect((await look(10_120)).from).toBe(5_000);
    (await look(10_120)).done(10_120, QUICK);
    expect((await look(10_130)).from).toBe(9_620);
  });

  it('does not move for a look whose transaction failed', async () => {
    await becomeSlow(7_000);
    await look(10_010);
    expect((await look(10_020)).from).toBe(7_000);
  });

  it('measures the duration of a look once a second', async () => {
    const first = await look(10_000);
    expect(first.mustSee).toBe(true);
    first.done(10_000, QUICK);
    time = 999;
    const second = await look(10_999);
    expect(second.mustSee).toBe(false);
    second.done(10_999, undefined);
    time = 1_000;
    expect((await look(11_000)).mustSee).toBe(true);
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
