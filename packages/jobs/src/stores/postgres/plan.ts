import { touchesWaiting } from '../../core/decision.ts';
import { NO_LIVE_RUNS } from '../../core/job.ts';
import { createCountBudget, planOrPutOff } from '../../core/slots.ts';
import type { ClaimInput, ClaimResult, PlanInput, PlannedRun, PlanResult } from '../../core/store-passes.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { applyDecision } from './apply.ts';
import { claim } from './claim.ts';
import { beginClaim, flushAndClaim } from './claim-planned.ts';
import { flushUnanswered, reserveIds, writeJobs } from './flush.ts';
import { askToLockDue, HELD_AGAIN_MS, takeLocked, uidsIn } from './jobs.ts';
import { liveRunsOf } from './live-runs.ts';
import { earlierOf, type Look, seeing, seenIn } from './low-water.ts';
import type { Queries } from './queries.ts';
import { KEYS_KNOWN, versionsParam } from './type-keys.ts';
import { lockedJob, type Shared, type Unit } from './unit.ts';

/** What a plan has to know before all else. */
export interface OpenedPlan {
  readonly look: Look;
  /** What was due then is locked, if nobody else holds it. */
  readonly at: number;
  readonly due: readonly unknown[];
}

/**
 * Takes what is due of at most `limit` jobs of the types, the longest overdue first; other nodes take others
 * meanwhile.
 */
export async function plan(
  u: Unit,
  input: PlanInput,
  { hasJoined, opened }: { readonly hasJoined: boolean; readonly opened?: OpenedPlan | undefined },
): Promise<PlanResult> {
  const { types, limit, aheadMs = 0, claim: toClaim } = input;
  const isUsable = opened !== undefined && opened.at <= u.now + CLOCKS_DIFFER_MS;
  const {
    look,
    at,
    due: rows,
  } = isUsable ? opened : await openPlan(u.q, { shared: u.shared, input, at: u.now });
  const upTo = Math.min(at, u.now);
  const { due, done, isCut, failed, tell } = await take(u, rows, { aheadMs, toClaim, hasJoined });
  const reached = due.length < limit ? upTo : due.at(-1)?.job.wakeAt;
  const seen = seenIn((await u.q.commitWith(EARLIEST_WAKE, [versionsParam(types), look.from]))[0]);
  const claimed = tell();
  u.onceWritten.push(() => look.done(reached, seen));
  const { earliest } = seen;
  // All that is still due is held by others: what a caller's transaction holds is there again once that has
  // ended.
  const isHeld = done === 0 && earliest !== undefined && earliest <= upTo;
  if (isHeld) u.shared.missed.plans = true;
  const nextWakeAt = earlierOf(isHeld ? u.now + HELD_AGAIN_MS : earliest, look.againAt);
  return {
    now: upTo,
    ...plannedIn(u),
    failed,
    more: isCut || (due.length >= limit && done > 0),
    ...(nextWakeAt === undefined ? {} : { nextWakeAt }),
    ...(claimed === undefined ? {} : { claimed }),
  };
}

/** Asks for what a plan has to know first, at `at`: the time of its transaction is not known yet. */
export async function openPlan(
  q: Queries,
  { shared, input, at }: { readonly shared: Shared; readonly input: PlanInput; readonly at: number },
): Promise<OpenedPlan> {
  const { types, limit, aheadMs = 0 } = input;
  const versions = versionsParam(types);
  const look = await shared.due.jobs.look(at, async (from) =>
    seenIn((await q.arrays(EARLIEST_WAKE, [versions, from]))[0]),
  );
  return { look, at, due: await askToLockDue(q, { versions, from: look.from, by: at + aheadMs, limit }) };
}

interface Taken {
  /** What was locked, as it was then. */
  readonly due: readonly StoredJob[];
  /** Of so many jobs something was taken, or put off. */
  readonly done: number;
  /** So much was counted that some may be left for the next plan. */
  readonly isCut: boolean;
  readonly failed: PlanResult['failed'];
  /**
   * Tells the unit what was made, and gives the claim: once something that was asked for later is answered.
   */
  tell(): ClaimResult | undefined;
}

/** Takes what is due of the jobs of locked rows. All that has to be known for that is asked for at once. */
async function take(
  u: Unit,
  rows: readonly unknown[],
  how: { readonly aheadMs: number; readonly toClaim: ClaimInput | undefined; readonly hasJoined: boolean },
): Promise<Taken> {
  const { aheadMs, toClaim, hasJoined } = how;
  if (rows.length === 0) {
    const claimed = toClaim && (await claim(u, toClaim, hasJoined));
    return { due: [], done: 0, isCut: false, failed: [], tell: () => claimed };
  }
  // A run for each, and the fence of its claim.
  const idsOfEach = toClaim === undefined ? 1 : 2;
  const [live, , claiming, due] = await Promise.all([
    liveRunsOf(u, uidsIn(rows)),
    reserveIds(u, rows.length * idsOfEach),
    toClaim && beginClaim(u, toClaim, hasJoined),
    // While the server is at those.
    takeLocked(u, rows),
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
    if (u.unsaved.size >= JOBS_A_WRITE) await writeJobs(u);
  }
  const planned = { due, done, isCut: budget.isSpent(), failed };
  if (claiming !== undefined) return { ...planned, tell: await flushAndClaim(u, claiming, hasMoved) };
  const tellQueued = await flushUnanswered(u);
  return { ...planned, tell: () => void tellQueued() };
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

/**
 * Of so many jobs, what was decided goes out: the server writes it while the node decides on the next ones.
 */
const JOBS_A_WRITE = 125;

/**
 * The database's time as a node knows it is at most so far ahead, but for a database that another one has
 * replaced. By so much less than {@link createLowWater} means to wait for what is written late.
 */
const CLOCKS_DIFFER_MS = 100;

const EARLIEST_WAKE = `SELECT ${seeing(`SELECT min(next.wake_at) FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
  SELECT wake_at FROM greenvue_jobs.job_wakes WHERE type_key = known.key AND wake_at >= $2::bigint
  ORDER BY wake_at LIMIT 1) AS next`)}`;
