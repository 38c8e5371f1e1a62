import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

describe('turns', () => {
  /** Work that goes on until it is let go, and what has begun so far. */
  function turnsOf(max: number) {
    const turns = createTurns(max);
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const ask = (name: string, target: string, isAlone?: boolean) =>
      turns.take(
        target,
        () =>
          new Promise<void>((resolve) => {
            begun.push(name);
            ends.set(name, resolve);
          }),
        isAlone,
      );
    const end = async (name: string) => {
      ends.get(name)?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { ask, begun, end };
  }

  it('leaves one free for other targets', async () => {
    const { ask, begun, end } = turnsOf(3);
    for (const name of ['a1', 'a2', 'a3']) void ask(name, 'a');
    void ask('b1', 'b');
    void ask('c1', 'c');
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    await end('b1');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1']);
    await end('a2');
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('what goes alone is begun in the order of asking, beside no other on its target', async () => {
    const { ask, begun, end } = turnsOf(3);
    void ask('a1', 'a', true);
    void ask('a2', 'a', true);
    void ask('a3', 'a');
    void ask('b1', 'b');
    expect(begun).toEqual(['a1', 'b1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b1', 'a2']);
    await end('a2');
    expect(begun).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  it('nobody passes what waits to go alone on the same target', async () => {
    const { ask, begun, end } = turnsOf(4);
    void ask('a1', 'a');
    void ask('edit', 'a', true);
    void ask('a2', 'a');
    void ask('a3', 'a');
    expect(begun).toEqual(['a1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'edit']);
    await end('edit');
    expect(begun).toEqual(['a1', 'edit', 'a2', 'a3']);
  });

  it('with one turn, all go one after the other', async () => {
    const { ask, begun, end } = turnsOf(1);
    void ask('a1', 'a', true);
    void ask('b1', 'b');
    expect(begun).toEqual(['a1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b1']);
  });
});
