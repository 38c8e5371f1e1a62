import { isReadOf } from '../../../core/filters/jobs-read.ts';
import type { FinishedRun } from '../../../core/model/run.ts';
import { FAILURE_JOBS, type FailurePage, type FailureQuery } from '../../../core/store/failure-views.ts';
import type { RunView } from '../../../core/store/store-views.ts';
import { groupPage } from '../../rows/runs/failure-groups.ts';
import type { MemoryDatabase } from '../memory-database.ts';

/** Failed runs by fingerprint. `viewOf`: the view of a run. */
export function failuresIn(
  db: MemoryDatabase,
  query: FailureQuery,
  viewOf: (run: FinishedRun) => RunView,
): FailurePage {
  const byGroup = Map.groupBy(failedRuns(db, query), ({ fingerprint }) => fingerprint);
  const counted = [...byGroup].map(([fingerprint, runs]) => ({
    fingerprint,
    count: runs.length,
    jobCount: new Set(runs.map(({ run }) => run.jobUid)).size,
    firstAt: Math.min(...runs.map(({ run }) => run.finishedAt)),
    lastAt: Math.max(...runs.map(({ run }) => run.finishedAt)),
    sample: Math.max(...runs.map(({ run }) => Number(run.id))),
  }));
  const { rows, ...page } = groupPage(counted, query);
  const groups = rows.flatMap(({ sample, ...group }) => {
    const run = db.runs.get(sample);
    if (run === undefined) return [];
    const byJob = [...Map.groupBy(byGroup.get(group.fingerprint) ?? [], ({ run: { jobUid } }) => jobUid)]
      .map(([uid, runs]) => ({ job: db.requireJob(uid), count: runs.length }))
      .sort((a, b) => b.count - a.count || a.job.uid - b.job.uid);
    const jobs = byJob
      .slice(0, FAILURE_JOBS)
      .map(({ job: { job }, count }) => ({ jobId: job.id, jobName: job.name, count }));
    const types = [...new Set(byJob.map(({ job }) => job.job.type))];
    return [{ ...group, jobs, types, sample: viewOf(run) }];
  });
  return { ...page, groups };
}

function failedRuns(
  db: MemoryDatabase,
  { from, to, jobId, type, fingerprint: only, ...which }: FailureQuery,
) {
  return [...db.runs.values()].flatMap((run) => {
    const { fingerprint, finishedAt, jobUid } = run;
    const { job } = db.requireJob(jobUid);
    const isMeant = (jobId ?? job.id) === job.id && (type ?? job.type) === job.type && isReadOf(which, job);
    if (!isMeant || fingerprint === undefined || (only ?? fingerprint) !== fingerprint) return [];
    return finishedAt >= from && finishedAt < to ? [{ run, fingerprint }] : [];
  });
}
