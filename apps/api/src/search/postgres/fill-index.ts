import type { Transaction } from 'kysely';
import { newId } from '../../db/ids.ts';
import type { Database } from '../../db/schema.ts';
import { postgresTables } from './postgres-tables.ts';

const BATCH = 1_000;

/**
 * Builds the index of all listings in the caller's transaction, for listings that did not come through the
 * API. Searches find them after the commit. Calls `indexed` with the number of each batch.
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
