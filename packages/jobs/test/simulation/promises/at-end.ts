import { EngineError } from '../../../src/core/model/errors.ts';
import type { RequestedRun } from '../../../src/core/store/store-views.ts';
import { isAllPaused, type Past } from '../past.ts';
import { activeRoomOf } from './room.ts';

const LATE_MS = 10_000;

/** P4 to P9: all that is due is done, once faults are over. */
export function dueRunsAreDone(past: Past, now: number): string | undefined {
  if (isAllPaused(past.database.pauseOfAll, now)) return undefined;
  for (const { run } of past.database.live.values()) {
    const job = past.jobOf(run)?.job;
    if (job === undefined || run.held === 'pause' || run.availableAt > now - LATE_MS) continue;
    // Its slots may come faster than its limit lets them start.
    if (job.type === 'rated') continue;
    const claimedAt = past.runs.get(run.id)?.claims.at(-1)?.at ?? 0;
    if (run.claim !== undefined && claimedAt > now - LATE_MS) continue;
    const active = past.liveRunsOf(Number(run.jobUid)).filter(({ held }) => held === 'no');
    if (run.held === 'overlap' && active.length >= activeRoomOf(job)) continue;
    const what = run.claim === undefined ? `waits (${run.held})` : `is claimed by ${run.claim.fence}`;
    return `${job.id}: run ${run.id} ${what} since ${new Date(run.availableAt).toISOString()}`;
  }
  return undefined;
}

/** P4: due slots are taken. */
export function dueSlotsAreTaken(past: Past, now: number): string | undefined {
  // A clock that jumps back can return to a pause that had ended.
  if (isAllPaused(past.database.pauseOfAll, now)) return undefined;
  for (const { job, uid, deletedAt } of past.database.jobs.values()) {
    if (deletedAt !== undefined || job.status !== 'active' || job.nextRunAt === undefined) continue;
    if (job.nextRunAt > now - LATE_MS || past.liveRunsOf(uid).length > 0) continue;
    return `${job.id}: the slot ${new Date(job.nextRunAt).toISOString()} is due, and no node takes it`;
  }
  return undefined;
}

/** P15: no run that was told to somebody is lost, and a key stands for one run. */
export function toldRunsAreThere({ database, ledger, hasPruned }: Past): string | undefined {
  for (const { kind, jobId, answer } of ledger.commands) {
    if (kind !== 'trigger' || answer?.ok !== true || hasPruned) continue;
    const { id } = (answer.value as RequestedRun).run;
    if (database.findRun(id) === undefined) return `${jobId}: run ${id} was told to a person, and is gone`;
  }
  return undefined;
}

/** P15: for each life of a job, a dedupe key stands for one run. */
export function keysStandForOneRun({ ledger }: Past): string | undefined {
  const known = new Map<string, string>();
  for (const { kind, jobId, key, answer } of ledger.commands) {
    if (kind !== 'trigger' || key === undefined || answer?.ok !== true) continue;
    const { id, jobUid } = (answer.value as RequestedRun).run;
    const first = known.get(`${jobUid} ${key}`) ?? id;
    if (first !== id) return `${jobId}: the key ${key} has made the runs ${first} and ${id}`;
    known.set(`${jobUid} ${key}`, id);
  }
  return undefined;
}

/** P15: a trigger that repeats a key is answered with the first run, also while there is no room. */
export function repeatsAreAnswered({ database, ledger }: Past): string | undefined {
  const told = new Map<string, { readonly jobUid: string; readonly at: number }>();
  for (const { kind, jobId = '', key, askedAt, answer } of ledger.commands) {
    if (kind !== 'trigger' || key === undefined || answer === undefined) continue;
    if (answer.ok) {
      const { jobUid } = (answer.value as RequestedRun).run;
      told.set(`${jobId} ${key}`, { jobUid, at: answer.at });
      continue;
    }
    const first = told.get(`${jobId} ${key}`);
    // The job has had one life only since then.
    if (first === undefined || first.at > askedAt || String(database.findJob(jobId)?.uid) !== first.jobUid)
      continue;
    if (
      answer.value instanceof EngineError &&
      answer.value.code === 'conflict' &&
      answer.value.summary.startsWith('The job has live runs')
    )
      return `${jobId}: the key ${key} has a run, and a repeat was refused: ${answer.value.message}`;
  }
  return undefined;
}

/** P30: what was told as saved is found by the next attempt. */
export function savedStateIsFound({ ledger }: Past): string | undefined {
  return ledger.lostCheckpoints[0];
}
