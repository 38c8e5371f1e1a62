import type { ClaimedRun } from '../../../core/store/store-passes.ts';
import { claimedRunOf, indexOfJob } from '../../../core/transactions/claim.ts';
import type { TakenOfGroups, TakeOfGroups } from '../../../core/transactions/limits/limit-tables.ts';
import type { JobIndexes } from '../../../core/transactions/tables/tables.ts';
import { startOrderOf } from '../../rows/queue-key.ts';
import { LIVE_COLUMNS, liveRunOf } from '../../rows/runs/run-row.ts';
import { FREE, lockSuspects, ONE_CLAIMED, WAITING_SUSPECT_OF_GROUPS } from '../claims/priority-claims.ts';
import { columnsOf } from '../connection/queries.ts';
import type { Unit } from '../tables/unit.ts';

interface TakeInput {
  readonly node: string;
  readonly take: TakeOfGroups;
  readonly jobs: JobIndexes;
  /** Suspects wait in these groups. */
  readonly hasSuspects: boolean;
}

/** Claims due runs of locked groups. A suspect goes first, if none is claimed (P9, lost nodes). */
export async function takeOfGroups(
  u: Unit,
  { node, take, jobs, hasSuspects }: TakeInput,
): Promise<TakenOfGroups> {
  const taken = new Map<number, number>();
  const runs: ClaimedRun[] = [];
  const add = (rows: readonly TakenRun[]) => {
    for (const { key, run } of rows) {
      taken.set(key, (taken.get(key) ?? 0) + 1);
      runs.push(run);
    }
  };
  let { groups, places } = take;
  if (hasSuspects && places > 0 && (await lockSuspects(u))) {
    const [suspect] = await takeRuns(u, TAKE_SUSPECT, {
      node,
      jobs,
      take: { groups, places: 1, prefetch: 0 },
    });
    if (suspect !== undefined) {
      add([suspect]);
      places -= 1;
      const ofKey = groups.find(({ key }) => key === suspect.key)?.group;
      groups = groups.map((one) => (one.group === ofKey ? { ...one, most: one.most - 1 } : one));
    }
  }
  add(await takeRuns(u, TAKE, { node, jobs, take: { groups, places, prefetch: take.prefetch } }));
  return { runs, taken };
}

interface TakenRun {
  readonly key: number;
  readonly run: ClaimedRun;
}

async function takeRuns(
  { q, now }: Unit,
  sql: string,
  { node, jobs, take: { groups, places, prefetch } }: Omit<TakeInput, 'hasSuspects'>,
): Promise<readonly TakenRun[]> {
  const rooms = groups.filter(({ most }) => most > 0);
  if (rooms.length === 0 || places + prefetch === 0) return [];
  const rows = rooms.map((one) => [
    one.key,
    one.group,
    one.most,
    one.mayPrefetch,
    startOrderOf(one.queueKey, 0),
  ]);
  const params = [...columnsOf(rows, 5), now, places, places + prefetch, node];
  return (await q.arrays(sql, params)).map((row) => {
    const run = liveRunOf(row);
    const { fence = 0 } = run.claim ?? {};
    const job = indexOfJob(jobs, Number(run.jobUid));
    const started = run.status === 'running';
    return { key: (row as readonly number[]).at(-1) ?? 0, run: claimedRunOf(run, { job, fence, started }) };
  });
}

/** At most `most` runs of each group, and of those the runs that are due first. */
const take = (condition: string) => `WITH rooms AS MATERIALIZED (
    SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::boolean[], $5::bigint[])
      AS rooms (key, group_id, most, may_prefetch, shift)),
  due AS MATERIALIZED (
    SELECT due.*, rooms.*, row_number() OVER (PARTITION BY rooms.group_id ORDER BY due.available_at + shift, due.id) AS nth
    FROM rooms CROSS JOIN LATERAL (
      SELECT id, available_at, recoveries FROM greenvue_jobs.live_runs
      WHERE ${condition} AND available_at <= $6::bigint
      ORDER BY available_at, id LIMIT rooms.most) AS due),
  chosen AS MATERIALIZED (
    SELECT id, group_id, may_prefetch, recoveries, row_number() OVER (ORDER BY available_at + shift, id) AS n
    FROM due WHERE nth <= most ORDER BY n LIMIT $8::bigint),
  locked AS MATERIALIZED (
    SELECT chosen.* FROM chosen JOIN greenvue_jobs.live_runs USING (id)
    WHERE live_runs.node IS NULL AND live_runs.held = 'no' AND (n <= $7::bigint OR (may_prefetch AND chosen.recoveries = 0))
    FOR UPDATE OF live_runs SKIP LOCKED),
  taken AS (
    UPDATE greenvue_jobs.live_runs SET node = $9::text, fence = nextval('greenvue_jobs.ids'),
      status = CASE WHEN locked.n <= $7::bigint THEN 'running' ELSE 'queued' END,
      started_at = CASE WHEN locked.n <= $7::bigint THEN $6::bigint END
    FROM locked WHERE live_runs.id = locked.id RETURNING live_runs.*, locked.group_id, locked.n),
  claims AS (
    INSERT INTO greenvue_jobs.limit_claims (run_id, fence, group_id) SELECT id, fence, group_id FROM taken
    ON CONFLICT (run_id) DO UPDATE SET fence = excluded.fence, group_id = excluded.group_id)
  SELECT ${LIVE_COLUMNS}, type_key FROM taken ORDER BY n`;
const TAKE = take(`type_key = rooms.key AND ${FREE}`);
const TAKE_SUSPECT = take(`type_key + 0 = rooms.key AND ${WAITING_SUSPECT_OF_GROUPS} AND NOT ${ONE_CLAIMED}`);
