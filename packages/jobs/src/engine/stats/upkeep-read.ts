import type { Clock } from '../../core/clock.ts';
import type { DatabaseUpkeep } from '../../core/store/database-upkeep.ts';
import type { JobStore } from '../../core/store/store.ts';
import { PacedRead } from './paced-read.ts';

const EVERY_MS = 60_000;

/**
 * Reads the upkeep of the database at most once a minute. Undefined: the store has none, or the server refused
 * to answer, as its system views may be closed. Counts must not fail because of that.
 */
export function createUpkeepRead({
  store,
  clock,
}: {
  readonly store: Pick<JobStore, 'readUpkeep'>;
  readonly clock: Clock;
}): () => Promise<DatabaseUpkeep | undefined> {
  const paced = new PacedRead(clock, async () => store.readUpkeep?.().catch(() => undefined), EVERY_MS);
  return () => paced.read();
}
