import type { Retention } from '../../../src/core/store/store.ts';
import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';

/** P18: only rows that are too old or too many are pruned, and no job with live runs. */
export function onlyOldRowsArePruned(
  { method, args, now, jobs, finished }: Step,
  past: Past,
): string | undefined {
  for (const { before, after } of jobs)
    if (after === undefined && before !== undefined && past.liveRunsOf(before.uid).length > 0)
      return `${before.job.id} was removed, and has live runs`;
  if (method !== 'prune') return undefined;
  const { maxAgeMs, finishedPerJob, skippedPerJob } = args[0] as Retention;
  for (const { before, after } of finished) {
    if (before === undefined || after !== undefined || before.finishedAt < now - maxAgeMs) continue;
    const stored =
      jobs.find((each) => each.before?.uid === Number(before.jobUid))?.before ?? past.jobOf(before);
    const [count, most] =
      before.status === 'skipped'
        ? [stored?.skippedCount ?? 0, skippedPerJob]
        : [stored?.finishedCount ?? 0, finishedPerJob];
    if (count <= most) return `run ${before.id} was pruned, and is neither old nor one of too many`;
  }
  return undefined;
}

/** P18: the counts of a job are those of its rows. */
export function countsAreTrue({ database }: Past): string | undefined {
  const rows = new Map<string, number>();
  for (const { jobUid } of database.runs.values()) rows.set(jobUid, (rows.get(jobUid) ?? 0) + 1);
  for (const { job, finishedCount, skippedCount } of database.jobs.values())
    if (finishedCount + skippedCount !== (rows.get(job.uid) ?? 0))
      return `${job.id} counts ${finishedCount + skippedCount} ended runs, and has ${rows.get(job.uid) ?? 0}`;
  return undefined;
}
