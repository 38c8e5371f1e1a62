import type { Job } from '../../core/job.ts';
import type { Mutable } from '../../core/objects.ts';
import type { LiveRun } from '../../core/run.ts';
import type { ClaimedRun, ClaimResult } from '../../core/store-passes.ts';

/** A claim of a run as its node needs it; `job` is where in the claim's jobs its own is. */
export function claimedRunOf(
  run: LiveRun,
  { job, fence, started, hasPriority }: Pick<ClaimedRun, 'job' | 'fence' | 'started' | 'hasPriority'>,
): ClaimedRun {
  const { id, failures, availableAt, catchUp, missed } = run;
  const claimed: Mutable<ClaimedRun> = {
    id,
    job,
    fence,
    attempt: failures + 1,
    availableAt,
    started,
    catchUp,
    missed,
  };
  if (run.scheduledFor !== undefined) claimed.scheduledFor = run.scheduledFor;
  if (run.payload !== undefined) claimed.payload = run.payload;
  if (run.trace !== undefined) claimed.trace = run.trace;
  if (hasPriority === true) claimed.hasPriority = true;
  return claimed;
}

/** A claim of those of these runs that are claimed, in due order; each of their jobs is told once. */
export function claimOf(
  runs: readonly LiveRun[],
  jobOf: (uid: number) => Job,
): Pick<ClaimResult, 'jobs' | 'runs'> {
  const jobs: Job[] = [];
  const indexes = new Map<string, number>();
  const claimed: ClaimedRun[] = [];
  const inOrder = [...runs].sort((one, other) => one.availableAt - other.availableAt);
  for (const run of inOrder) {
    if (run.claim === undefined) continue;
    let job = indexes.get(run.jobUid);
    if (job === undefined) {
      job = jobs.push(jobOf(Number(run.jobUid))) - 1;
      indexes.set(run.jobUid, job);
    }
    claimed.push(claimedRunOf(run, { job, fence: run.claim.fence, started: run.status === 'running' }));
  }
  return { jobs, runs: claimed };
}
