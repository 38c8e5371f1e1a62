import { setImmediate as endOfTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { shareLookUps } from './coalesced-look-ups.ts';

describe('those who ask for the same key', () => {
  test('in one turn of the event loop share a look-up, which begins at its end', async () => {
    const { asked, answer, find } = lookUps();
    // As requests do, each in microtasks of its own.
    const all = Array.from({ length: 20 }, () => endOfTurn().then(() => find('a')));
    await turn();
    expect(asked).toEqual(['a']);
    answer('as it is');
    await turn();
    expect(asked).toEqual(['a']);
    expect(await Promise.all(all)).toEqual(Array.from({ length: 20 }, () => 'as it is'));
  });

  test('during a look-up share the next one, which tells what holds after they asked', async () => {
    const { asked, answer, find } = lookUps();
    const first = find('a');
    await turn();
    const others = Array.from({ length: 20 }, () => find('a'));
    await turn();
    expect(asked).toEqual(['a']);
    answer('as it was');
    expect(await first).toBe('as it was');
    await turn();
    expect(asked).toEqual(['a', 'a']);
    // They came while the second one was under way.
    const late = [find('a'), find('a')];
    answer('as it is');
    expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, () => 'as it is'));
    await turn();
    answer('as it is now');
    expect(await Promise.all(late)).toEqual(['as it is now', 'as it is now']);
    expect(asked).toHaveLength(3);
  });

  test('one after the other look it up each time', async () => {
    const { asked, answer, find } = lookUps();
    for (const found of ['one', 'two']) {
      const one = find('a');
      await turn();
      answer(found);
      expect(await one).toBe(found);
    }
    expect(asked).toHaveLength(2);
  });

  test('are not failed by a look-up that they came too late for', async () => {
    const { answer, find } = lookUps();
    const first = find('a');
    await turn();
    const next = find('a');
    answer(new Error('The database is away.'));
    await expect(first).rejects.toThrow('away');
    await turn();
    answer('back');
    expect(await next).toBe('back');
  });

  test('wait for nobody who asks for another one', async () => {
    const { asked, answer, find } = lookUps();
    const one = find('a');
    const other = find('b');
    await turn();
    expect(asked).toEqual(['a', 'b']);
    answer('of a');
    answer('of b');
    expect(await Promise.all([one, other])).toEqual(['of a', 'of b']);
  });
});

/** Look-ups that are answered, the oldest first, when they are told to. */
function lookUps() {
  const asked: string[] = [];
  const underWay: ((found: string | Error) => void)[] = [];
  const find = shareLookUps(
    (key) =>
      new Promise<string>((resolve, reject) => {
        asked.push(key);
        underWay.push((found) => (found instanceof Error ? reject(found) : resolve(found)));
      }),
  );
  return { asked, find, answer: (found: string | Error) => underWay.shift()?.(found) };
}

/** After it, what was to begin at the end of this turn has begun, and what that was to begin as well. */
async function turn(): Promise<void> {
  await endOfTurn();
  await endOfTurn();
}
