import { describe, expect, it } from 'vitest';
import { deadAmong, type SeenFree, type SeenNode } from './look.ts';

const node = (more: Partial<SeenNode> = {}): SeenNode => ({
  id: 'a',
  beatAt: 100,
  isExpired: false,
  isFree: false,
  isWatching: false,
  types: {},
  ...more,
});
const at = (sentAt: number, took = 1) => ({ sentAt, answeredAt: sentAt + took });
const FREE = { isFree: true };

describe('P9, section 7: who is dead', () => {
  it('one whose lease is over, though its lock is held', () => {
    expect(deadAmong([node({ isExpired: true })], new Map(), at(0))).toEqual([{ id: 'a', beatAt: 100 }]);
  });

  it('one whose lock was free in two looks at least 500 ms apart', () => {
    const seen: SeenFree = new Map();
    expect(deadAmong([node(FREE)], seen, at(0))).toEqual([]);
    expect(deadAmong([node(FREE)], seen, at(500))).toEqual([]);
    expect(deadAmong([node(FREE)], seen, at(501))).toEqual([{ id: 'a', beatAt: 100 }]);
  });

  it('not one that was heard of in between, nor one whose lock was held in between', () => {
    const seen: SeenFree = new Map();
    deadAmong([node(FREE)], seen, at(0));
    expect(deadAmong([node({ ...FREE, beatAt: 101 })], seen, at(600))).toEqual([]);
    deadAmong([node({ beatAt: 101 })], seen, at(900));
    expect(deadAmong([node({ ...FREE, beatAt: 101 })], seen, at(1_200))).toEqual([]);
  });

  it('time is counted from when the first answer was there: what it saw may be as new as that', () => {
    const seen: SeenFree = new Map();
    deadAmong([node(FREE)], seen, at(0, 400));
    expect(deadAmong([node(FREE)], seen, at(899))).toEqual([]);
    expect(deadAmong([node(FREE)], seen, at(900))).toHaveLength(1);
  });
});
