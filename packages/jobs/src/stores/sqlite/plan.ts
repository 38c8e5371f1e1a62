import type { Decision } from '../../core/decision.ts';
import { createCountBudget, planOrPutOff } from '../../core/slots.ts';
import type { PlanInput, PlannedRun, PlanResult } from '../../core/store-passes.ts';
import { numbersIn } from '../rows/first-column.ts';
import type { StoredJob } from '../rows/job-row.ts';
import { applyDecision } from './apply.ts';
import { earliestOf, merged } from './by-type.ts';
import { claimMade, shareOf } from './claim-made.ts';
import { liveRunsOf } from './live-runs.ts';
import type { Writer } from './writer.ts';

/** Takes what is due of at most `limit` jobs of the types, the longest overdue first. */
export function plan(
  w: Writer,
  { types, limit, aheadMs = 0, claim: toClaim }: PlanInput,
  now: number,
): PlanResult {
  const keys = w.types.knownTo(types);
  const uids = dueJobs(w, keys, now + aheadMs, limit);
  const queued: PlannedRun[] = [];
  const skipped: PlannedRun[] = [];
  const failed: PlanResult['failed'][number][] = [];
  let done = 0;
  const decided: { readonly stored: StoredJob; readonly decision: Decision }[] = [];
  const budget = createCountBudget(now);
  for (const uid of uids) {
    if (budget.isSpent()) break;
    const stored = w.jobs.require(uid);
    const { decision, fault } = planOrPutOff(stored.job, liveRunsOf(w, uid, now), now, aheadMs);
    if (decision.job !== stored.job) done += 1;
    if (fault !== undefined) failed.push({ jobId: stored.job.id, message: String(fault) });
    budget.spend(decision);
    decided.push({ stored, decision });
  }
  // Before the first is written, so that the claim can be shared out in due order.
  const decisions = decided.map(({ decision }) => decision);
  const share = toClaim && shareOf(w, toClaim, decisions, now);
  for (const { stored, decision } of decided) {
    const applied = applyDecision(w, stored, decision, { now, share });
    const { id: jobId, uid: jobUid } = applied.stored.job;
    for (const { id, scheduledFor } of applied.queued) {
      queued.push({ id, jobId, jobUid, ...(scheduledFor === undefined ? undefined : { scheduledFor }) });
    }
    for (const { id, scheduledFor, reason } of applied.finished) {
      if (scheduledFor === undefined || (reason !== 'overlap' && reason !== 'missed')) continue;
      skipped.push({ id, jobId, jobUid, scheduledFor, reason });
    }
  }
  const nextWakeAt = earliestOf(w, EARLIEST_WAKE, keys);
  return {
    now,
    queued,
    skipped,
    failed,
    more: budget.isSpent() || (uids.length >= limit && done > 0),
    ...(nextWakeAt === undefined ? {} : { nextWakeAt }),
    ...(toClaim === undefined ? {} : { claimed: claimMade(w, toClaim, share, now) }),
  };
}

function dueJobs(w: Writer, keys: readonly number[], by: number, limit: number): number[] {
  if (keys.length === 0) return [];
  const params = keys.flatMap((key) => [key, by]);
  return numbersIn(w.db.arrays(merged(DUE_JOBS, keys.length, 'wake_at, uid')).all(...params, limit));
}

const DUE_JOBS = 'SELECT uid, wake_at FROM jobs WHERE wake_at IS NOT NULL AND type_key = ? AND wake_at <= ?';
const EARLIEST_WAKE = `SELECT wake_at FROM jobs
  WHERE wake_at IS NOT NULL AND type_key = ? ORDER BY wake_at LIMIT 1`;
