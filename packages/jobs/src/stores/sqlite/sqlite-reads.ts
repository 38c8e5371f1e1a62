import { runScript } from '../../core/transactions/script.ts';
import { allOf, type Dialect, jobOfRun, jobsIn } from '../reads/dialect.ts';
import type { Read } from '../reads/read.ts';
import { createReads } from '../reads/reads.ts';
import { GROUP_KEYS_BELOW } from '../rows/limit-rows.ts';
import type { Database } from './database.ts';
import { levelOf, MEASURE, measureOf, REASON, reasonOf, STATUS, statusOf, TRIGGER } from './rows/codes.ts';
import { finishedRunOf, liveRunOf } from './rows/run-rows.ts';
import { idAbove, lowestIdAt, PER_MS } from './writer/keys/ids.ts';

const RUNNING = 'SELECT 1 FROM live_runs WHERE job_uid = uid AND live_runs.status = 1';
const OF_STORED = 'FROM live_runs WHERE job_uid = stored.uid';
const NODE = "coalesce((SELECT nodes.id FROM nodes WHERE nodes.key = run.node), 'unknown')";

const waitingBefore = (at: string) =>
  `FROM live_runs WHERE job_uid = uid AND held = 0 AND node IS NULL AND available_at < ${at}`;
/**
 * A run of a type with limits has the key of a group. It may wait for a limit, which is not late (P29). Ask
 * only the first waiting run of a job: thousands may wait.
 */
const NOT_LIMITED = `live_runs.type_key >= ${GROUP_KEYS_BELOW}`;

const TABLES = { schema: '', jobTypes: 'job_types' };

/** The reads of people, in SQLite's dialect. */
const SQLITE: Dialect = {
  ...TABLES,
  mark: '?',

  withRunning: '',
  summary: `(SELECT count(*) ${OF_STORED} AND status = 1) AS running,
    (SELECT min(started_at) ${OF_STORED} AND status = 1) AS first_started,
    (SELECT max(started_at) ${OF_STORED} AND status = 1) AS last_started,
    (SELECT min(zombie_since) ${OF_STORED} AND status = 1) AS zombie,
    (SELECT CASE WHEN ${NOT_LIMITED} OR stored.expect_start_ms IS NOT NULL THEN available_at END
      ${OF_STORED} AND held = 0 AND node IS NULL ORDER BY available_at LIMIT 1) AS waiting_since`,
  withSummary: '',
  lastRun: `nullif(max(coalesce(last_run_at, -1), coalesce(
    (SELECT max(started_at) FROM live_runs WHERE job_uid = uid AND live_runs.status = 1), -1)), -1)`,
  hasZombie: `EXISTS (${RUNNING} AND zombie_since IS NOT NULL)`,
  waitsSince: (at) =>
    `coalesce((SELECT ${NOT_LIMITED} ${waitingBefore(at)} ORDER BY available_at LIMIT 1), 0)`,
  waitsSinceOwn: (at) => `EXISTS (SELECT 1 ${waitingBefore(at)})`,
  runsSince: (at) => `EXISTS (${RUNNING} AND started_at < ${at})`,
  // The types are determined once for a statement, not for each job.
  hasHandler: (handlers) => `type_key IN (SELECT known.key FROM job_types AS known
    JOIN json_each(${handlers}) AS handler ON handler.key = known.type AND handler.value >= known.version)`,
  // The collation of a column is BINARY unless it says otherwise.
  inByteOrder: (column) => column,
  contains: (column, part) => `instr(folded(${column}), ${part}) > 0`,
  containsExactly: (column, part) => `instr(${column}, ${part}) > 0`,
  // Damaged tags count as none.
  countTags: (where) => `SELECT tag.value, count(*)
    FROM jobs, json_each(iif(json_valid(jobs.tags), jobs.tags, '[]')) AS tag
    WHERE ${where} AND tag.type = 'text' GROUP BY tag.value`,
  // An id contains the time of its run's creation.
  chain: String(TRIGGER.chain),
  timeOrder: 'id',
  // Counting this many takes some milliseconds; other reads run in between.
  countedAtOnce: 5_000,
  // Finds live runs by job and then sorts them (`+id`), with the index alone. In the order of ids, it might
  // read all live runs to find those of one job.
  recentRuns: `SELECT page.value, live_runs.id, status, NULL, queued_at, started_at, NULL
      FROM json_each(?1) AS page JOIN live_runs
        ON live_runs.id IN (SELECT id FROM live_runs WHERE job_uid = page.value ORDER BY +id DESC LIMIT ?2)
    UNION ALL
    SELECT page.value, runs.id, status, reason, queued_at, started_at, finished_at
      FROM json_each(?1) AS page JOIN runs
        ON runs.id IN (SELECT id FROM runs WHERE job_uid = page.value ORDER BY id DESC LIMIT ?2)
    ORDER BY 2 DESC`,
  list: (uids) => JSON.stringify(uids),
  isAmong: (column, list) => `${column} IN (SELECT value FROM json_each(${list}))`,

  newestOfEach: ({ columns, uids, where, most }) => `SELECT ${columns} FROM runs WHERE id IN (
    SELECT own.id FROM json_each(${uids}) AS page JOIN runs AS own
      ON own.id IN (SELECT id FROM runs WHERE job_uid = page.value AND ${where} ORDER BY id DESC LIMIT ${most}))`,

  // Runs without success are few and have an index of their own.
  isByJob: (table, status) => table === 'runs' && (status === undefined || status === 'succeeded'),
  newestRuns({ table, columns, jobs, runs, count }) {
    const newest = `SELECT id FROM ${table} ${allOf(runs)} ORDER BY id DESC LIMIT ${count}`;
    const ofJobs = `SELECT own.id FROM ${jobsIn(TABLES)} JOIN ${table} AS own ON own.id IN (${newest})
      ${allOf(jobs)} ORDER BY own.id DESC LIMIT ${count}`;
    return `(SELECT ${columns} FROM ${table} WHERE id IN (${jobs.length > 0 ? ofJobs : newest})) AS run ${jobOfRun(TABLES)}`;
  },
  // Repeats the condition of the partial index, because SQLite would not use it otherwise. For one job, the
  // job's own index is shorter.
  hasStatus: (status, byJob) =>
    byJob || status === 'succeeded'
      ? `status = ${STATUS[status]}`
      : `status = ${STATUS[status]} AND status <> ${STATUS.succeeded}`,
  hasOneStatus: (statuses) => `status IN (${statuses.map((status) => STATUS[status]).join()})`,
  hasReason: (reasons) => `reason IN (${reasons.map((reason) => REASON[reason]).join()})`,
  isOfNode: (id) => `node = (SELECT key FROM nodes WHERE id = ${id})`,
  // An id contains the time of its run's creation, though not exactly: it limits the rows to read, and
  // `queued_at` decides.
  queuedFrom: (at, bind) => `id >= ${bind(lowestIdAt(at))} AND queued_at >= ${bind(at)}`,
  queuedBefore: (at, bind) =>
    `id < ${bind(idAbove(at, 0))} + (SELECT lead_ms FROM counter) * ${PER_MS} AND queued_at < ${bind(at)}`,
  idsQueued: () => [],
  nodeOfRun: NODE,
  liveRunOf: (row, node) => liveRunOf(row, () => node ?? 'unknown'),
  finishedRunOf: (row, node) => finishedRunOf(row, () => node ?? 'unknown'),

  // Reads the first waiting run of each type by the index of claims; `min` over all would read all of it.
  countLive: `SELECT free - running, held, running, waits_from FROM
    (SELECT count(*) FILTER (WHERE held = 0) AS free, count(*) FILTER (WHERE held > 0) AS held FROM live_runs),
    (SELECT count(*) AS running FROM live_runs WHERE status = 1),
    (SELECT min((SELECT available_at FROM live_runs
      WHERE type_key = job_types.key AND held = 0 AND node IS NULL ORDER BY available_at LIMIT 1)) AS waits_from
      FROM job_types)`,
  countLiveOf: (
    uids,
  ) => `SELECT count(*) FILTER (WHERE held = 0 AND status = 0), count(*) FILTER (WHERE held > 0),
      count(*) FILTER (WHERE status = 1), min(available_at) FILTER (WHERE held = 0 AND node IS NULL)
    FROM live_runs WHERE job_uid IN (${uids})`,

  isWaiting: 'held = 0 AND node IS NULL',
  keysToLookAt: (type, most) => `SELECT key FROM limit_keys WHERE look_at IS NOT NULL
    AND type_key IN (SELECT key FROM job_types WHERE coalesce(of_type, type) = ${type}) LIMIT ${most}`,
  claimsOfGroup: (
    id,
  ) => `(SELECT count(*) FROM live_runs AS claimed WHERE claimed.type_key < ${GROUP_KEYS_BELOW}
    AND claimed.node IS NOT NULL AND claimed.type_key IN (SELECT key FROM limit_keys WHERE group_id = ${id}))`,

  latenessMeasure: String(MEASURE.lateness),
  measureOf: (kept) => measureOf(kept as number),
  statusOf: (kept) => statusOf(kept as number),
  reasonOf: (kept) => reasonOf(kept as number),
  levelOf: (kept) => levelOf(kept as number),
};

export const READS = createReads(SQLITE);

export function runRead<T>(db: Database, read: Read<T>): T {
  return runScript(read, ({ rows, sql, params }) =>
    (rows === 'arrays' ? db.arrays(sql) : db.statement(sql)).all(...params),
  );
}
