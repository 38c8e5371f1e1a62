import type { Past } from '../past.ts';
import type { Step } from '../steps.ts';
import { madeRows } from './slots.ts';

/** P32: the gate of a job lets a slot through only while the other job has succeeded in time. */
export function gatesHold(step: Step, past: Past): string | undefined {
  if (past.hasJumpedBack || past.hasPruned) return undefined;
  for (const row of madeRows(step)) {
    const change = step.jobs.find(({ after }) => after?.uid === Number(row.jobUid));
    const job = change?.before?.job ?? past.jobOf(row)?.job;
    const isRun = past.database.live.has(Number(row.id));
    if (job?.onlyIf === undefined || row.trigger !== 'schedule' || !isRun) continue;
    if (row.catchUp && row.missed === 0) continue;
    if (change?.before?.job.version !== change?.after?.job.version) continue;
    const upstream = past.database.findJob(job.onlyIf.job);
    const since = step.now - job.onlyIf.succeededWithinMs;
    const isOpen = [...past.database.runs.values()].some(
      ({ jobUid, status, finishedAt }) =>
        Number(jobUid) === upstream?.uid && status === 'succeeded' && finishedAt >= since,
    );
    if (!isOpen)
      return `run ${row.id} of ${job.id} was made, and ${job.onlyIf.job} has not succeeded in time`;
  }
  return undefined;
}

/** P32: each end of a run that others follow is noted in the transaction of the end. */
export function endsAreNoted({ finished }: Step, past: Past): string | undefined {
  const { jobs, upstreamEnds } = past.database;
  for (const { before, after } of finished) {
    if (before !== undefined || (after?.status !== 'succeeded' && after?.status !== 'failed')) continue;
    const ended = past.jobOf(after);
    if (ended === undefined || ended.deletedAt !== undefined) continue;
    const follower = [...jobs.values()].find(
      ({ job: { schedule, status }, deletedAt }) =>
        schedule.kind === 'after' &&
        schedule.job === ended.job.id &&
        status === 'active' &&
        deletedAt === undefined,
    );
    if (follower !== undefined && !upstreamEnds.some(({ runId }) => runId === after.id))
      return `run ${after.id} of ${ended.job.id} has ended, and ${follower.job.id} will not hear of it`;
  }
  return undefined;
}

/** P32: each end of an upstream run that counts makes one row of a follower. */
export function chainsFollowOnce(step: Step, past: Past): string | undefined {
  for (const row of madeRows(step)) {
    if (row.trigger !== 'chain') continue;
    const { chainedRuns, runs } = past.database;
    const link = chainedRuns.get(row.id);
    const schedule = past.jobOf(row)?.job.schedule;
    if (link === undefined || schedule?.kind !== 'after') continue;
    if (link.jobId !== schedule.job)
      return `run ${row.id} follows a run of ${link.jobId}, not of ${schedule.job}`;
    const ended = runs.get(Number(link.runId));
    if (ended !== undefined && schedule.on !== 'finished' && ended.status !== schedule.on)
      return `run ${row.id} follows run ${ended.id}, which is ${ended.status}, not ${schedule.on}`;
    for (const [id, other] of chainedRuns) {
      const twin = id === row.id || other.runId !== link.runId ? undefined : past.database.findRun(id);
      if (twin?.jobUid === row.jobUid) return `runs ${id} and ${row.id} follow the same end`;
    }
  }
  return undefined;
}
