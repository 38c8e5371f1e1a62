import { isOfAllJobs, isReadOf, type JobsRead } from '../../../core/filters/jobs-read.ts';
import type { StoreReads } from '../../../core/store/store.ts';
import type { AuditRow } from '../../../core/store/store-views.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { MemoryDatabase } from '../memory-database.ts';
import type { Read } from './read.ts';

export function auditReads(db: MemoryDatabase, read: Read) {
  return {
    listAudit: ({ limit, before, actor, action, target, jobId, from = 0, to = Infinity, ...which }) =>
      read(() =>
        db.audit
          .filter((row) => isOfAllJobs(which) || isChangeOf(db, row, which))
          .filter((row) => (actor ?? row.actor) === row.actor && (action ?? row.action) === row.action)
          .filter((row) => (target ?? row.target) === row.target)
          .filter(({ at }) => at >= from && at < to)
          .map((row) => ({ ...row, ...jobOf(db, row) }))
          .filter((row) => jobId === undefined || row.jobId === jobId)
          .filter(({ at, id }) => before === undefined || (before.at - at || before.id - Number(id)) > 0)
          .sort((a, b) => b.at - a.at || Number(b.id) - Number(a.id))
          .slice(0, limit),
      ),
  } satisfies Partial<StoreReads>;
}

/** Whether a row of the audit log is about one of these jobs, or about a run of such a job. */
function isChangeOf(db: MemoryDatabase, row: AuditRow, which: JobsRead): boolean {
  const { action, target } = row;
  if (action.startsWith('run.')) {
    const stored = jobOfRun(db, target);
    return stored !== undefined && isReadOf(which, stored.job);
  }
  const { idPrefix = '', ...tagged } = which;
  if (!action.startsWith('job.') || !target.startsWith(idPrefix)) return false;
  return (
    isOfAllJobs(tagged) || [...db.jobs.values()].some(({ job }) => job.id === target && isReadOf(tagged, job))
  );
}

function jobOf(db: MemoryDatabase, { action, target }: AuditRow): Pick<AuditRow, 'jobId' | 'jobName'> {
  if (action.startsWith('run.')) return marksOf(jobOfRun(db, target));
  if (!action.startsWith('job.')) return {};
  return { jobId: target, ...marksOf(db.findJob(target)) };
}

function jobOfRun(db: MemoryDatabase, runId: string): StoredJob | undefined {
  return db.jobs.get(Number(db.findRun(runId)?.jobUid ?? 0));
}

function marksOf(stored: StoredJob | undefined): Pick<AuditRow, 'jobId' | 'jobName'> {
  return stored === undefined ? {} : { jobId: stored.job.id, jobName: stored.job.name };
}
