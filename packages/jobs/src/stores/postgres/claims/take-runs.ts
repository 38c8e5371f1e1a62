import type { ClaimedRun } from '../../../core/store/store-passes.ts';
import type { ClaimRoom, JobIndexes } from '../../../core/transactions/tables/tables.ts';
import { START_ORDER } from '../../rows/queue-key.ts';
import { KEYS_KNOWN } from '../rows/type-keys.ts';
import { isAlive } from '../shortcuts/make-claimed.ts';
import type { Unit } from '../tables/unit.ts';
import { FREE, lockSuspects, ONE_CLAIMED, UNCLAIMED_SLOT, WAITING_SUSPECT } from './priority-claims.ts';
import { claimedRunsIn, TAKEN_COLUMNS, type TakenColumns } from './taken-columns.ts';

/** The settings of a claim. */
export interface How {
  /** The parameter of {@link KEYS_KNOWN}. */
  readonly versions: string;
  readonly hasJoined: boolean;
  /** The claim skips runs that were due before this instant. */
  readonly from: number;
}

/** The runs that a claim took, in the order in which they start. */
export interface Taken {
  /** How many runs were due and unlocked. */
  readonly found: number;
  readonly runs: readonly ClaimedRun[];
  /** Some runs of the types may have a priority, so runs may be left that were due before those taken. */
  readonly hasQueues: boolean;
}

/** A row of {@link CLAIM}. */
type TakenRow = readonly [found: number, hasQueues: boolean | null, ...TakenColumns];

/**
 * Takes due runs of one kind. With `due`, also runs that become due within moments, and no suspects. Takes a
 * suspect only if no other suspect is claimed (P9, lost nodes).
 */
export async function takeRuns(
  u: Unit,
  { which, places, prefetch, ahead = { ms: 0, runs: 0 } }: ClaimRoom,
  { node, versions, hasJoined, from, jobs }: How & { readonly node: string; readonly jobs: JobIndexes },
): Promise<Taken> {
  const { now, q } = u;
  if (which === 'suspect') {
    // Locks before the claim's statement takes its snapshot, which must contain the claims of the previous
    // lock holder.
    if (!(await lockSuspects(u))) return { found: 0, runs: [], hasQueues: false };
  }
  const limit = places + prefetch;
  const params = [versions, now, now + ahead.ms, places, limit, ahead.runs, node, hasJoined, from];
  const [found, hasQueues, ...taken] = (await q.arrays(CLAIM[which], params))[0] as TakenRow;
  return { found, runs: claimedRunsIn(taken, jobs, which === 'slots'), hasQueues: hasQueues === true };
}

const FREE_OF_TYPE = `type_key = known.key AND ${FREE}`;
/** The live runs that meet a condition. None if the node may not claim. */
const ofType = (
  condition: string,
  order = START_ORDER,
) => `SELECT ctid AS place, id, available_at, ${order} AS start_order, recoveries FROM greenvue_jobs.live_runs
      WHERE ${condition} AND (NOT $8::boolean OR EXISTS (SELECT FROM alive))`;
/** The due runs that meet a condition and start first. */
const dueOf = (
  condition: string,
  order: string,
) => `SELECT due.*, row_number() OVER (ORDER BY due.start_order, due.id) AS n
    FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      ${ofType(condition, order)} AND available_at <= $2::bigint
      ORDER BY available_at, id LIMIT $5::integer FOR UPDATE SKIP LOCKED) AS due
    ORDER BY n LIMIT $5::integer`;
const startsIn = (order: string) =>
  `available_at <= $2::bigint AND (${order}, id) <= (SELECT start_order, id FROM last_to_start)`;
/** Claims the runs, and counts the due ones. Finds the locked rows by `ctid`, which is faster than by id. */
const claimOf = (condition: string, order = START_ORDER) => `WITH alive AS MATERIALIZED (${isAlive('$7')}),
  due AS MATERIALIZED (${dueOf(condition, order)}),
  coming AS MATERIALIZED (
    SELECT coming.place FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
      ${ofType(FREE_OF_TYPE)} AND available_at > $2::bigint AND available_at <= $3::bigint AND recoveries = 0
      ORDER BY available_at, id LIMIT $6::integer FOR UPDATE SKIP LOCKED) AS coming
    ORDER BY coming.available_at, coming.id LIMIT $6::integer),
  last_to_start AS (SELECT start_order, id FROM due WHERE n <= $4::integer ORDER BY n DESC LIMIT 1),
  taken AS (
    UPDATE greenvue_jobs.live_runs SET node = $7, fence = nextval('greenvue_jobs.ids'),
      status = CASE WHEN ${startsIn(order)} THEN 'running' ELSE 'queued' END,
      started_at = CASE WHEN ${startsIn(order)} THEN $2::bigint END
    WHERE ctid = ANY(ARRAY(
      SELECT place FROM due WHERE n <= $4::integer OR recoveries = 0 UNION ALL SELECT place FROM coming))
    RETURNING *)
  SELECT (SELECT count(*) FROM due), (SELECT bool_or(known.key < 0) FROM (${KEYS_KNOWN}) AS known), ${TAKEN_COLUMNS}
  FROM (SELECT * FROM taken ORDER BY started_at, ${order}, id) AS taken`;
const CLAIM: Readonly<Record<ClaimRoom['which'], string>> = {
  due: claimOf(`${FREE_OF_TYPE} AND available_at >= $9::bigint`),
  slots: claimOf(`${UNCLAIMED_SLOT} AND available_at >= $9::bigint`),
  // `$9` has no effect here, but a parameter that a statement does not use has no type.
  suspect: claimOf(`${WAITING_SUSPECT} AND $9::bigint IS NOT NULL AND NOT ${ONE_CLAIMED}`, 'available_at'),
};
