import type { Job } from '../model/job.ts';
import type { LiveRun } from '../model/run.ts';
import { canRun } from '../nodes/membership.ts';
import { shareOut } from '../nodes/share-out.ts';
import type { Mutable } from '../objects.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../store/store-passes.ts';
import { ask, type Script } from './script.ts';
import type { WaitingRuns } from './tables.ts';
import { lockedJob, type RunToMake, type RunToQueue, type UnitOfWork } from './unit-of-work.ts';

/**
 * Writes what was gathered, and claims. Where nothing else is about to come due, the claim takes what was
 * planned: it is claimed from the start, which is one write less for each run. `waiting` is what waits
 * besides; undefined: what was gathered may have changed that. The claim is known once the next call is
 * answered.
 */
export function* writeAndClaim(
  unit: UnitOfWork,
  input: ClaimInput,
  waiting: WaitingRuns | undefined,
): Script<() => ClaimResult> {
  if (waiting?.canClaimPlanned !== true || !unit.toMake.some((one) => mayBeClaimed(one, input))) {
    yield* ask('write');
    const claimed = yield* ask('claim', input);
    return () => claimed;
  }
  claimPlanned(unit, input);
  yield* ask('write');
  return () => {
    const { nextDueAt } = waiting;
    const left = unit.queued.filter(({ held, claim }) => held === 'no' && claim === undefined);
    const first = nextDueAt ?? Number.POSITIVE_INFINITY;
    const next = left.reduce((earliest, { availableAt }) => Math.min(earliest, availableAt), first);
    return {
      now: unit.now,
      ...claimOf(unit.queued, (uid) => lockedJob(unit, uid).job),
      ...(Number.isFinite(next) ? { nextDueAt: next } : {}),
    };
  };
}

function mayBeClaimed(one: RunToMake, { types }: ClaimInput): one is RunToQueue {
  return one.kind === 'queue' && one.run.held === 'no' && canRun(types, one.job.job, one.run);
}

function claimPlanned(unit: UnitOfWork, input: ClaimInput): void {
  const runs = unit.toMake.flatMap((one) => (mayBeClaimed(one, input) ? [one.run] : []));
  const starts = shareOut(runs, input, unit.now);
  for (const [n, one] of unit.toMake.entries()) {
    const started = one.kind === 'queue' ? starts.get(one.run) : undefined;
    if (one.kind === 'queue' && started !== undefined)
      unit.toMake[n] = { ...one, claim: { node: input.node, started } };
  }
}

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
