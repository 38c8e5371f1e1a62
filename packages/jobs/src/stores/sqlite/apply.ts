import { type Decision, isSooner, queuedOf } from '../../core/decision.ts';
import { afterSettlements } from '../../core/ended-runs.ts';
import type { Job } from '../../core/job.ts';
import type { FinishedRun, LiveRun } from '../../core/run.ts';
import { finishedOf, settleRun, skippedOf } from '../../core/settle.ts';
import { type CancelRequest, requestOf } from '../../core/store-commands.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { keepClaimed } from './claim.ts';
import { type Share, takenBy } from './claim-made.ts';
import { REASON } from './codes.ts';
import { insertFinishedRun } from './history.ts';
import {
  allLiveRuns,
  deleteLiveRuns,
  insertLiveRun,
  liveRunsLeft,
  makeAllDue,
  moveRuns,
} from './live-runs.ts';
import { keysOf } from './run-rows.ts';
import type { Writer } from './writer.ts';

/** What a decision came to. */
export interface Applied {
  readonly stored: StoredJob;
  readonly queued: readonly LiveRun[];
  readonly finished: readonly FinishedRun[];
  readonly cancelRequests: readonly CancelRequest[];
  /** A run can be claimed now, or the job has to be planned earlier than before. */
  readonly wake: boolean;
}

const NOTHING: readonly never[] = [];

/**
 * Writes all of a decision about a job, in the order that {@link Decision} gives. `ended` runs of the job
 * were moved to its history in this transaction already, and are only counted here. What `share` takes is
 * told as queued, without its claim.
 */
export function applyDecision(
  w: Writer,
  before: StoredJob,
  decision: Decision,
  {
    now,
    ended = 0,
    share,
  }: {
    readonly now: number;
    readonly ended?: number;
    readonly share?: Share | undefined;
  },
): Applied {
  const { job, dueIfAfter, moves, skip, queue, cancelLive } = decision;
  let due = dueIfAfter === undefined ? 0 : makeAllDue(w, before.uid, { after: dueIfAfter, now });
  for (const move of moves) due += moveRuns(w, before.uid, move, now);

  const finished: FinishedRun[] = [];
  for (const one of skip) {
    const run = skippedOf(one, { id: String(w.ids.next(now)), jobUid: job.uid, now });
    insertFinishedRun(w, run, now);
    finished.push(run);
  }

  const typeKey = keyOfJob(w, before, job);
  const queued: LiveRun[] = [];
  for (const one of queue) {
    const run = queuedOf(one, { id: String(w.ids.next(now)), jobUid: job.uid, now });
    const made = share === undefined ? run : takenBy(w, share, one, run);
    const { typeVersion = job.typeVersion } = one;
    const key = typeVersion === job.typeVersion ? typeKey : w.types.keyOf(job.type, typeVersion);
    if (!insertLiveRun(w, made, key)) continue;
    if (made.claim !== undefined) {
      share?.taken.push(made);
      keepClaimed(w, { ...keysOf(made), run: made });
    }
    if (job.overlap === 'allow') w.crowds.grew(before.uid);
    if (run.held === 'no' && run.availableAt <= now) due += 1;
    queued.push(run);
  }

  const after: StoredJob = {
    ...before,
    job,
    typeKey,
    finishedCount: before.finishedCount + ended,
    skippedCount: before.skippedCount + skip.length,
    ...(cancelLive === 'deleted' ? { deletedAt: now } : {}),
  };
  if (after.typeKey !== before.typeKey) w.db.write(RETYPE_LIVE, after.typeKey, after.uid, job.typeVersion);
  const wake = due > 0 || isSooner(job.wakeAt, before.job.wakeAt);
  const applied = { queued, finished, cancelRequests: NOTHING, wake };
  if (cancelLive === undefined) {
    if (isChanged(before, after)) w.jobs.save(before, after);
    return { ...applied, stored: after };
  }
  return cancelLiveRuns(w, { before, applied: { ...applied, stored: after }, reason: cancelLive, now });
}

/**
 * Cancels waiting runs at once and claimed ones by request (P12); what that leaves room for is decided anew.
 */
function cancelLiveRuns(
  w: Writer,
  input: {
    readonly before: StoredJob;
    readonly applied: Applied;
    readonly reason: 'user' | 'deleted';
    readonly now: number;
  },
): Applied {
  const { before, applied, reason, now } = input;
  const { stored } = applied;
  const requests: CancelRequest[] = [];
  const waiting: LiveRun[] = [];
  for (const run of allLiveRuns(w, stored.uid, { ownRuns: reason === 'deleted' })) {
    if (run.claim === undefined) waiting.push({ ...run, cancel: reason });
    else {
      requestCancel(w, run, reason);
      requests.push(requestOf(run, run.claim));
    }
  }
  const cancelled = cancelWaiting(w, stored.job, waiting, now);
  const counted = { ...stored, finishedCount: stored.finishedCount + cancelled.length };
  const finished = [...applied.finished, ...cancelled];
  w.jobs.save(before, counted);
  if (reason === 'deleted' || cancelled.length === 0) {
    return { ...applied, stored: counted, finished, cancelRequests: requests };
  }
  const next = applyDecision(
    w,
    counted,
    afterSettlements(counted.job, liveRunsLeft(w, counted.job, now), cancelled, now),
    { now },
  );
  return {
    stored: next.stored,
    queued: [...applied.queued, ...next.queued],
    finished: [...finished, ...next.finished],
    cancelRequests: requests,
    wake: applied.wake || next.wake,
  };
}

/** Marks a claimed run. Returns whether that was not asked before. */
export function requestCancel(w: Writer, run: LiveRun, reason: 'user' | 'deleted'): boolean {
  w.claimed.delete(Number(run.id));
  return Number(w.db.statement(REQUEST_CANCEL).run(REASON[reason], Number(run.id)).changes) > 0;
}

/** Moves runs that were asked to stop into history; the caller decides what that means for the job. */
export function cancelWaiting(w: Writer, job: Job, runs: readonly LiveRun[], now: number): FinishedRun[] {
  deleteLiveRuns(
    w,
    runs.map(({ id }) => Number(id)),
  );
  return runs.map((run) => {
    const settlement = settleRun(job, run, { kind: 'cancelled' }, { now, random: 0 });
    if (settlement.kind !== 'finished') throw new Error('a cancelled run was not finished');
    const finished = finishedOf(run, settlement, { finishedAt: now });
    insertFinishedRun(w, finished, now);
    return finished;
  });
}

function keyOfJob(w: Writer, before: StoredJob, { type, typeVersion }: Job): number {
  const same = before.job.type === type && before.job.typeVersion === typeVersion;
  return same ? before.typeKey : w.types.keyOf(type, typeVersion);
}

function isChanged(before: StoredJob, after: StoredJob): boolean {
  return (
    before.job !== after.job ||
    before.finishedCount !== after.finishedCount ||
    before.skippedCount !== after.skippedCount
  );
}

/** But for those with a payload of their own that wait for a still newer version. */
const RETYPE_LIVE = `UPDATE live_runs SET type_key = ?1 WHERE job_uid = ?2 AND (payload IS NULL
  OR NOT EXISTS (SELECT 1 FROM job_types WHERE key = live_runs.type_key AND version > ?3))`;
const REQUEST_CANCEL = 'UPDATE live_runs SET cancel = ? WHERE id = ? AND node IS NOT NULL AND cancel IS NULL';
