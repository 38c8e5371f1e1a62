import { expect, it } from 'vitest';
import { SHARDS, shardAt } from './hour-count-shards.ts';

const T0 = Date.UTC(2026, 0, 1);

it('counts stay in one shard, and rotate through all shards while a snapshot keeps old row versions', () => {
  const shards = (isRotating: boolean, own: number) =>
    Array.from({ length: SHARDS * 10 }, (_, n) => shardAt(T0 + n * 10, { own, isRotating }));
  expect(new Set(shards(false, 63))).toEqual(new Set([63]));
  const rotated = shards(true, 63);
  expect(rotated.toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: SHARDS * 10 }, (_, n) => Math.floor(n / 10)),
  );
  // If each process counts in its own shard, processes do not share a shard.
  expect(shards(true, 62).some((shard, n) => shard === rotated[n])).toBe(false);
});
