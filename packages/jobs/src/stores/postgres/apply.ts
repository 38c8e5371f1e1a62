import { type Decision, isOverRoom, isSooner } from '../../core/decision.ts';
import { afterSettlements, countFinished, dependsOnLive, type EndedRun } from '../../core/ended-runs.ts';
import type { Job, LiveRuns } from '../../core/job.ts';
import type { FinishedRun, LiveRun } from '../../core/run.ts';
import { finishedOf, settleRun } from '../../core/settle.ts';
import { type CancelRequest, requestOf } from '../../core/store-commands.ts';
import { numbersIn } from '../rows/first-column.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { flush } from './flush.ts';
import {
  deleteLiveRuns,
  type LookedAt,
  liveRunsOf,
  liveRunsOfOne,
  lockLiveRunsOf,
  makeAllDue,
  moveRuns,
} from './live-runs.ts';
import { START } from './low-water.ts';
import { becomeDue, lockedJob, saveJob, type Unit } from './unit.ts';

/** Ends of runs and attempts in a unit, by job; an empty list where claims were only given back. */
export type EndedByJob = Map<number, EndedRun[]>;

/**
 * Applies all of a decision about a locked job but its cancels ({@link cancelLiveRuns}): moves at once, the
 * rest with the next flush. `ended` runs of the job went to its history in this unit already, and are only
 * counted here. True when a run can be claimed now, or the job has to be planned earlier than before.
 */
export async function applyDecision(
  u: Unit,
  before: StoredJob,
  { job, dueIfAfter, moves, skip, queue, cancelLive }: Decision,
  ended = 0,
): Promise<boolean> {
  let due = dueIfAfter === undefined ? 0 : await makeAllDue(u, before.uid, dueIfAfter);
  for (const move of moves) due += await moveRuns(u, before.uid, move);
  const after: StoredJob = {
    ...before,
    job,
    typeKey: keyOfJob(u, before, job),
    finishedCount: before.finishedCount + ended,
    skippedCount: before.skippedCount + skip.length,
    ...(cancelLive === 'deleted' ? { deletedAt: u.now } : {}),
  };
  for (const one of skip) u.toMake.push({ kind: 'skip', skip: one, job: after });
  for (const run of queue) {
    u.toMake.push({ kind: 'queue', run, job: after });
    if (run.held === 'no' && run.availableAt <= u.now) due += 1;
  }
  if (after.typeKey !== before.typeKey) {
    await u.q.write(RETYPE_LIVE, [after.typeKey, after.uid, job.typeVersion]);
    becomeDue(u, 'runs', [START]);
  }
  if (isChanged(before, after)) saveJob(u, after);
  return due > 0 || isSooner(job.wakeAt, before.job.wakeAt);
}

/**
 * What the ends of runs mean for their jobs, decided once for each. Only ends of claims need not be looked at
 * with all that is live of their jobs. True when something can be claimed or planned now.
 */
export async function settleJobs(
  u: Unit,
  byJob: EndedByJob,
  { ofClaims, looked }: { readonly ofClaims: boolean; readonly looked?: LookedAt | undefined },
): Promise<boolean> {
  let wake = false;
  const mustRead = ({ job, deletedAt }: StoredJob) =>
    deletedAt === undefined && (!ofClaims || dependsOnLive(job));
  const toRead = [...byJob.keys()].filter((uid) => mustRead(lockedJob(u, uid)));
  const first = toRead.every((uid) => looked?.uids.includes(uid)) ? looked?.rows : undefined;
  const live = await liveRunsOf(u, toRead, { first });
  for (const [uid, ended] of byJob) {
    const stored = lockedJob(u, uid);
    if (stored.deletedAt !== undefined) {
      saveJob(u, { ...stored, finishedCount: stored.finishedCount + countFinished(ended) });
      continue;
    }
    const some = live.get(uid);
    const left = some && (await withClaimed(u, stored, some));
    const decision = afterSettlements(stored.job, left, ended, u.now);
    if (await applyDecision(u, stored, decision, countFinished(ended))) wake = true;
  }
  return wake;
}

/** What is left of a job's live runs: with `claimed` where that is asked for. */
async function withClaimed(u: Unit, { job, uid }: StoredJob, left: LiveRuns): Promise<LiveRuns> {
  return isOverRoom(job, left) ? liveRunsOfOne(u, uid, { countClaimed: true }) : left;
}

/**
 * Cancels the live runs of a locked job: waiting ones at once, claimed ones by request (P12). What that
 * leaves room for is decided anew.
 */
export async function cancelLiveRuns(
  u: Unit,
  uid: number,
  reason: 'user' | 'deleted',
): Promise<CancelRequest[]> {
  // Those that the same command has made, too.
  await flush(u);
  const stored = lockedJob(u, uid);
  const requests: CancelRequest[] = [];
  const waiting: LiveRun[] = [];
  for (const run of await lockLiveRunsOf(u, uid, { ownRuns: reason === 'deleted' })) {
    if (run.claim === undefined) waiting.push({ ...run, cancel: reason });
    else requests.push(requestOf(run, run.claim));
  }
  await requestCancels(
    u,
    requests.map(({ runId }) => Number(runId)),
    reason,
  );
  const cancelled = await cancelWaiting(u, stored.job, waiting);
  saveJob(u, { ...stored, finishedCount: stored.finishedCount + cancelled.length });
  if (reason === 'deleted' || cancelled.length === 0) return requests;
  const left = await withClaimed(u, stored, await liveRunsOfOne(u, uid));
  await applyDecision(u, lockedJob(u, uid), afterSettlements(stored.job, left, cancelled, u.now));
  return requests;
}

/** Marks claimed runs that were not asked to stop before; returns which. */
export async function requestCancels(
  u: Unit,
  runIds: readonly number[],
  reason: 'user' | 'deleted',
): Promise<number[]> {
  if (runIds.length === 0) return [];
  return numbersIn(await u.q.arrays(REQUEST_CANCEL, [reason, runIds]));
}

/** Moves runs that were asked to stop into history; the caller decides what that means for the job. */
export async function cancelWaiting(u: Unit, job: Job, runs: readonly LiveRun[]): Promise<FinishedRun[]> {
  await deleteLiveRuns(
    u,
    runs.map(({ id }) => Number(id)),
  );
  return runs.map((run) => {
    const settlement = settleRun(job, run, { kind: 'cancelled' }, { now: u.now, random: 0 });
    if (settlement.kind !== 'finished') throw new Error('a cancelled run was not finished');
    const finished = finishedOf(run, settlement, { finishedAt: u.now });
    u.ended.push(finished);
    return finished;
  });
}

function keyOfJob(u: Unit, before: StoredJob, { type, typeVersion }: Job): number {
  const same = before.job.type === type && before.job.typeVersion === typeVersion;
  return same ? before.typeKey : u.shared.types.get(type, typeVersion);
}

function isChanged(before: StoredJob, after: StoredJob): boolean {
  return (
    before.job !== after.job ||
    before.deletedAt !== after.deletedAt ||
    before.finishedCount !== after.finishedCount ||
    before.skippedCount !== after.skippedCount
  );
}

/** But for those with a payload of their own that wait for a still newer version. */
const RETYPE_LIVE = `UPDATE greenvue_jobs.live_runs SET type_key = $1 WHERE job_uid = $2 AND (payload IS NULL
  OR NOT EXISTS (SELECT FROM greenvue_jobs.job_types WHERE key = live_runs.type_key AND version > $3))`;
const REQUEST_CANCEL = `UPDATE greenvue_jobs.live_runs SET cancel = $1
  WHERE id = ANY($2::bigint[]) AND node IS NOT NULL AND cancel IS NULL RETURNING id`;
