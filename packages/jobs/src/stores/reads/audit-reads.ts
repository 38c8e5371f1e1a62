import { isOfAllJobs, type JobsRead } from '../../core/filters/jobs-read.ts';
import type { AuditQuery, AuditRow } from '../../core/store/store-views.ts';
import { allOf, type Bind, bindable, type Dialect, parameters, uidsWhere } from './dialect.ts';
import { isInPrefix, whichJobs } from './jobs/which-jobs.ts';
import { objects, type Read } from './read.ts';

export function createAuditReads(sql: Dialect) {
  const { schema } = sql;
  return {
    /** Newest first: by time, then by id. */
    *listAudit(query: AuditQuery): Read<readonly AuditRow[]> {
      const { params, bind } = parameters(sql);
      const where = conditionsOf(sql, query, bind);
      const newest = `ORDER BY at DESC, id DESC LIMIT ${bind(query.limit)}`;
      const page = (more: readonly string[]) =>
        `SELECT * FROM ${schema}audit ${allOf([...where, ...more])} ${newest}`;
      const { jobId } = query;
      // Each part by the index on targets.
      const found =
        jobId === undefined
          ? page([])
          : `SELECT * FROM (SELECT * FROM (${page(ofJob(jobId, bind))}) AS of_job
            UNION ALL SELECT * FROM (${page(ofRunsOf(sql, jobId, bind))}) AS of_runs) AS audit ${newest}`;
      // Jobs are looked up for the rows of the page alone.
      const rows = yield* objects(
        `SELECT id, at, actor, action, target, change, ${jobColumns(sql)} FROM (${found}) AS audit
        ORDER BY at DESC, id DESC`,
        params,
      );
      return rows.map((row) => rowOf(row as StoredRow));
    },
  };
}

interface StoredRow extends Omit<AuditRow, 'id' | 'jobId' | 'jobName'> {
  readonly id: number;
  readonly job_id: string | null;
  readonly job_name: string | null;
}

function rowOf({ id, job_id: jobId, job_name: jobName, ...row }: StoredRow): AuditRow {
  return {
    ...row,
    id: String(id),
    ...(jobId === null ? {} : { jobId }),
    ...(jobName === null ? {} : { jobName }),
  };
}

function conditionsOf(sql: Dialect, query: AuditQuery, bind: Bind): readonly string[] {
  const { before, from, to } = query;
  const where: string[] = [];
  if (before !== undefined)
    where.push(`(at, id) < (${bind(bindable(before.at))}, ${bind(bindable(before.id))})`);
  if (from !== undefined) where.push(`at >= ${bind(bindable(from))}`);
  if (to !== undefined) where.push(`at < ${bind(bindable(to))}`);
  if (!isOfAllJobs(query)) where.push(changesOneOf(sql, someJobs(sql, query, bind)));
  for (const column of ['actor', 'action', 'target'] as const)
    if (query[column] !== undefined) where.push(`${column} = ${bind(query[column])}`);
  return where;
}

/** The changes of a job. */
function ofJob(jobId: string, bind: Bind): readonly string[] {
  return [`target = ${bind(jobId)}`, "substr(action, 1, 4) = 'job.'"];
}

/** The changes of the runs of a job, deleted ones of its id too. */
function ofRunsOf(sql: Dialect, jobId: string, bind: Bind): readonly string[] {
  const uids = uidsWhere(sql, `id = ${bind(jobId)}`);
  const runsIn = (table: string) =>
    `SELECT CAST(id AS text) FROM ${sql.schema}${table} WHERE job_uid IN (${uids})`;
  return [`target IN (${runsIn('live_runs')} UNION ALL ${runsIn('runs')})`, "substr(action, 1, 4) = 'run.'"];
}

interface SomeJobs {
  /** The condition on the row of a job's change. */
  readonly ofJob: string;
  /** The conditions on the job of a run. */
  readonly jobsOfRuns: readonly string[];
}

function someJobs(sql: Dialect, which: JobsRead, bind: Bind): SomeJobs {
  const { schema, inByteOrder } = sql;
  const { idPrefix, ...tagged } = which;
  // A deleted job has its tags as long as its history is kept; its id is in the audit log for ever.
  const ofJob = [
    ...(idPrefix === undefined ? [] : [isInPrefix(inByteOrder('target'), idPrefix, bind)]),
    ...(isOfAllJobs(tagged)
      ? []
      : [`target IN (SELECT id FROM ${schema}jobs ${allOf(whichJobs(sql, tagged, bind))})`]),
  ];
  return { ofJob: ofJob.join(' AND '), jobsOfRuns: whichJobs(sql, which, bind) };
}

/** True if a row of the audit log is about one of these jobs, or about a run of such a job. */
function changesOneOf(sql: Dialect, { ofJob, jobsOfRuns }: SomeJobs): string {
  // Only the targets of runs are numbers. CASE evaluates nothing else.
  return `CASE substr(action, 1, 4)
    WHEN 'run.' THEN EXISTS (SELECT 1 FROM ${sql.schema}jobs ${allOf([...jobsOfRuns, isOfRun(sql)])})
    WHEN 'job.' THEN ${ofJob}
    ELSE 1 = 0 END`;
}

/** True if a job is the one of the run that a row of the audit log is about. */
function isOfRun({ schema }: Dialect): string {
  const jobOf = (table: string) =>
    `SELECT job_uid FROM ${schema}${table} WHERE id = CAST(audit.target AS bigint)`;
  return `uid IN (${jobOf('live_runs')} UNION ALL ${jobOf('runs')})`;
}

/** The columns `job_id` and `job_name` of a row of the audit log. */
function jobColumns(sql: Dialect): string {
  const ofRun = (column: string) => `SELECT ${column} FROM ${sql.schema}jobs WHERE ${isOfRun(sql)}`;
  const nameOfJob = `SELECT name FROM ${sql.schema}jobs WHERE id = audit.target AND deleted_at IS NULL`;
  return `CASE substr(action, 1, 4) WHEN 'run.' THEN (${ofRun('id')}) WHEN 'job.' THEN target END AS job_id,
    CASE substr(action, 1, 4) WHEN 'run.' THEN (${ofRun('name')}) WHEN 'job.' THEN (${nameOfJob}) END AS job_name`;
}
