import type { Transaction } from 'kysely';
import { newId } from '../../db/ids.ts';
import type { Database } from '../../db/schema.ts';
import { postgresTables } from './postgres-tables.ts';

const BATCH = 1_000;

/**
 * Builds the index out of all listings within the caller's transaction, so that searches find them once that
 * is committed: for listings that came into a PostgreSQL otherwise than through the API. `indexed` is told
 * how many, as they are.
 */
export async function fillIndex(
  trx: Transaction<Database>,
  indexed: (listings: number) => void,
): Promise<void> {
  const buildId = newId();
  await postgresTables.startBuild(trx, buildId);
  for (let after = 0, rows = BATCH; rows === BATCH; ) {
    const copied = await postgresTables.copyListings(trx, { buildId, after, size: BATCH });
    indexed(copied.rows);
    ({ rows, last: after } = copied);
  }
  await postgresTables.swapIn(trx, buildId);
  await postgresTables.endBuild(trx, buildId);
}
