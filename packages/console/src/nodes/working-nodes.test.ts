import { expect, test } from 'vitest';
import { isEmpty, isLastWorking, whyNoneWorks } from './working-nodes.ts';

const drain = { since: '2026-01-01T00:00:00.000Z', by: 'user:1' };
const node = (name: string, more = {}) => ({
  node: name,
  places: 10,
  draining: null,
  health: 'ok' as const,
  ...more,
});
const drained = (name: string) => node(name, { draining: drain, health: 'draining' });
const api = node('api', { places: 0 });

test('no run starts once all nodes with places are drained', () => {
  expect(whyNoneWorks([drained('a'), drained('b')])).toBe('drained');
  expect(whyNoneWorks([drained('a'), node('b')])).toBeUndefined();
});

test('a node without places runs no jobs, so it counts neither as working nor as drained', () => {
  expect(whyNoneWorks([drained('a'), api])).toBe('drained');
  expect(whyNoneWorks([api])).toBeUndefined();
  expect(whyNoneWorks([])).toBeUndefined();
});

test('a node that is not healthy does not work for those that are drained', () => {
  const failing = node('b', { health: 'failing' });
  expect(whyNoneWorks([drained('a'), failing])).toBe('unhealthy');
  // A drain has nothing to do with it.
  expect(whyNoneWorks([failing])).toBeUndefined();
  expect(isLastWorking(node('a'), [node('a'), failing])).toBe(true);
});

test('the last working node is the one whose drain would stop all runs', () => {
  const nodes = [node('a'), drained('b'), api];
  expect(nodes.map((one) => isLastWorking(one, nodes))).toEqual([true, false, false]);
});

test('a drained node is empty once it has no run to run, to start or to write', () => {
  expect(isEmpty({ busy: 0, buffered: 0, health: 'draining' })).toBe(true);
  expect(isEmpty({ busy: 0, buffered: 2, health: 'draining' })).toBe(false);
  expect(isEmpty({ busy: 0, buffered: 0, health: 'failing' })).toBe(false);
});
