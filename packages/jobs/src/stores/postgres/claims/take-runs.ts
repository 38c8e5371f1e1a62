import type { RunTrigger } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { ClaimedRun } from '../../../core/store/store-passes.ts';
import { indexOfJob } from '../../../core/transactions/claim.ts';
import type { ClaimRoom, JobIndexes } from '../../../core/transactions/tables/tables.ts';
import { START_ORDER } from '../../rows/queue-key.ts';
import { KEYS_KNOWN } from '../rows/type-keys.ts';
import { isAlive } from '../shortcuts/make-claimed.ts';
import type { Unit } from '../tables/unit.ts';
import { FREE, lockSuspects, ONE_CLAIMED, UNCLAIMED_SLOT, WAITING_SUSPECT } from './priority-claims.ts';

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

type Column<Value = number> = readonly Value[] | null;
type ById<Value> = Readonly<Record<string, Value>>;
/** A row of {@link CLAIM}. One array for each column costs far less than one row for each run. */
type TakenRow = readonly [
  found: number,
  /** The first `started` runs start at once. The others are prefetched. */
  started: number,
  ids: Column,
  fences: Column,
  jobUids: Column,
  failures: Column,
  availableAts: Column,
  catchUps: Column,
  missed: Column,
  slots: Column<number | null>,
  /** By run id. Only runs with such a value have an entry. */
  payloads: ById<string> | null,
  traces: ById<string> | null,
  expiresAts: ById<number> | null,
  /** Only those that are not the `usualTrigger`. */
  triggers: ById<RunTrigger> | null,
  hasQueues: boolean | null,
];

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
  const row = (await q.arrays(CLAIM[which], params))[0] as TakenRow;
  return {
    found: row[0],
    runs: claimedRunsIn(row, jobs, which === 'slots'),
    hasQueues: row.at(-1) === true,
  };
}

function claimedRunsIn(row: TakenRow, jobs: JobIndexes, hasPriority: boolean): readonly ClaimedRun[] {
  const [, started, ids, fences, jobUids, failures, availableAts, catchUps, missed, slots, ...rare] = row;
  const [payloads, traces, expiresAts, triggers] = rare;
  return (ids ?? []).map((id, n) => {
    const claimed: Mutable<ClaimedRun> = {
      id: String(id),
      job: indexOfJob(jobs, at(jobUids, n)),
      fence: at(fences, n),
      attempt: at(failures, n) + 1,
      availableAt: at(availableAts, n),
      started: n < started,
      catchUp: at(catchUps, n) !== 0,
      missed: at(missed, n),
    };
    const scheduledFor = at(slots, n);
    if (scheduledFor !== null) claimed.scheduledFor = scheduledFor;
    const payload = payloads?.[claimed.id];
    if (payload !== undefined) claimed.payload = payload;
    const trace = traces?.[claimed.id];
    if (trace !== undefined) claimed.trace = trace;
    const expiresAt = expiresAts?.[claimed.id];
    if (expiresAt !== undefined) claimed.expiresAt = expiresAt;
    const trigger = triggers?.[claimed.id];
    if (trigger !== undefined) claimed.trigger = trigger;
    if (hasPriority) claimed.hasPriority = true;
    return claimed;
  });
}

function at<Value>(column: Column<Value>, n: number): Value {
  const value = column?.[n];
  if (value === undefined) throw new Error('a column of the claim is too short');
  return value;
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
/** Whether the trigger is not the `usualTrigger`. Retries by hand are manual, also those of slots. */
const IS_UNUSUAL = `CASE WHEN retry_of IS NULL THEN trigger = 'chain' ELSE scheduled_for IS NOT NULL END`;
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
  SELECT (SELECT count(*) FROM due), count(*) FILTER (WHERE status = 'running'), array_agg(id), array_agg(fence),
    array_agg(job_uid), array_agg(failures), array_agg(available_at), array_agg(catch_up::integer::bigint), array_agg(missed),
    array_agg(scheduled_for), json_object_agg(id, payload) FILTER (WHERE payload IS NOT NULL),
    json_object_agg(id, trace) FILTER (WHERE trace IS NOT NULL),
    json_object_agg(id, expires_at) FILTER (WHERE expires_at IS NOT NULL),
    json_object_agg(id, CASE WHEN retry_of IS NULL THEN trigger ELSE 'manual' END) FILTER (WHERE ${IS_UNUSUAL}),
    (SELECT bool_or(known.key < 0) FROM (${KEYS_KNOWN}) AS known)
  FROM (SELECT * FROM taken ORDER BY started_at, ${order}, id) AS taken`;
const CLAIM: Readonly<Record<ClaimRoom['which'], string>> = {
  due: claimOf(`${FREE_OF_TYPE} AND available_at >= $9::bigint`),
  slots: claimOf(`${UNCLAIMED_SLOT} AND available_at >= $9::bigint`),
  // `$9` has no effect here, but a parameter that a statement does not use has no type.
  suspect: claimOf(`${WAITING_SUSPECT} AND $9::bigint IS NOT NULL AND NOT ${ONE_CLAIMED}`, 'available_at'),
};
