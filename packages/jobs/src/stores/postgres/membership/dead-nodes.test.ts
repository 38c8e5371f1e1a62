import { describe, expect, it } from 'vitest';
import { deadAmong, type Seen, type SeenNode } from './dead-nodes.ts';

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

// Promises P9, lost nodes; P17, clock.
describe('dead nodes', () => {
  it('include a node with an expired lease and no new heartbeat, even if its lock is held', () => {
    const seen: Seen = new Map();
    expect(deadAmong([node()], seen, at(0))).toEqual([]);
    expect(deadAmong([node({ isExpired: true })], seen, at(7_001))).toEqual([{ id: 'a', beatAt: 100 }]);
  });

  it('do not include a node whose lease ended by a clock jump of the server, before its next heartbeat', () => {
    const seen: Seen = new Map();
    deadAmong([node()], seen, at(0));
    expect(deadAmong([node({ isExpired: true })], seen, at(500))).toEqual([]);
    expect(deadAmong([node({ isExpired: true })], seen, at(5_000))).toEqual([]);
    expect(deadAmong([node({ beatAt: 3_600_100 })], seen, at(5_500))).toEqual([]);
  });

  it('are found again until they are removed, because the node that recovers their runs may fail', () => {
    const seen: Seen = new Map();
    deadAmong([node(FREE)], seen, at(0));
    for (const again of [600, 1_100]) expect(deadAmong([node(FREE)], seen, at(again))).toHaveLength(1);
    deadAmong([], seen, at(1_600));
    expect(seen.size).toBe(0);
  });

  it('include a node whose lock was free in two looks at least 500 ms apart', () => {
    const seen: Seen = new Map();
    expect(deadAmong([node(FREE)], seen, at(0))).toEqual([]);
    expect(deadAmong([node(FREE)], seen, at(500))).toEqual([]);
    expect(deadAmong([node(FREE)], seen, at(501))).toEqual([{ id: 'a', beatAt: 100 }]);
  });

  it('do not include a node that sent a heartbeat or held its lock between the two looks', () => {
    const seen: Seen = new Map();
    deadAmong([node(FREE)], seen, at(0));
    expect(deadAmong([node({ ...FREE, beatAt: 101 })], seen, at(600))).toEqual([]);
    deadAmong([node({ beatAt: 101 })], seen, at(900));
    expect(deadAmong([node({ ...FREE, beatAt: 101 })], seen, at(1_200))).toEqual([]);
  });

  it('the 500 ms start at the answer to the first look: its snapshot may be that new', () => {
    const seen: Seen = new Map();
    deadAmong([node(FREE)], seen, at(0, 400));
    expect(deadAmong([node(FREE)], seen, at(899))).toEqual([]);
    expect(deadAmong([node(FREE)], seen, at(900))).toHaveLength(1);
  });
});
