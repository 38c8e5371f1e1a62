/** The most rows for one hour and status. */
export const SHARDS = 64;
const EACH_MS = 100;

/**
 * The shard to count in. It depends only on `now`, so one transaction uses one shard. A snapshot keeps old
 * versions of a row, and each count reads past them. Then (`inTurn`), the shard changes every 100 ms,
 * starting from `own`.
 */
export function shardAt(
  now: number,
  { own, inTurn }: { readonly own: number; readonly inTurn: boolean },
): number {
  return inTurn ? (own + Math.floor(now / EACH_MS)) % SHARDS : own;
}
