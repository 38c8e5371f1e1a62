import { isOfAllJobs } from '../../../core/filters/jobs-read.ts';
import {
  FAILURE_JOBS,
  type FailedJob,
  type FailureGroup,
  type FailurePage,
  type FailureQuery,
  MOST_FAILURES,
  MOST_GROUPS,
} from '../../../core/store/failure-views.ts';
import type { RunView } from '../../../core/store/store-views.ts';
import { rowOf } from '../../rows/first-column.ts';
import { type CountedGroup, groupPage } from '../../rows/runs/failure-groups.ts';
import { allOf, type Bind, type Dialect, jobsIn, parameters } from '../dialect.ts';
import { whichJobs } from '../jobs/which-jobs.ts';
import { arrays, type Read } from '../read.ts';
import { finishedRunsById } from './run-views.ts';

type Which = Omit<FailureQuery, 'sort' | 'limit' | 'after'>;

export function createFailureReads(sql: Dialect) {
  return {
    /** Failed runs by fingerprint: counts all of them in an index, and reads only the runs of a page. */
    *listFailures(query: FailureQuery): Read<FailurePage> {
      const { rows, ...page } = groupPage(yield* countGroups(sql, query), query);
      const jobs = yield* jobsOf(sql, query, rows);
      const samples = yield* finishedRunsById(
        sql,
        rows.map(({ sample }) => sample),
      );
      const groups = rows.flatMap((row) => groupOf(row, jobs.get(row.fingerprint), samples));
      return { ...page, groups };
    },
  };
}

function* countGroups(sql: Dialect, which: Which): Read<readonly CountedGroup[]> {
  const { params, bind } = parameters(sql);
  const rows = yield* arrays(
    `WITH ${byJob(sql, which, bind)}
    SELECT fingerprint, CAST(sum(runs) AS bigint), count(*), min(first_at), max(last_at), max(newest) FROM by_job
    ${ofJobs(sql, which, bind)} GROUP BY fingerprint ORDER BY max(last_at) DESC LIMIT ${MOST_GROUPS}`,
    params,
  );
  return rows.map((row) => {
    const [fingerprint, count, jobCount, firstAt, lastAt, sample] =
      rowOf<[string, number, number, number, number, number]>(row);
    return { fingerprint, count, jobCount, firstAt, lastAt, sample };
  });
}

type JobsOfGroup = Pick<FailureGroup, 'jobs' | 'types'>;

/** The first jobs and all types of each group. */
function* jobsOf(
  sql: Dialect,
  which: Which,
  groups: readonly CountedGroup[],
): Read<ReadonlyMap<string, JobsOfGroup>> {
  if (groups.length === 0) return new Map();
  const { params, bind } = parameters(sql);
  const rows = yield* arrays(
    `WITH ${byJob(sql, which, bind)},
    ranked AS (SELECT fingerprint, jobs.id AS job_id, jobs.name AS job_name, type, runs,
        row_number() OVER (PARTITION BY fingerprint ORDER BY runs DESC, uid) AS of_group,
        row_number() OVER (PARTITION BY fingerprint, type ORDER BY runs DESC, uid) AS of_type
      FROM ${jobsIn(sql)} JOIN by_job ON by_job.job_uid = jobs.uid
      ${allOf([...jobConditions(sql, which, bind), `fingerprint IN (${groups.map((group) => bind(group.fingerprint)).join()})`])})
    SELECT fingerprint, job_id, job_name, type, runs, of_group, of_type FROM ranked
    WHERE of_group <= ${FAILURE_JOBS} OR of_type = 1 ORDER BY of_group`,
    params,
  );
  const found = new Map<string, { jobs: FailedJob[]; types: string[] }>();
  for (const row of rows) {
    const [fingerprint, jobId, jobName, type, count, ofGroup, ofType] =
      rowOf<[string, string, string, string, number, number, number]>(row);
    const group = found.get(fingerprint) ?? { jobs: [], types: [] };
    found.set(fingerprint, group);
    if (ofGroup <= FAILURE_JOBS) group.jobs.push({ jobId, jobName, count });
    if (ofType === 1) group.types.push(type);
  }
  return found;
}

function groupOf(
  { sample, ...group }: CountedGroup,
  jobs: JobsOfGroup | undefined,
  samples: ReadonlyMap<number, RunView>,
): FailureGroup[] {
  const view = samples.get(sample);
  return view === undefined || jobs === undefined ? [] : [{ ...group, ...jobs, sample: view }];
}

/** Two common tables: the newest failures in the range, read from an index alone, and their number by job. */
function byJob({ schema }: Dialect, { from, to, fingerprint }: Which, bind: Bind): string {
  const only = fingerprint === undefined ? '' : `AND fingerprint = ${bind(fingerprint)}`;
  return `recent AS (SELECT fingerprint, job_uid, finished_at, id FROM ${schema}runs
      WHERE fingerprint IS NOT NULL AND finished_at >= ${bind(from)} AND finished_at < ${bind(to)} ${only}
      ORDER BY finished_at DESC LIMIT ${MOST_FAILURES}),
    by_job AS (SELECT fingerprint, job_uid, count(*) AS runs, min(finished_at) AS first_at,
        max(finished_at) AS last_at, max(id) AS newest
      FROM recent GROUP BY fingerprint, job_uid)`;
}

function jobConditions(sql: Dialect, which: Which, bind: Bind): readonly string[] {
  const { jobId, type } = which;
  return [
    ...(jobId === undefined ? [] : [`jobs.id = ${bind(jobId)}`]),
    ...(type === undefined ? [] : [`type = ${bind(type)}`]),
    ...whichJobs(sql, which, bind),
  ];
}

/** The WHERE clause for groups of some jobs. Without such a filter, jobs need not be read. */
function ofJobs(sql: Dialect, which: Which, bind: Bind): string {
  if (which.jobId === undefined && which.type === undefined && isOfAllJobs(which)) return '';
  const uids = `SELECT uid FROM ${jobsIn(sql)} ${allOf(jobConditions(sql, which, bind))}`;
  return `WHERE job_uid IN (${uids})`;
}
