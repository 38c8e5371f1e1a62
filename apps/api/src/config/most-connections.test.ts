import { expect, test } from 'vitest';
import { mostConnections } from './most-connections.ts';

test.each([
  [1_000_000, 10_000],
  [4_096, 3_840],
  [1_024, 768],
  [300, 150],
])('of %i descriptors, connections may take %i', (descriptors, connections) => {
  expect(mostConnections(descriptors)).toBe(connections);
});

test('with the limit of this process, some descriptors are left for its own files', () => {
  expect(mostConnections()).toBeGreaterThan(0);
  expect(mostConnections()).toBeLessThanOrEqual(10_000);
});
