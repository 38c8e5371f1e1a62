import type { CancelRequest } from '../commands/cancel.ts';
import { type Job, type LiveRuns, NO_LIVE_RUNS } from '../model/job.ts';
import { isSkipReason, type RunOver } from '../model/run.ts';
import { CountBudget } from '../rules/count-budget.ts';
import { touchesWaiting } from '../rules/decision.ts';
import { planOrPutOff } from '../rules/slots.ts';
import type { ClaimResult, PlanInput, PlannedRun, PlanResult } from '../store/store-passes.ts';
import { writeAlerts } from './alerts/alerts.ts';
import { applyDecision } from './apply.ts';
import { addWindows } from './calendars/job-windows.ts';
import { startChains } from './chains/chains.ts';
import { successesFor } from './chains/upstreams.ts';
import { writeAndClaim } from './claim-planned.ts';
import { decideWithRoom } from './decide-with-room.ts';
import { ask, type Script } from './script.ts';
import { effectsOf, lockedJob, type UnitOfWork } from './unit-of-work.ts';

/** The most past slots of one job that become runs in one pass (P37, backfill). */
const BACKFILL_SLOTS_A_PASS = 20;
/** After each 125 changed jobs, the store starts to write them while the plan decides about the next ones. */
const JOBS_A_WRITE = 125;

/** Takes the due slots of at most `limit` jobs of the given types, longest overdue first (P4 to P7, P14). */
export function* plan(unit: UnitOfWork, input: PlanInput): Script<PlanResult> {
  const { limit, aheadMs = 0, claim } = input;
  const { jobs, live, waiting } = yield* ask('lockDue', input);
  yield* addWindows(unit, jobs);
  const failed: PlanResult['failed'][number][] = [];
  const requests: CancelRequest[] = [];
  const successes = yield* successesFor(jobs.map(({ job }) => job));
  let done = 0;
  let hasMoved = false;
  const budget = new CountBudget(unit.now);
  for (const { uid, job } of jobs) {
    if (budget.isSpent) break;
    const backfill =
      job.backfillLeft === undefined ? undefined : yield* ask('backfillSlots', uid, BACKFILL_SLOTS_A_PASS);
    let fault: unknown;
    const decide = (now: Job, alive: LiveRuns, isAgain: boolean) => {
      const planned = planOrPutOff(now, alive, unit.now, { aheadMs: isAgain ? 0 : aheadMs, backfill });
      fault = planned.fault;
      return planned.decision;
    };
    const decided = yield* decideWithRoom(unit, uid, {
      live: live.get(uid) ?? NO_LIVE_RUNS,
      successes,
      decide,
    });
    const { decision } = decided;
    requests.push(...decided.requests);
    hasMoved ||= decided.hasMoved;
    const stored = lockedJob(unit, uid);
    if (decision.job !== stored.job) done += 1;
    if (fault !== undefined) failed.push({ jobId: stored.job.id, message: String(fault) });
    hasMoved ||= touchesWaiting(decision);
    budget.spend(decision);
    yield* applyDecision(unit, stored, decision);
    if (unit.unsaved.size >= JOBS_A_WRITE) yield* ask('writeJobs');
  }
  const chains = yield* startChains(unit, input);
  if (chains !== undefined) requests.push(...chains.requests);
  hasMoved ||= chains?.hasMoved === true;
  const hasAlerts = yield* writeAlerts(unit);
  let claimed: (() => ClaimResult) | undefined;
  if (claim === undefined) yield* ask('write');
  else claimed = yield* writeAndClaim(unit, claim, hasMoved ? undefined : waiting);
  const { now, ...planned } = yield* ask('endPlan', { input, jobs, isDone: done > 0 });
  const againAt = unit.hasEnds ? unit.now : chains?.againAt;
  const nextWakeAt = earliest(planned.nextWakeAt, againAt);
  return {
    now,
    ...plannedIn(unit),
    failed,
    more: budget.isSpent || (jobs.length >= limit && done > 0),
    ...(nextWakeAt === undefined ? {} : { nextWakeAt }),
    ...(claimed === undefined ? {} : { claimed: claimed() }),
    ...(hasAlerts ? { hasAlerts } : {}),
    ...(requests.length === 0 ? {} : { cancelRequests: requests }),
    ...effectsOf(unit),
    ...(againAt === undefined ? {} : { hasEnds: true }),
  };
}

function earliest(a = Number.POSITIVE_INFINITY, b = Number.POSITIVE_INFINITY): number | undefined {
  const at = Math.min(a, b);
  return Number.isFinite(at) ? at : undefined;
}

function plannedIn(unit: UnitOfWork): Pick<PlanResult, 'queued' | 'skipped' | 'replaced'> {
  const jobIdOf = (jobUid: string) => lockedJob(unit, Number(jobUid)).job.id;
  const queued = unit.queued.map(
    ({ id, jobUid, scheduledFor }): PlannedRun => ({
      id,
      jobId: jobIdOf(jobUid),
      jobUid,
      ...(scheduledFor === undefined ? undefined : { scheduledFor }),
    }),
  );
  const skipped: PlannedRun[] = [];
  const replaced: RunOver[] = [];
  for (const { id, jobUid, scheduledFor, status, reason, errors } of unit.finished) {
    if (!isSkipReason(reason)) {
      const error = status === 'failed' ? errors.at(-1) : undefined;
      replaced.push({ runId: id, jobId: jobIdOf(jobUid), status, reason, error });
      continue;
    }
    const slot = scheduledFor === undefined ? undefined : { scheduledFor };
    skipped.push({ id, jobId: jobIdOf(jobUid), jobUid, ...slot, reason });
  }
  return { queued, skipped, ...(replaced.length === 0 ? {} : { replaced }) };
}
