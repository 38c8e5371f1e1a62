import { isLiveStatus, type Run } from '../../../core/model/run.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import type { Page, RunQuery, RunView } from '../../../core/store/store-views.ts';
import { FEW_JOBS } from '../../rows/bounds.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { FINISHED_COLUMNS, LIVE_COLUMNS } from '../../rows/run-row.ts';
import type { Database, Param } from '../database.ts';
import { STATUS } from '../rows/codes.ts';
import {
  counterOf,
  finishedRunOf,
  liveRunOf,
  logLineOf,
  type NodeName,
  nameOf,
  namesOf,
} from '../rows/run-rows.ts';
import { idAbove, lowestIdAt } from '../writer/ids.ts';

export function getRun(db: Database, runId: string): RunView | undefined {
  const run = findRun(db, Number(runId));
  return run === undefined ? undefined : viewOf(db, run);
}

/** Live and finished runs, newest first. */
export function listRuns(db: Database, query: RunQuery): Page<RunView> {
  const { status } = query;
  const live = status === undefined || isLiveStatus(status) ? idsIn(db, 'live_runs', query) : [];
  const finished = status === undefined || !isLiveStatus(status) ? finishedIds(db, query) : [];
  const ids = [...live, ...finished].sort((a, b) => b - a).slice(0, query.limit + 1);
  const rows: RunView[] = [];
  for (const id of ids.slice(0, query.limit)) {
    const run = findRun(db, id);
    if (run !== undefined) rows.push(viewOf(db, run));
  }
  const last = rows.at(-1);
  if (ids.length <= query.limit || last === undefined) return { rows };
  return { rows, next: { value: null, key: last.run.id } };
}

/** The log of a run, oldest line first; undefined when there is no such run. */
export function getLogs(db: Database, runId: string): readonly LogLine[] | undefined {
  const lines = db.statement(LOGS).all(Number(runId)).map(logLineOf);
  return lines.length > 0 || findRun(db, Number(runId)) !== undefined ? lines : undefined;
}

function findRun(db: Database, id: number): Run | undefined {
  const live = db.arrays(LIVE_RUN).get(id);
  if (live !== undefined) return liveRunOf(live, nodeNames(db));
  const finished = db.arrays(FINISHED_RUN).get(id);
  return finished === undefined ? undefined : finishedRunOf(finished, nodeNames(db));
}

function nodeNames(db: Database): NodeName {
  return (key) => nameOf(db.arrays(NODE).get(key)) ?? 'unknown';
}

function viewOf(db: Database, run: Run): RunView {
  const { id, type } = namesOf(db.arrays(JOB_OF_RUN).get(Number(run.jobUid)));
  return { run, jobId: id, type };
}

/** The newest finished runs that fit, and maybe more. */
function finishedIds(db: Database, query: RunQuery): number[] {
  const jobs = fewJobsOf(db, query);
  if (jobs === undefined) return idsIn(db, 'runs', query);
  const { type: _, ...ofAnyType } = query;
  return jobs.flatMap((uid) => idsIn(db, 'runs', { ...ofAnyType, jobUid: String(uid) }));
}

/**
 * The jobs whose newest runs are to be read, and not the newest of all until enough have been found: few
 * runs, or none, would be looked for among all there are. Those that have not succeeded are few anyway, in an
 * index of their own.
 */
function fewJobsOf(db: Database, { jobUid, jobId, type, status }: RunQuery): number[] | undefined {
  if (type === undefined || jobUid !== undefined || jobId !== undefined) return undefined;
  if (status !== undefined && status !== 'succeeded') return undefined;
  const uids = numbersIn(db.arrays(JOBS_OF_TYPE).all(type, FEW_JOBS + 1));
  return uids.length <= FEW_JOBS ? uids : undefined;
}

/** The newest ones of one table that fit. */
function idsIn(db: Database, table: 'live_runs' | 'runs', query: RunQuery): number[] {
  const where: string[] = [];
  const params: Param[] = [];
  const add = (sql: string, ...values: Param[]) => {
    where.push(sql);
    params.push(...values);
  };
  const { jobUid, jobId, type, status, from, to, before } = query;
  if (jobUid !== undefined) add('job_uid = ?', Number(jobUid));
  if (jobId !== undefined) add(OF_ID, jobId, jobId);
  if (type !== undefined) add(OF_TYPE, type);
  if (status !== undefined) add('status = ?', STATUS[status]);
  // Said as the partial index says it, or SQLite would not use it; of one job, the job's own index is
  // shorter.
  const ofOneJob = jobUid !== undefined || jobId !== undefined;
  if (status !== undefined && status !== 'succeeded' && table === 'runs' && !ofOneJob) {
    add(`status <> ${STATUS.succeeded}`);
  }
  // An id tells when its run was made, though not exactly: it bounds what has to be read, `queued_at`
  // decides.
  if (from !== undefined) add('id >= ? AND queued_at >= ?', lowestIdAt(from), from);
  if (to !== undefined) add('id < ? AND queued_at < ?', idAbove(to, leadOf(db)), to);
  if (before !== undefined) add('id < ?', Number(before));
  const sql = `SELECT id FROM ${table} ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`} ORDER BY id DESC LIMIT ?`;
  return numbersIn(db.arrays(sql).all(...params, query.limit + 1));
}

function leadOf(db: Database): number {
  return counterOf(db.statement('SELECT last, lead_ms FROM counter').get()).leadMs;
}

const LIVE_RUN = `SELECT ${LIVE_COLUMNS} FROM live_runs WHERE id = ?`;
const FINISHED_RUN = `SELECT ${FINISHED_COLUMNS} FROM runs WHERE id = ?`;
const NODE = 'SELECT id FROM nodes WHERE key = ?';
const JOB_OF_RUN = `SELECT jobs.id, type FROM jobs JOIN job_types ON job_types.key = jobs.type_key WHERE uid = ?`;
const JOBS_OF_TYPE = `SELECT uid FROM jobs JOIN job_types ON job_types.key = jobs.type_key WHERE type = ? LIMIT ?`;
const OF_TYPE = `EXISTS (SELECT 1 FROM jobs JOIN job_types ON job_types.key = jobs.type_key
  WHERE uid = job_uid AND type = ?)`;
/** Of the job that has an id now, and of those that had it before: each in its own index. */
const OF_ID = `job_uid IN (SELECT uid FROM jobs WHERE id = ? AND deleted_at IS NULL
  UNION ALL SELECT uid FROM jobs WHERE id = ? AND deleted_at IS NOT NULL)`;
const LOGS = 'SELECT at, level, message, fields FROM run_logs WHERE run_id = ? ORDER BY seq';
