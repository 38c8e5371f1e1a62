import type { Job } from '../../../core/model/job.ts';
import type { JsonText } from '../../../core/model/run.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import { keyAtLevel, levelOfKey, queueKeyOf, typeKeyOf } from '../../rows/queue-key.ts';
import { columnsOf } from '../connection/queries.ts';
import { rowOf, runKeyOf } from '../rows/run-rows.ts';
import { START } from '../shortcuts/due-index-floor.ts';
import { becomeDue, type Unit } from '../tables/unit.ts';
import { keysOfRuns, lookAtKeys, type RunOfType } from './group-keys.ts';

interface KeyedRun extends RunOfType {
  readonly id: number;
  readonly key: number;
}

/** Gives a batch of live runs the keys that the limits in force say. Returns the id of the last one. */
export async function regroupRuns(u: Unit, after: number, limit: number): Promise<number | undefined> {
  const runs = (await u.q.arrays(RUNS_AFTER, [after, limit])).map(keyedRunOf);
  const placed = await setKeys(u, runs);
  // Runs that keep their groups, too: a node that does not know the limits yet may have let them wait again.
  await lookAtRuns(u, placed);
  return runs.at(-1)?.id;
}

/** Gives live runs of groups the keys that the limits in force say. At most `limit` runs. */
export async function regroupRunsOfKeys(u: Unit, keys: readonly number[], limit: number): Promise<void> {
  await lookAtMoved(u, await setKeys(u, (await u.q.arrays(RUNS_OF_KEYS, [keys, limit])).map(keyedRunOf)));
}

function keyedRunOf(row: unknown): KeyedRun {
  const [id, key, type, typeKey, payload] = rowOf<[number, number, string, number, JsonText]>(row);
  return { id, key, type, typeKey, payload };
}

/**
 * Gives the runs of a job the type version and the groups of its new definition. A claimed run keeps its
 * value: it runs with the payload that the job had at its claim.
 */
export async function regroupRunsOfJob(u: Unit, uid: number, job: Job): Promise<void> {
  await regroupRows(u, await u.q.arrays(RUNS_OF_JOB, [uid]), job);
}

/** {@link regroupRunsOfJob} for one run. */
export async function regroupRunOfJob(u: Unit, runId: string, job: Job): Promise<void> {
  await regroupRows(u, await u.q.arrays(RUN_OF_JOB, [runKeyOf(runId)]), job);
}

/** Whether claims find runs of a job, or would find them, by the keys of groups. */
export async function isInGroups(u: Unit, uid: number, { type }: Job): Promise<boolean> {
  if (u.limits.size === 0) return false;
  return u.limits.has(type) || (await u.q.arrays(IS_IN_GROUPS, [uid])).length > 0;
}

async function regroupRows(u: Unit, rows: readonly unknown[], job: Job): Promise<void> {
  const { type, typeVersion, payload } = job;
  const jobKey = u.shared.types.keyOf(job);
  const runs = rows.map((row): KeyedRun => {
    const [id, key, runKey, runVersion, own, value] =
      rowOf<[number, number, number, number, string | null, string | null]>(row);
    const isNewer = own !== null && runVersion > typeVersion;
    const version = isNewer ? keyAtLevel(typeKeyOf(runKey), levelOfKey(jobKey)) : jobKey;
    const typeKey = queueKeyOf(version, job);
    return { id, key, type, typeKey, payload: own ?? payload, value };
  });
  await lookAtMoved(u, await setKeys(u, runs));
}

interface PlacedRun extends KeyedRun {
  readonly newKey: number;
}

async function setKeys(u: Unit, runs: readonly KeyedRun[]): Promise<readonly PlacedRun[]> {
  const keys = await keysOfRuns(u, runs);
  const placed = runs.map((run, n) => ({ ...run, newKey: keys[n] ?? run.key }));
  const changed = placed.filter(({ key, newKey }) => newKey !== key);
  if (changed.length === 0) return placed;
  const rows = changed.map(({ id, newKey, key }) => [id, newKey, key]);
  await u.q.write(SET_KEYS, columnsOf(rows, 3));
  await u.q.write(SET_CLAIMS, [changed.map(({ id }) => id)]);
  // Some may be runs of a type without limits now.
  becomeDue(u, 'runs', [START]);
  return placed;
}

function lookAtMoved(u: Unit, runs: readonly PlacedRun[]): Promise<void> {
  return lookAtRuns(
    u,
    runs.filter(({ key, newKey }) => newKey !== key),
  );
}

/** Lets claims look at the groups in which these runs wait. */
async function lookAtRuns(u: Unit, runs: readonly PlacedRun[]): Promise<void> {
  const ids = runs.filter(({ newKey }) => newKey < GROUP_KEYS_BELOW).map(({ id }) => id);
  if (ids.length === 0) return;
  const waiting = (await u.q.arrays(WAITING, [ids])).map((row) => rowOf<[number, number]>(row));
  await lookAtKeys(
    u,
    waiting.map(([key, at]) => ({ key, at })),
  );
}

/** Without its group, a run gets the key of its job. */
const TYPE_KEY = `coalesce(of_group.type_key,
    CASE WHEN live_runs.type_key < ${GROUP_KEYS_BELOW} THEN jobs.type_key ELSE live_runs.type_key END)`;
const liveRuns = (
  which: string,
) => `SELECT live_runs.id, live_runs.type_key, coalesce(of_job.of_type, of_job.type), ${TYPE_KEY},
    coalesce(live_runs.payload, jobs.payload)
  FROM greenvue_jobs.live_runs JOIN greenvue_jobs.jobs ON uid = job_uid
    JOIN greenvue_jobs.job_types AS of_job ON of_job.key = jobs.type_key
    LEFT JOIN greenvue_jobs.limit_keys AS of_group ON of_group.key = live_runs.type_key
  WHERE ${which} LIMIT $2::integer`;
const RUNS_AFTER = liveRuns('live_runs.id > $1::bigint ORDER BY live_runs.id');
const RUNS_OF_KEYS = liveRuns(
  `live_runs.type_key < ${GROUP_KEYS_BELOW} AND live_runs.type_key = ANY($1::integer[])`,
);
const runsOfJob = (
  which: string,
) => `SELECT live_runs.id, live_runs.type_key, of_run.key, of_run.version, live_runs.payload,
    CASE WHEN node IS NOT NULL THEN of.value END
  FROM greenvue_jobs.live_runs JOIN greenvue_jobs.jobs ON uid = job_uid
    LEFT JOIN greenvue_jobs.limit_keys AS of_group ON of_group.key = live_runs.type_key
    LEFT JOIN greenvue_jobs.limit_groups AS of ON of.id = of_group.group_id
    JOIN greenvue_jobs.job_types AS of_run ON of_run.key = ${TYPE_KEY}
  WHERE ${which} ORDER BY live_runs.id`;
const RUNS_OF_JOB = runsOfJob('job_uid = $1::bigint');
const RUN_OF_JOB = runsOfJob('live_runs.id = $1::bigint');
const IS_IN_GROUPS = `SELECT FROM greenvue_jobs.live_runs WHERE job_uid = $1::bigint AND type_key < ${GROUP_KEYS_BELOW} LIMIT 1`;
const SET_KEYS = `UPDATE greenvue_jobs.live_runs SET type_key = new.key
  FROM unnest($1::bigint[], $2::integer[], $3::integer[]) AS new (id, key, old_key)
  WHERE live_runs.id = new.id AND live_runs.type_key = new.old_key`;
const WAITING = `SELECT type_key, available_at FROM greenvue_jobs.live_runs
  WHERE id = ANY($1::bigint[]) AND type_key < ${GROUP_KEYS_BELOW} AND held = 'no' AND node IS NULL`;
/** The claims of these runs count in their new groups, or in none. */
const SET_CLAIMS = `WITH of_runs AS MATERIALIZED (
    SELECT live_runs.id, fence, group_id FROM greenvue_jobs.live_runs
      LEFT JOIN greenvue_jobs.limit_keys AS keys ON keys.key = live_runs.type_key
    WHERE live_runs.id = ANY($1::bigint[]) AND node IS NOT NULL),
  gone AS (DELETE FROM greenvue_jobs.limit_claims WHERE run_id IN (SELECT id FROM of_runs WHERE group_id IS NULL))
  INSERT INTO greenvue_jobs.limit_claims (run_id, fence, group_id)
  SELECT id, fence, group_id FROM of_runs WHERE group_id IS NOT NULL
  ON CONFLICT (run_id) DO UPDATE SET fence = excluded.fence, group_id = excluded.group_id`;
