import { isExpired } from '../../../core/rules/expiry.ts';
import type { ClaimedRun } from '../../../core/store/store-passes.ts';
import { runToHandOver } from '../../../core/transactions/limits/choose-of-groups.ts';
import type { TakenOfGroups, TakeOfGroups } from '../../../core/transactions/limits/limit-tables.ts';
import type { JobIndexes } from '../../../core/transactions/tables/tables.ts';
import { startOrderOf } from '../../rows/queue-key.ts';
import { FREE, lockSuspects, ONE_CLAIMED, WAITING_SUSPECT_OF_GROUPS } from '../claims/priority-claims.ts';
import { claimedRunsIn, TAKEN_COLUMNS, type TakenColumns } from '../claims/taken-columns.ts';
import { columnsOf } from '../connection/queries.ts';
import type { Unit } from '../tables/unit.ts';

interface TakeInput {
  readonly node: string;
  readonly take: TakeOfGroups;
  readonly jobs: JobIndexes;
  /** Suspects wait in these groups. */
  readonly hasSuspects: boolean;
}

/**
 * A claim reads only a few runs of each group at first: a group may have thousands. It reads again this
 * often.
 */
const MOST_READS = 4;

/** Claims due runs of locked groups. A suspect goes first, if none is claimed (P9, lost nodes). */
export async function takeOfGroups(
  u: Unit,
  { node, take, jobs, hasSuspects }: TakeInput,
): Promise<TakenOfGroups> {
  const all: TakenRun[] = [];
  let left = take;
  const takeSome = async (sql: string, some: TakeOfGroups, reads: number) => {
    const { runs, isCut } = await takeRuns(u, sql, { node, jobs, take: some, reads });
    all.push(...runs);
    left = roomAfter(left, runs);
    return isCut;
  };
  if (hasSuspects && left.places > 0 && (await lockSuspects(u)))
    await takeSome(TAKE_SUSPECT, { ...left, places: 1, prefetch: 0 }, 1);
  let reads = Math.ceil((2 * (left.places + left.prefetch)) / take.groups.length);
  let isCut = true;
  for (let n = 0; n < MOST_READS && isCut; n += 1) {
    isCut = await takeSome(TAKE, left, reads);
    reads *= 4;
  }
  const taken = new Map<number, number>();
  for (const { key, takesRoom } of all) if (takesRoom) taken.set(key, (taken.get(key) ?? 0) + 1);
  return { runs: all.map(({ run }) => run), taken, isCut };
}

function roomAfter({ groups, places, prefetch }: TakeOfGroups, runs: readonly TakenRun[]): TakeOfGroups {
  const groupOf = new Map(groups.map(({ key, group }) => [key, group]));
  const count = new Map<number | undefined, number>();
  for (const { key, takesRoom } of runs)
    if (takesRoom) count.set(groupOf.get(key), (count.get(groupOf.get(key)) ?? 0) + 1);
  const started = runs.filter(({ run }) => run.started).length;
  return {
    groups: groups.map((one) => ({ ...one, most: one.most - (count.get(one.group) ?? 0) })),
    places: places - started,
    prefetch: prefetch - (runs.length - started),
  };
}

interface TakenRun {
  readonly key: number;
  readonly run: ClaimedRun;
  /** A run that has expired does not start. */
  readonly takesRoom: boolean;
}

interface Taken {
  readonly runs: readonly TakenRun[];
  /** Other due runs of the groups were not read. */
  readonly isCut: boolean;
}

type TakenRow = [isCut: boolean, keys: readonly number[] | null, ...columns: TakenColumns];

async function takeRuns(
  { q, now }: Unit,
  sql: string,
  {
    node,
    jobs,
    take: { groups, places, prefetch },
    reads,
  }: Omit<TakeInput, 'hasSuspects'> & { readonly reads: number },
): Promise<Taken> {
  const rooms = groups.filter(({ most }) => most > 0);
  if (rooms.length === 0 || places + prefetch === 0) return { runs: [], isCut: false };
  const rows = rooms.map((one) => [
    one.key,
    one.group,
    one.most,
    one.mayPrefetch,
    startOrderOf(one.queueKey, 0),
  ]);
  const params = [...columnsOf(rows, 5), now, places, places + prefetch, node, reads];
  const [isCut, keys, ...columns] = (await q.arrays(sql, params))[0] as TakenRow;
  const runs = claimedRunsIn(columns, jobs, false).map((run, n) => ({
    key: keys?.[n] ?? 0,
    run: runToHandOver(run, now),
    takesRoom: !isExpired(run, now),
  }));
  return { runs, isCut: isCut && runs.length > 0 };
}

/** Runs that have expired start no more, so they take no room. */
const IS_OVER = 'expires_at IS NOT NULL AND expires_at <= $6::bigint';
/**
 * At most `most` runs of each group, and of those the runs that start first. Reads about `$10` runs of each
 * key, and takes no run that starts after one that it did not read. Finds rows by `ctid`: faster than by id.
 */
const take = (condition: string) => `WITH rooms AS MATERIALIZED (
    SELECT *, least(most + 10, $10::bigint) AS reads
    FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::boolean[], $5::bigint[])
      AS rooms (key, group_id, most, may_prefetch, shift)),
  due AS MATERIALIZED (
    SELECT due.*, rooms.*, available_at + shift AS start_order,
      row_number() OVER (PARTITION BY rooms.key ORDER BY due.available_at, due.id) AS of_key,
      count(*) FILTER (WHERE NOT is_over) OVER (PARTITION BY rooms.group_id ORDER BY due.available_at + shift, due.id) AS nth
    FROM rooms CROSS JOIN LATERAL (
      SELECT ctid AS place, id, available_at, recoveries, ${IS_OVER} AS is_over FROM greenvue_jobs.live_runs
      WHERE ${condition} AND available_at <= $6::bigint
      ORDER BY available_at, id LIMIT rooms.reads) AS due),
  cut AS MATERIALIZED (SELECT start_order, id FROM due WHERE of_key = reads AND nth < most ORDER BY start_order, id LIMIT 1),
  chosen AS MATERIALIZED (
    SELECT place, group_id, may_prefetch, recoveries, row_number() OVER (ORDER BY start_order, id) AS n
    FROM due
    WHERE nth <= most AND NOT EXISTS (SELECT FROM cut WHERE (due.start_order, due.id) > (cut.start_order, cut.id))
    ORDER BY n LIMIT $8::bigint),
  locked AS MATERIALIZED (
    SELECT chosen.* FROM chosen JOIN greenvue_jobs.live_runs ON live_runs.ctid = place
    WHERE live_runs.node IS NULL AND live_runs.held = 'no' AND (n <= $7::bigint OR (may_prefetch AND chosen.recoveries = 0))
    FOR UPDATE OF live_runs SKIP LOCKED),
  taken AS (
    UPDATE greenvue_jobs.live_runs SET node = $9::text, fence = nextval('greenvue_jobs.ids'),
      status = CASE WHEN locked.n <= $7::bigint THEN 'running' ELSE 'queued' END,
      started_at = CASE WHEN locked.n <= $7::bigint THEN $6::bigint END
    FROM locked WHERE live_runs.ctid = place RETURNING live_runs.*, locked.group_id, locked.n),
  claims AS (
    INSERT INTO greenvue_jobs.limit_claims (run_id, fence, group_id)
    SELECT id, fence, group_id FROM taken WHERE NOT (${IS_OVER})
    ON CONFLICT (run_id) DO UPDATE SET fence = excluded.fence, group_id = excluded.group_id)
  SELECT EXISTS (SELECT FROM cut), array_agg(type_key::bigint), ${TAKEN_COLUMNS}
  FROM (SELECT * FROM taken ORDER BY n) AS taken`;
const TAKE = take(`type_key = rooms.key AND ${FREE}`);
const TAKE_SUSPECT = take(`type_key + 0 = rooms.key AND ${WAITING_SUSPECT_OF_GROUPS} AND NOT ${ONE_CLAIMED}`);
