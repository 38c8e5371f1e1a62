import type { Run } from '../../core/model/run.ts';
import { LEVEL_KEY } from '../../core/nodes/membership.ts';
import { LEVEL } from '../../core/rules/option-levels.ts';
import { runScriptAsync } from '../../core/transactions/script.ts';
import { allOf, type Dialect, jobOfRun, jobsIn } from '../reads/dialect.ts';
import type { Read } from '../reads/read.ts';
import { createReads } from '../reads/reads.ts';
import { GROUP_KEYS_BELOW } from '../rows/limit-rows.ts';
import { finishedRunOf, liveRunOf } from '../rows/runs/run-row.ts';
import type { Statements } from './connection/queries.ts';

const SCHEMA = 'greenvue_jobs.';
const RUNNING = "held = 'no' AND live_runs.status = 'running'";
const WAITING = "held = 'no' AND node IS NULL";
const COUNT_LIVE = `SELECT count(*) FILTER (WHERE held = 'no' AND status = 'queued'),
    count(*) FILTER (WHERE held <> 'no'), count(*) FILTER (WHERE status = 'running'),
    min(available_at) FILTER (WHERE ${WAITING})
  FROM greenvue_jobs.live_runs`;

/** Tags as a store writes them: see `TAG`. */
const TAG_LIST = '^[[]"[a-z0-9._:-]+"(,"[a-z0-9._:-]+")*[]]$';

const TABLES = {
  schema: SCHEMA,
  jobTypes: `(SELECT key, version, coalesce(of_type, type) AS type FROM ${SCHEMA}job_types) AS job_types`,
};

/** The SQL of PostgreSQL for the shared reads. */
const POSTGRES: Dialect = {
  ...TABLES,
  mark: '$',

  // `held = 'no'` is true for every running run, and makes the indexes match. PostgreSQL skips the join if no
  // expression uses it.
  withRunning: `LEFT JOIN (SELECT job_uid, min(started_at) AS first_started, max(started_at) AS last_started,
      min(zombie_since) AS zombie_since
    FROM greenvue_jobs.live_runs WHERE ${RUNNING} GROUP BY job_uid) AS running ON running.job_uid = uid`,
  summary:
    'summary.running, summary.first_started, summary.last_started, summary.zombie, summary.waiting_since',
  withSummary: `CROSS JOIN LATERAL (
    SELECT count(*) AS running, min(started_at) AS first_started, max(started_at) AS last_started,
      min(zombie_since) AS zombie, (
        SELECT CASE WHEN live_runs.type_key >= ${GROUP_KEYS_BELOW} OR stored.expect_start_ms IS NOT NULL THEN available_at END
        FROM greenvue_jobs.live_runs WHERE job_uid = stored.uid AND ${WAITING} ORDER BY available_at LIMIT 1) AS waiting_since
    FROM greenvue_jobs.live_runs WHERE job_uid = stored.uid AND ${RUNNING}) AS summary`,
  lastRun: 'greatest(last_run_at, running.last_started)',
  hasZombie: 'running.zombie_since IS NOT NULL',
  // A run of a type with limits has the key of a group. It may wait for a limit, which is not late (P29).
  // A subquery that runs once for the statement, not once for each job.
  waitsSince: (at) => `uid IN (SELECT job_uid FROM greenvue_jobs.live_runs
    WHERE ${WAITING} AND live_runs.type_key >= ${GROUP_KEYS_BELOW} AND available_at < ${at})`,
  waitsSinceOwn: (at) => `EXISTS (SELECT 1 FROM greenvue_jobs.live_runs
    WHERE job_uid = uid AND ${WAITING} AND available_at < ${at})`,
  runsSince: (at) => `running.first_started < ${at}`,
  hasHandler: (handlers) => `type_key IN (SELECT key FROM greenvue_jobs.job_types AS known
    WHERE version <= coalesce((${handlers}::jsonb ->> coalesce(of_type, type))::bigint, 0)
      AND level <= greatest(${LEVEL}, (${handlers}::jsonb ->> '${LEVEL_KEY}')::integer))`,
  inByteOrder: (column) => `${column} COLLATE "C"`,
  // JavaScript lowercases all of Unicode, so this needs a collation that does too (under "C", only ASCII has
  // cases). Every PostgreSQL built with ICU has ICU's root collation, whatever the locale. `pg_c_utf8` exists
  // only from version 17, and maps one character to one (not İ to i̇).
  contains: (column, part) => `strpos(lower(${column} COLLATE "und-x-icu"), ${part}) > 0`,
  containsExactly: (column, part) => `strpos(${column}, ${part}) > 0`,
  // Damaged tags count as none: a cast of them would fail.
  countTags: (where) => `SELECT tag, count(*)
    FROM ${SCHEMA}jobs CROSS JOIN LATERAL jsonb_array_elements_text(
      CASE WHEN jobs.tags ~ '${TAG_LIST}' THEN jobs.tags::jsonb ELSE '[]' END) AS tag
    WHERE ${where} GROUP BY tag`,
  chain: "'chain'",
  timeOrder: 'queued_at',
  countedAtOnce: Number.POSITIVE_INFINITY,
  // `id + 0` prevents a read in the order of ids, which could scan all live runs for those of one job. The
  // index on the job finds them, and a sort follows.
  recentRuns: `SELECT page.uid, recent.* FROM unnest($1::bigint[]) AS page (uid) CROSS JOIN LATERAL (
      (SELECT id, status, NULL AS reason, queued_at, started_at, NULL::bigint AS finished_at
        FROM greenvue_jobs.live_runs WHERE job_uid = page.uid ORDER BY id + 0 DESC LIMIT $2)
      UNION ALL
      (SELECT id, status, reason, queued_at, started_at, finished_at
        FROM greenvue_jobs.runs WHERE job_uid = page.uid ORDER BY id DESC LIMIT $2)
      ORDER BY id DESC LIMIT $2) AS recent
    ORDER BY page.uid, recent.id DESC`,
  list: (uids) => `{${uids.join()}}`,
  isAmong: (column, list) => `${column} = ANY(${list}::bigint[])`,

  newestOfEach: ({ columns, uids, where, most }) => `SELECT run.* FROM unnest(${uids}::bigint[]) AS page (uid)
    CROSS JOIN LATERAL (SELECT ${columns} FROM greenvue_jobs.runs
      WHERE job_uid = page.uid AND ${where} ORDER BY id DESC LIMIT ${most}) AS run`,

  isByJob: () => true,
  newestRuns({ table, columns, jobs, runs, count }) {
    const page = `(SELECT ${columns} FROM ${table} ${allOf(runs)} ORDER BY id DESC LIMIT ${count}) AS run`;
    return jobs.length > 0
      ? `${jobsIn(TABLES)} CROSS JOIN LATERAL ${page} ${allOf(jobs)}`
      : `${page} ${jobOfRun(TABLES)}`;
  },
  hasStatus: (status) => `status = '${status}'`,
  hasOneStatus: (statuses) => `status IN (${statuses.map(quoted).join()})`,
  hasReason: (reasons) => `reason IN (${reasons.map(quoted).join()})`,
  isOfNode: (id) => `node = ${id}`,
  queuedFrom: (at, bind) => `queued_at >= ${bind(at)}`,
  queuedBefore: (at, bind) => `queued_at < ${bind(at)}`,
  idsQueued: ({ from, to }, bind) => [
    ...(from === undefined ? [] : [`id >= (${idNear('min', `>= ${bind(from - SKEW_MS)}`, LAST_ID)})`]),
    ...(to === undefined ? [] : [`id <= (${idNear('max', `< ${bind(to + SKEW_MS)}`, '0')})`]),
  ],
  nodeOfRun: 'run.node',
  liveRunOf,
  finishedRunOf,

  countLive: COUNT_LIVE,
  countLiveOf: (uids) => `${COUNT_LIVE} WHERE job_uid IN (${uids})`,

  isWaiting: WAITING,
  // A key may have several looks.
  keysToLookAt: (type, most) => `SELECT DISTINCT key FROM (
    SELECT key FROM greenvue_jobs.limit_looks WHERE type_key IN (
      SELECT key FROM greenvue_jobs.job_types WHERE coalesce(of_type, type) = ${type}) LIMIT ${10 * most}) AS looks LIMIT ${most}`,
  claimsOfGroup: (id) => `(SELECT count(*) FROM greenvue_jobs.limit_claims AS claimed
    JOIN greenvue_jobs.live_runs AS held ON held.id = claimed.run_id AND held.fence = claimed.fence
    WHERE claimed.group_id = ${id})`,

  latenessMeasure: "'lateness'",
  measureOf: (kept) => kept as ReturnType<Dialect['measureOf']>,
  statusOf: (kept) => kept as ReturnType<Dialect['statusOf']>,
  reasonOf: (kept) => kept as ReturnType<Dialect['reasonOf']>,
  levelOf: (kept) => kept as ReturnType<Dialect['levelOf']>,
};

/** Ids are drawn before the run is queued, and by a clock that may jump. */
const SKEW_MS = 60_000;
const ROWS_OF_SKEW = 1_000;
const LAST_ID = '9223372036854775807';

/** The outermost id of the finished runs next to the edge of a range; `none` if it has none. */
function idNear(outermost: 'min' | 'max', isInRange: string, none: string): string {
  const order = outermost === 'min' ? 'ASC' : 'DESC';
  return `SELECT coalesce(${outermost}(id), ${none}) FROM (SELECT id FROM greenvue_jobs.runs
    WHERE queued_at ${isInRange} ORDER BY queued_at ${order} LIMIT ${ROWS_OF_SKEW}) AS edge`;
}

/** A word of the core, which has no quote. */
function quoted(word: string): string {
  return `'${word}'`;
}

export const READS = createReads(POSTGRES);

export function runRead<T>(q: Statements, read: Read<T>): Promise<T> {
  return runScriptAsync(read, ({ rows, sql, params }) => q[rows](sql, params));
}

export async function findRun(q: Statements, runId: string): Promise<Run | undefined> {
  return (await runRead(q, READS.getRun(runId)))?.run;
}
