import { backfillRefusal, sortSlots } from '../../backfills/backfill-slots.ts';
import { type CancelRequest, cancelOf, requestOf } from '../../commands/cancel.ts';
import { nextSlotOf } from '../../model/job.ts';
import type { LiveRun } from '../../model/run.ts';
import { isBackfillRun } from '../../model/run.ts';
import { without } from '../../objects.ts';
import { decide, draftOf } from '../../rules/decision.ts';
import { latestDueBy } from '../../schedule/assigned-time.ts';
import type {
  BackfillInput,
  BackfillResult,
  CancelBackfillInput,
  CancelBackfillResult,
} from '../../store/store-backfills.ts';
import { MAX_REPORTED } from '../../store/store-commands.ts';
import { applyDecision, cancelRuns, liveRunsOf, settleJobs } from '../apply.ts';
import { addWindows } from '../calendars/job-windows.ts';
import { ask, type Script } from '../script.ts';
import { lockedJob, saveJob, type UnitOfWork } from '../unit-of-work.ts';

/** Locks a job as other changes of its state do. */
const LIKE_RESUME = { kind: 'resume' } as const;

/** Starts a backfill of a job (P37, backfill), or only says which slots it would run. */
export function* backfill(unit: UnitOfWork, input: BackfillInput): Script<BackfillResult> {
  const { jobId, ifUid, ifVersion, from, to, slots, onlyMissing, dryRun, by, audit } = input;
  const { stored } = yield* ask('lockJob', { jobId, command: LIKE_RESUME });
  if (stored === undefined) return { kind: 'absent' };
  yield* addWindows(unit, [stored]);
  const { job, uid } = lockedJob(unit, stored.uid);
  if (ifUid !== job.uid || ifVersion !== job.version) return { kind: 'stale', version: job.version };
  const refusal = backfillRefusal(job);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  const { historyFrom, ...known } = yield* ask('knownSlots', uid, { from, to });
  // Slots at and after the next one belong to the planner (P5, one run per slot).
  const passed = slots.filter(
    (slot) => slot <= latestDueBy(job, unit.now) && slot < (nextSlotOf(job) ?? Number.POSITIVE_INFINITY),
  );
  const sorted = sortSlots(passed, known, onlyMissing);
  const plan = historyFrom === undefined ? sorted : { ...sorted, historyFrom };
  if (dryRun || plan.toRun.length === 0) return { kind: 'planned', plan };

  const [id] = yield* ask('newUids', 1);
  if (id === undefined) throw new Error('there is no next id');
  yield* ask('insertBackfill', { id, uid, from, to, onlyMissing, slots: plan.toRun, by });
  const left = (job.backfillLeft ?? 0) + plan.toRun.length;
  const live = yield* liveRunsOf(uid);
  yield* applyDecision(
    unit,
    lockedJob(unit, uid),
    decide(draftOf({ ...job, backfillLeft: left }, live), unit.now),
  );
  yield* ask('write');
  yield* ask('writeAudit', audit, jobId);
  return { kind: 'planned', plan, id: String(id) };
}

/** Cancels a backfill: its slots to come, its waiting runs, and its running runs on request. */
export function* cancelBackfill(unit: UnitOfWork, input: CancelBackfillInput): Script<CancelBackfillResult> {
  const { id, ifVersion, cancelLive, by, audit } = input;
  const jobId = yield* ask('jobOfBackfill', Number(id));
  if (jobId === undefined) return { kind: 'absent' };
  const { stored } = yield* ask('lockJob', { jobId, command: LIKE_RESUME });
  if (stored === undefined) return { kind: 'over' };
  if ((ifVersion ?? stored.job.version) !== stored.job.version) return { kind: 'stale' };
  const { uid } = stored;
  yield* addWindows(unit, [stored]);
  const dropped = yield* ask('dropBackfillSlots', Number(id), uid);
  const { waiting, claimed } = yield* runsOfBackfill(Number(id), uid);
  if (dropped + waiting.length + claimed.length === 0) return { kind: 'over' };
  const left = (stored.job.backfillLeft ?? 0) - dropped;
  const current = lockedJob(unit, uid);
  const { job } = current;
  saveJob(unit, {
    ...current,
    job: left > 0 ? { ...job, backfillLeft: left } : without(job, 'backfillLeft'),
  });
  const cancelRequests: CancelRequest[] = [];
  if (cancelLive && claimed.length > 0) {
    yield* ask('requestCancels', claimed, { reason: 'user', by });
    for (const run of claimed) if (run.claim !== undefined) cancelRequests.push(requestOf(run, run.claim));
  }
  if (waiting.length > 0) {
    const asked = waiting.map((run) => ({ ...run, ...cancelOf(run, { reason: 'user', by }) }));
    const cancelled = yield* cancelRuns(unit, uid, asked);
    yield* settleJobs(unit, new Map([[uid, cancelled]]), { ofClaims: false });
  } else {
    const live = yield* liveRunsOf(uid);
    const now = lockedJob(unit, uid);
    yield* applyDecision(unit, now, decide(draftOf(now.job, live), unit.now));
  }
  yield* ask('write');
  yield* ask('writeAudit', audit, jobId);
  return { kind: 'done', jobId, finished: unit.finished.slice(0, MAX_REPORTED), cancelRequests };
}

function* runsOfBackfill(
  id: number,
  uid: number,
): Script<{ readonly waiting: readonly LiveRun[]; readonly claimed: readonly LiveRun[] }> {
  const slots = new Set(yield* ask('liveSlotsOfBackfill', id, uid));
  const runs = slots.size === 0 ? [] : yield* ask('lockLiveRuns', uid, { ownRuns: false });
  const own = runs.filter((run) => isBackfillRun(run) && slots.has(run.scheduledFor ?? -1));
  return {
    waiting: own.filter(({ claim }) => claim === undefined),
    claimed: own.filter(({ claim }) => claim !== undefined),
  };
}
