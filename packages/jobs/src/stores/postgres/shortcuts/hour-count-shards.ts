/** The most rows for one hour and status. */
export const SHARDS = 64;
const EACH_MS = 100;

/**
 * The shard to count in. It depends only on `now`, so one transaction uses one shard. A snapshot keeps old
 * versions of a row, and each count reads past them. With `isRotating`, the shard changes every 100 ms.
 */
export function shardAt(
  now: number,
  { own, isRotating }: { readonly own: number; readonly isRotating: boolean },
): number {
  return isRotating ? (own + Math.floor(now / EACH_MS)) % SHARDS : own;
}
