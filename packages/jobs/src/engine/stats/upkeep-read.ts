import type { Clock } from '../../core/clock.ts';
import type { DatabaseUpkeep } from '../../core/store/database-upkeep.ts';
import type { JobStore } from '../../core/store/store.ts';
import { PacedRead } from './paced-read.ts';

const EVERY_MS = 60_000;
/** After a failed reading. */
const RETRY_MS = 30_000;
/** Readings that fail slowly, as with a timeout, take at most one part in this many of the time. */
const SHARE = 20;

/**
 * Reads the upkeep of the database at most once a minute. If the server refuses to answer, as its system views
 * may be closed, the earlier reading stays. Undefined: there is none. Counts must not fail because of that.
 */
export function createUpkeepRead({
  store,
  clock,
}: {
  readonly store: Pick<JobStore, 'readUpkeep'>;
  readonly clock: Clock;
}): () => Promise<DatabaseUpkeep | undefined> {
  let last: DatabaseUpkeep | undefined;
  let retryAt = 0;
  const read = async () => {
    const begunAt = clock.monotonic();
    try {
      last = await store.readUpkeep?.();
    } catch (error) {
      const failedAt = clock.monotonic();
      retryAt = failedAt + Math.max(RETRY_MS, (failedAt - begunAt) * SHARE);
      throw error;
    }
    return last;
  };
  const paced = new PacedRead(clock, read, EVERY_MS);
  return async () => (clock.monotonic() < retryAt ? last : paced.read().catch(() => last));
}
