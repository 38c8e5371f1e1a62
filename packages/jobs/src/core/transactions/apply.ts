import { alertsOf } from '../alerts/raised-alerts.ts';
import { withSuccesses } from '../chains/gate.ts';
import { endsToNote, type UpstreamEnd } from '../chains/take-ends.ts';
import { type AskedCancel, type CancelRequest, cancelOf, requestOf } from '../commands/cancel.ts';
import { type Job, type LiveRuns, NO_LIVE_RUNS } from '../model/job.ts';
import { type FinishedRun, isBackfillRun, type LiveRun } from '../model/run.ts';
import { type Decision, isSooner } from '../rules/decision.ts';
import { afterSettlements, countRows, dependsOnLive, type EndedRun, mayPause } from '../rules/ended-runs.ts';
import { isExpired } from '../rules/expiry.ts';
import { levelOf } from '../rules/option-levels.ts';
import { isOverRoom } from '../rules/room.ts';
import { finishedOf, type Outcome, settleRun } from '../rules/settle.ts';
import type { AuditAction } from '../store/audit-action.ts';
import { ENGINE_ACTOR } from '../watching/failure-budget.ts';
import { addWindows } from './calendars/job-windows.ts';
import { successesFor } from './chains/upstreams.ts';
import { ask, type Script } from './script.ts';
import type { StoredJob } from './stored-job.ts';
import type { LiveRunCounts } from './tables/tables.ts';
import { isLimited, lockedJob, saveJob, type UnitOfWork } from './unit-of-work.ts';

const NONE_ENDED: readonly EndedRun[] = [];

/**
 * Applies a decision about a locked job, in the order that {@link Decision} gives. Not its cancels: see
 * {@link cancelLiveRuns}. The transaction has already moved the `ended` runs to history; this only counts
 * them. Returns true when a run became claimable, or when the job must be planned earlier than before.
 */
export function* applyDecision(
  unit: UnitOfWork,
  before: StoredJob,
  { job, dueIfAfter, moves, skip, queue, backfill, cancelLive }: Decision,
  ended: readonly EndedRun[] = NONE_ENDED,
): Script<boolean> {
  for (const alert of alertsOf({ before: before.job, after: job, ended, skip }, unit.now))
    unit.alerts.push({ alert, channels: job.alerts ?? [] });
  let due = dueIfAfter === undefined ? 0 : yield* ask('makeAllDue', before.uid, dueIfAfter);
  for (const move of moves) due += yield* ask('moveRuns', before.uid, move);
  // A run without a payload of its own is in the group of the job's payload.
  const isRegrouped =
    job.payload !== before.job.payload && (isLimited(unit, before.uid) || unit.limits.has(job.type));
  const isRequeued = changesQueue(before.job, job) || isRegrouped;
  const rows = countRows(ended);
  const after: StoredJob = {
    ...before,
    job,
    typeKey: isRequeued ? yield* ask('requeueRuns', before.uid, job) : before.typeKey,
    finishedCount: before.finishedCount + rows.finished,
    skippedCount: before.skippedCount + rows.skipped + skip.length,
    ...(cancelLive === 'deleted' ? { deletedAt: unit.now } : {}),
  };
  for (const one of skip) unit.toMake.push({ kind: 'skip', skip: one, job: after });
  for (const run of queue) {
    unit.toMake.push({ kind: 'queue', run, job: after });
    if (run.held === 'no' && run.availableAt <= unit.now) due += 1;
  }
  if (backfill !== undefined) yield* ask('takeBackfillSlots', before.uid, backfill);
  if (isChanged(before, after)) saveJob(unit, after);
  return due > 0 || isSooner(job.wakeAt, before.job.wakeAt);
}

/**
 * The runs and attempts that ended in a transaction, by job. The list is empty if claims were only given
 * back.
 */
export type EndsByJob = ReadonlyMap<number, readonly EndedRun[]>;

/**
 * Decides, once for each job, what its ended runs mean for the job. If only claims ended, it reads the job's
 * other live runs only where they matter. Returns true when a run became claimable, or a job is due sooner.
 */
export function* settleJobs(
  unit: UnitOfWork,
  byJob: EndsByJob,
  { ofClaims }: { readonly ofClaims: boolean },
): Script<boolean> {
  const toRead: number[] = [];
  for (const [uid, ended] of byJob) {
    const { job, deletedAt } = lockedJob(unit, uid);
    if (deletedAt === undefined && (!ofClaims || dependsOnLive(job) || mayPause(job, ended)))
      toRead.push(uid);
  }
  yield* addWindows(
    unit,
    Array.from(byJob.keys(), (uid) => lockedJob(unit, uid)),
  );
  const live = toRead.length === 0 ? undefined : yield* ask('liveRuns', toRead);
  const ends: UpstreamEnd[] = [];
  let wake = false;
  for (const [uid, ended] of byJob) {
    const stored = lockedJob(unit, uid);
    if (stored.deletedAt !== undefined) {
      const { finished, skipped } = countRows(ended);
      const { finishedCount, skippedCount } = stored;
      if (finished + skipped > 0)
        saveJob(unit, {
          ...stored,
          finishedCount: finishedCount + finished,
          skippedCount: skippedCount + skipped,
        });
      continue;
    }
    if (stored.job.isFollowed === true) ends.push(...endsToNote(stored.job, ended, unit.now));
    let left = live?.get(uid);
    if (left !== undefined && isOverRoom(stored.job, left)) left = yield* liveRunsOf(uid, { claimed: true });
    // A pause takes the slots that are due.
    if (left !== undefined && mayPause(stored.job, ended))
      left = withSuccesses(left, yield* successesFor([stored.job]));
    const decision = afterSettlements(stored.job, left, ended, unit.now);
    if (yield* applyDecision(unit, stored, decision, ended)) wake = true;
    const pause = stored.job.status === 'paused' ? undefined : decision.job.pause;
    if (pause === undefined) continue;
    const { id } = stored.job;
    const action: AuditAction = 'job.pause';
    const change = JSON.stringify({ reason: pause.reason });
    yield* ask('writeAudit', { actor: ENGINE_ACTOR, action, change }, id);
    unit.paused.push({ jobId: id, pause });
  }
  if (ends.length > 0) {
    yield* ask('noteEnds', ends);
    unit.hasEnds = true;
  }
  return wake;
}

/** The live runs of one job. */
export function* liveRunsOf(uid: number, counts?: LiveRunCounts): Script<LiveRuns> {
  return (yield* ask('liveRuns', [uid], counts)).get(uid) ?? NO_LIVE_RUNS;
}

/**
 * Cancels the live runs of a locked job: waiting runs at once, claimed runs by a request to stop (P12,
 * cancel). Then decides again, because the cancelled runs may leave room for others.
 */
export function* cancelLiveRuns(
  unit: UnitOfWork,
  uid: number,
  { reason, by }: AskedCancel,
): Script<readonly CancelRequest[]> {
  // First writes the runs that this command made, so that it cancels them too.
  yield* ask('write');
  const claimed: LiveRun[] = [];
  const requests: CancelRequest[] = [];
  const waiting: LiveRun[] = [];
  for (const run of yield* ask('lockLiveRuns', uid, { ownRuns: reason === 'deleted' })) {
    if (run.claim === undefined) waiting.push({ ...run, ...cancelOf(run, { reason, by }) });
    else {
      claimed.push(run);
      requests.push(requestOf(run, run.claim));
    }
  }
  if (claimed.length > 0) yield* ask('requestCancels', claimed, { reason, by });
  if (waiting.length === 0) return requests;
  const cancelled = yield* cancelRuns(unit, uid, waiting);
  yield* settleJobs(unit, new Map([[uid, cancelled]]), { ofClaims: false });
  return requests;
}

/** Moves runs that were asked to stop to history. The caller decides what this means for their job. */
export function* cancelRuns(
  unit: UnitOfWork,
  uid: number,
  runs: readonly LiveRun[],
): Script<readonly FinishedRun[]> {
  return yield* endNow(unit, uid, { runs, outcome: { kind: 'cancelled' } });
}

/** Moves unclaimed runs whose time to start is over to history, and frees their room (P35, expiry). */
export function* endExpired(unit: UnitOfWork, uid: number): Script<boolean> {
  const live = yield* ask('lockLiveRuns', uid, { ownRuns: false });
  const runs = live.filter((run) => run.claim === undefined && isExpired(run, unit.now));
  if (runs.length === 0) return false;
  const ended = yield* endNow(unit, uid, { runs, outcome: { kind: 'expired' } });
  yield* settleJobs(unit, new Map([[uid, ended]]), { ofClaims: false });
  return true;
}

/** What a new run did to those that it replaces. */
export interface Replaced {
  readonly ended: readonly FinishedRun[];
  readonly requests: readonly CancelRequest[];
}

/**
 * Ends the live runs of a locked job that a new run replaces, but those of backfills: waiting runs at once,
 * claimed runs by a request to stop (P7, overlap).
 */
export function* replaceLiveRuns(unit: UnitOfWork, uid: number): Script<Replaced> {
  const live = yield* ask('lockLiveRuns', uid, { ownRuns: false });
  const replaced = live.filter((run) => !isBackfillRun(run));
  const runs = replaced.flatMap((run) =>
    run.claim === undefined ? [{ ...run, ...cancelOf(run, { reason: 'replaced' }) }] : [],
  );
  const claimed = replaced.filter((run) => run.claim !== undefined && run.cancel === undefined);
  if (claimed.length > 0) yield* ask('requestCancels', claimed, { reason: 'replaced' });
  const requests = claimed.flatMap((run) => (run.claim === undefined ? [] : [requestOf(run, run.claim)]));
  if (runs.length === 0) return { ended: [], requests };
  const ended = yield* cancelRuns(unit, uid, runs);
  yield* settleJobs(unit, new Map([[uid, ended]]), { ofClaims: false });
  return { ended, requests };
}

function* endNow(
  unit: UnitOfWork,
  uid: number,
  { runs, outcome }: { readonly runs: readonly LiveRun[]; readonly outcome: Outcome },
): Script<readonly FinishedRun[]> {
  const { job } = lockedJob(unit, uid);
  const ended = runs.map((run) => {
    const settlement = settleRun(job, run, outcome, { now: unit.now, random: 0 });
    if (settlement.kind !== 'finished') throw new Error('a run that must end was put back');
    const jobVersion = run.jobVersion ?? job.version;
    return finishedOf(run, settlement, { finishedAt: unit.now, jobVersion });
  });
  if (isLimited(unit, uid))
    yield* ask(
      'wakeGroups',
      runs.map(({ id }) => id),
    );
  yield* ask('endRuns', { finished: ended, putBack: [] });
  const mayBeSaved = runs.filter(({ claim, failures, recoveries }) => !claim && failures + recoveries > 0);
  if (mayBeSaved.length > 0)
    yield* ask(
      'removeCheckpoints',
      mayBeSaved.map(({ id }) => id),
    );
  unit.finished.push(...ended);
  return ended;
}

/** Whether the job's waiting runs get another place among those that are due (P29, limits and priority). */
function changesQueue(before: Job, after: Job): boolean {
  if (after.version === before.version) return false;
  const isOtherType = after.typeVersion !== before.typeVersion || after.type !== before.type;
  return isOtherType || after.priority !== before.priority || levelOf(after) !== levelOf(before);
}

function isChanged(before: StoredJob, after: StoredJob): boolean {
  return (
    before.job !== after.job ||
    before.deletedAt !== after.deletedAt ||
    before.finishedCount !== after.finishedCount ||
    before.skippedCount !== after.skippedCount
  );
}
