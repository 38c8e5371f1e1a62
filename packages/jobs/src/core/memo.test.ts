import { describe, expect, it } from 'vitest';
import { createMemo } from './memo.ts';

function counted(capacity: number) {
  const made: string[] = [];
  const memo = createMemo(capacity, (key) => {
    made.push(key);
    return { key };
  });
  return { made, memo };
}

describe('a memo', () => {
  it('makes a value once and gives the same one again', () => {
    const { made, memo } = counted(2);
    expect(memo('a')).toBe(memo('a'));
    expect(memo('b')).toEqual({ key: 'b' });
    expect(memo('a')).toEqual({ key: 'a' });
    expect(made).toEqual(['a', 'b']);
  });

  it('forgets the least recently used value past its capacity', () => {
    const { made, memo } = counted(2);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) memo(key);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });

  it('remembers nothing of a failure', () => {
    let calls = 0;
    const memo = createMemo(2, () => {
      calls += 1;
      if (calls === 1) throw new Error('no');
      return calls;
    });
    expect(() => memo('a')).toThrow('no');
    expect(memo('a')).toBe(2);
  });
});
