import { touchesWaiting } from '../../core/decision.ts';
import { NO_LIVE_RUNS } from '../../core/job.ts';
import { createCountBudget, planOrPutOff } from '../../core/slots.ts';
import type { ClaimInput, ClaimResult, PlanInput, PlannedRun, PlanResult } from '../../core/store-passes.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { applyDecision } from './apply.ts';
import { claim } from './claim.ts';
import { beginClaim, flushAndClaim } from './claim-planned.ts';
import { LOOK_AGAIN_MS, lockDueJobs } from './jobs.ts';
import { liveRunsOf } from './live-runs.ts';
import { earlierOf, seeing, seenIn } from './low-water.ts';
import { KEYS_KNOWN, versionsParam } from './type-keys.ts';
import { flush, lockedJob, reserveIds, type Unit } from './unit.ts';

/** Takes what is due of at most `limit` jobs of the types, the longest overdue first; other nodes take others meanwhile. */
export async function plan(
  u: Unit,
  { types, limit, aheadMs = 0, claim: toClaim }: PlanInput,
  hasJoined: boolean,
): Promise<PlanResult> {
  const versions = versionsParam(types);
  const see = async (from: number) => seenIn((await u.q.arrays(EARLIEST_WAKE, [versions, from]))[0]);
  const look = await u.shared.due.jobs.look(u.now, see);
  const due = await lockDueJobs(u, { versions, from: look.from, by: u.now + aheadMs, limit });
  const reached = due.length < limit ? u.now : due.at(-1)?.job.wakeAt;
  const { done, isCut, failed, claimed } = await take(u, due, { aheadMs, toClaim, hasJoined });
  const seen = await see(look.from);
  u.onceWritten.push(() => look.done(reached, seen));
  const { earliest } = seen;
  // All that is still due is held by others: what a caller's transaction holds is there again once that has ended.
  const isHeld = done === 0 && earliest !== undefined && earliest <= u.now;
  if (isHeld) u.shared.missed.plans = true;
  const nextWakeAt = earlierOf(isHeld ? u.now + LOOK_AGAIN_MS : earliest, look.againAt);
  return {
    now: u.now,
    ...plannedIn(u),
    failed,
    more: isCut || (due.length >= limit && done > 0),
    ...(nextWakeAt === undefined ? {} : { nextWakeAt }),
    ...(claimed === undefined ? {} : { claimed }),
  };
}

interface Taken {
  /** Of so many jobs something was taken, or put off. */
  readonly done: number;
  /** So much was counted that some may be left for the next plan. */
  readonly isCut: boolean;
  readonly failed: PlanResult['failed'];
  readonly claimed: ClaimResult | undefined;
}

/** Takes what is due of locked jobs. All that has to be known for that is asked for at once. */
async function take(
  u: Unit,
  due: readonly StoredJob[],
  how: { readonly aheadMs: number; readonly toClaim: ClaimInput | undefined; readonly hasJoined: boolean },
): Promise<Taken> {
  const { aheadMs, toClaim, hasJoined } = how;
  if (due.length === 0) {
    const claimed = toClaim && (await claim(u, toClaim, hasJoined));
    return { done: 0, isCut: false, failed: [], claimed };
  }
  const uids = due.map(({ uid }) => uid);
  // A run for each, and the fence of its claim.
  const idsOfEach = toClaim === undefined ? 1 : 2;
  const [live, claiming] = await Promise.all([
    liveRunsOf(u, uids),
    toClaim && beginClaim(u, toClaim, hasJoined),
    reserveIds(u, due.length * idsOfEach),
  ]);
  const failed: PlanResult['failed'][number][] = [];
  let done = 0;
  let hasMoved = false;
  const budget = createCountBudget(u.now);
  for (const stored of due) {
    if (budget.isSpent()) break;
    const alive = live.get(stored.uid) ?? NO_LIVE_RUNS;
    const { decision, fault } = planOrPutOff(stored.job, alive, u.now, aheadMs);
    if (decision.job !== stored.job) done += 1;
    if (fault !== undefined) failed.push({ jobId: stored.job.id, message: String(fault) });
    hasMoved ||= touchesWaiting(decision);
    budget.spend(decision);
    await applyDecision(u, stored, decision);
  }
  const claimed = claiming === undefined ? await flush(u) : await flushAndClaim(u, claiming, hasMoved);
  return { done, isCut: budget.isSpent(), failed, claimed };
}

function plannedIn(u: Unit): Pick<PlanResult, 'queued' | 'skipped'> {
  const jobIdOf = (jobUid: string) => lockedJob(u, Number(jobUid)).job.id;
  const queued = u.queued.map(
    ({ id, jobUid, scheduledFor }): PlannedRun => ({
      id,
      jobId: jobIdOf(jobUid),
      jobUid,
      ...(scheduledFor === undefined ? undefined : { scheduledFor }),
    }),
  );
  const skipped: PlannedRun[] = [];
  for (const { id, jobUid, scheduledFor, reason } of u.finished) {
    if (scheduledFor === undefined || (reason !== 'overlap' && reason !== 'missed')) continue;
    skipped.push({ id, jobId: jobIdOf(jobUid), jobUid, scheduledFor, reason });
  }
  return { queued, skipped };
}

const EARLIEST_WAKE = `SELECT ${seeing(`SELECT min(next.wake_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT wake_at FROM greenvue_jobs.job_wakes WHERE type_key = known.key AND wake_at >= $2::bigint
  ORDER BY wake_at LIMIT 1) AS next`)}`;
