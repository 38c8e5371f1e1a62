/** An hour and status is counted in so many rows at most. */
export const SHARDS = 64;
const EACH_MS = 100;

/**
 * The shard to count in, at the `now` of a transaction and so the same for all of it. A count leads through
 * the versions that counts have left of its row; while those can't go (`inTurn`), all shards are counted in
 * in turn, from one's `own` on.
 */
export function shardAt(
  now: number,
  { own, inTurn }: { readonly own: number; readonly inTurn: boolean },
): number {
  return inTurn ? (own + Math.floor(now / EACH_MS)) % SHARDS : own;
}
