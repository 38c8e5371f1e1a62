import type { Job } from '../model/job.ts';
import type { LiveRun } from '../model/run.ts';
import { canRun } from '../nodes/membership.ts';
import { shareOut } from '../nodes/share-out.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../store/store-passes.ts';
import { claim, claimedRunOf, indexOfJob, isSuspectDueBy, nextDueOf } from './claim.ts';
import { mayClaimLimited, nextLook } from './limits/claim-limited.ts';
import { ask, type Script } from './script.ts';
import type { JobIndexes, SeenWaiting } from './tables/tables.ts';
import { lockedJob, type RunToMake, type RunToQueue, type UnitOfWork } from './unit-of-work.ts';

/**
 * Writes the collected changes, and claims. If no other run becomes due sooner, the planned runs are written
 * as claimed: one write less for each run. Not with priorities: the claim then finds the order. `seen`: the
 * other waiting runs; undefined if they may have changed. The result of the claim is known when the next
 * call is answered.
 */
export function* writeAndClaim(
  unit: UnitOfWork,
  input: ClaimInput,
  seen: SeenWaiting | undefined,
): Script<() => ClaimResult> {
  const groupAt =
    seen !== undefined && mayClaimLimited(unit, input) ? yield* nextLook(unit, input) : undefined;
  const waiting = seen && { ...seen, groupAt };
  const isFirst =
    waiting !== undefined && nothingBefore(waiting, unit.now + (input.ahead?.ms ?? 0), unit.now);
  const hasPriorities = unit.toMake.some(({ job: { job } }) => job.priority !== undefined);
  if (!isFirst || hasPriorities || !unit.toMake.some((one) => mayBeClaimed(unit, one, input))) {
    yield* ask('write');
    const claimed = yield* claim(unit, input);
    return () => claimed;
  }
  claimPlanned(unit, input);
  yield* ask('write');
  return () => {
    const left = unit.queued.filter((run) => run.held === 'no' && run.claim === undefined);
    const first = nextDueOf(waiting) ?? Number.POSITIVE_INFINITY;
    const next = left.reduce((earliest, { availableAt }) => Math.min(earliest, availableAt), first);
    return {
      now: unit.now,
      ...claimOf(unit.queued, (uid) => lockedJob(unit, uid).job),
      ...(Number.isFinite(next) ? { nextDueAt: next } : {}),
    };
  };
}

/** True if no waiting run becomes due by `by`, and no suspect must be claimed first. */
function nothingBefore(waiting: SeenWaiting, by: number, now: number): boolean {
  const { runAt = Number.POSITIVE_INFINITY, groupAt = Number.POSITIVE_INFINITY } = waiting;
  return !isSuspectDueBy(waiting, now) && Math.min(runAt, groupAt) > by;
}

function mayBeClaimed({ limits }: UnitOfWork, one: RunToMake, { types }: ClaimInput): one is RunToQueue {
  if (one.kind !== 'queue' || one.run.held !== 'no') return false;
  // A claim of its group decides about a run of a type with limits.
  return canRun(types, one.job.job, one.run) && !limits.has(one.job.job.type);
}

function claimPlanned(unit: UnitOfWork, input: ClaimInput): void {
  const runs = unit.toMake.flatMap((one) => (mayBeClaimed(unit, one, input) ? [one.run] : []));
  const starts = shareOut(runs, input, unit.now);
  for (const [n, one] of unit.toMake.entries()) {
    const started = one.kind === 'queue' ? starts.get(one.run) : undefined;
    if (one.kind === 'queue' && started !== undefined)
      unit.toMake[n] = { ...one, claim: { node: input.node, started } };
  }
}

/** The claim that consists of the claimed runs among `runs`, in due order. It contains each job once. */
export function claimOf(
  runs: readonly LiveRun[],
  jobOf: (uid: number) => Job,
): Pick<ClaimResult, 'jobs' | 'runs'> {
  const indexes: JobIndexes = new Map();
  const claimed: ClaimedRun[] = [];
  const inOrder = [...runs].sort((one, other) => one.availableAt - other.availableAt);
  for (const run of inOrder) {
    if (run.claim === undefined) continue;
    const job = indexOfJob(indexes, Number(run.jobUid));
    claimed.push(claimedRunOf(run, { job, fence: run.claim.fence, started: run.status === 'running' }));
  }
  return { jobs: [...indexes.keys()].map(jobOf), runs: claimed };
}
