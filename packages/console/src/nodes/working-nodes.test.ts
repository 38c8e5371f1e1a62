import { expect, test } from 'vitest';
import { areAllDrained, isLastWorking } from './working-nodes.ts';

const drain = { since: '2026-01-01T00:00:00.000Z', by: 'user:1' };
const node = (name: string, draining: typeof drain | null = null, places = 10) => ({
  node: name,
  places,
  draining,
});

test('no run starts once all nodes with places are drained', () => {
  expect(areAllDrained([node('a', drain), node('b', drain)])).toBe(true);
  expect(areAllDrained([node('a', drain), node('b')])).toBe(false);
});

test('a node without places runs no jobs, so it counts neither as working nor as drained', () => {
  expect(areAllDrained([node('a', drain), node('api', null, 0)])).toBe(true);
  expect(areAllDrained([node('api', null, 0)])).toBe(false);
  expect(areAllDrained([])).toBe(false);
});

test('the last working node is the one whose drain would stop all runs', () => {
  const nodes = [node('a'), node('b', drain), node('api', null, 0)];
  expect(nodes.map((one) => isLastWorking(one, nodes))).toEqual([true, false, false]);
});
