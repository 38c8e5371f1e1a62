import type { JobStore } from '../../../core/store/store.ts';
import type { Queries } from '../connection/queries.ts';
import { countHealth } from '../reads/job-health-sql.ts';
import { getJob, listJobs } from '../reads/read-jobs.ts';
import { getLogs, getRun, listRuns } from '../reads/read-runs.ts';
import { jobHours, listAudit, stats } from '../reads/read-stats.ts';
import type { Parts } from './parts.ts';

type Reads = Pick<
  JobStore,
  | 'getJob'
  | 'listJobs'
  | 'countHealth'
  | 'getRun'
  | 'listRuns'
  | 'getLogs'
  | 'listAudit'
  | 'stats'
  | 'jobHours'
>;

/** What people look at: each sees one state of the database. */
export function createReads({ db, runner, now }: Parts): Reads {
  const read = <T>(work: (q: Queries) => Promise<T>) => runner.tracked(() => db.snapshot(work));
  return {
    // One statement: it sees one state of the database anyway.
    getJob: (jobId, handlers) => runner.tracked(() => getJob(db, { jobId, handlers }, now())),
    listJobs: (query) => read((q) => listJobs(q, query, now())),
    countHealth: (input) => read((q) => countHealth(q, input, now())),
    getRun: (runId) => read((q) => getRun(q, runId)),
    listRuns: (query) => read((q) => listRuns(q, query)),
    getLogs: (runId) => read((q) => getLogs(q, runId)),
    listAudit: (query) => read((q) => listAudit(q, query)),
    stats: (input) => read((q) => stats(q, input, now())),
    jobHours: (input) => read((q) => jobHours(q, input, now())),
  };
}
