import { cancelOf, requestOf } from '../commands/cancel.ts';
import { isLiveRun, type LiveRun } from '../model/run.ts';
import { completedRun } from '../rules/completion.ts';
import type { JobStore } from '../store/store.ts';
import type { CancelResult } from '../store/store-commands.ts';
import type { Report } from '../store/store-passes.ts';
import { writeAlerts } from './alerts/alerts.ts';
import { cancelRuns, settleJobs } from './apply.ts';
import { ask, type Script } from './script.ts';
import { effectsOf, lockedJob, saveJob, type UnitOfWork } from './unit-of-work.ts';

/**
 * Cancels a run (P12, cancel): a waiting run ends at once, and a claimed run is asked to stop. With `force`,
 * a claimed run ends at once too, and its fence becomes void (P11, timeout).
 */
export function* cancelRun(
  unit: UnitOfWork,
  { runId, ifVersion, force, by, audit }: Parameters<JobStore['cancelRun']>[0],
): Script<CancelResult> {
  const run = yield* ask('lockRun', runId);
  if (run === undefined) return { kind: 'absent' };
  if (!isLiveRun(run)) return { kind: 'finished', run };
  if (isStale(unit, run, ifVersion)) return { kind: 'stale' };
  const { claim } = run;
  const completion = claim === undefined ? undefined : yield* ask('findCompletion', runId);
  if (completion !== undefined) return { kind: 'finished', run: completedRun(run, completion) };
  const asked = { ...run, ...cancelOf(run, { reason: 'user', by }) };
  if (claim !== undefined && !force) {
    const isNew = (yield* ask('requestCancels', [run], { reason: 'user', by })).length > 0;
    if (isNew && audit !== undefined) yield* ask('writeAudit', audit, runId);
    return { kind: 'requested', run: asked, request: requestOf(run, claim) };
  }
  const uid = Number(run.jobUid);
  const ended = yield* cancelRuns(unit, uid, [asked]);
  const [cancelled] = ended;
  if (cancelled === undefined) throw new Error('a cancelled run did not end');
  yield* settleJobs(unit, new Map([[uid, ended]]), { ofClaims: false });
  const hasAlerts = yield* writeAlerts(unit);
  yield* ask('write');
  if (audit !== undefined) yield* ask('writeAudit', audit, runId);
  return {
    kind: 'cancelled',
    run: cancelled,
    ...(hasAlerts ? { hasAlerts } : {}),
    ...effectsOf(unit),
    ...(claim === undefined ? {} : { voided: requestOf(run, claim) }),
  };
}

/**
 * Makes a waiting retry due. Held runs, and runs that are already due, do not change. Locks the job only for
 * a run that waits for room, or where its version matters: settlements of the job need not wait.
 */
export function* makeDue(
  unit: UnitOfWork,
  { runId, ifVersion, audit }: Parameters<JobStore['makeDue']>[0],
): Script<Awaited<ReturnType<JobStore['makeDue']>>> {
  const found = yield* ask('findRun', runId);
  if (found === undefined) return 'absent';
  if (!isLiveRun(found)) return 'not_waiting';
  const needsRoom = found.held === 'overlap';
  if (needsRoom || ifVersion !== undefined) {
    const locked = yield* ask('lockRun', runId);
    if (locked !== undefined && isLiveRun(locked) && isStale(unit, locked, ifVersion)) return 'stale';
  }
  if (!(yield* ask('makeRunDue', runId))) return 'not_waiting';
  if (needsRoom) {
    // The planner gives it room (P29, limits and priority).
    const { job, ...stored } = lockedJob(unit, Number(found.jobUid));
    saveJob(unit, { ...stored, job: { ...job, wakeAt: Math.min(job.wakeAt ?? unit.now, unit.now) } });
    yield* ask('write');
  }
  if (unit.limits.size > 0) yield* ask('wakeGroups', [runId]);
  if (audit !== undefined) yield* ask('writeAudit', audit, runId);
  return 'due';
}

/** Whether the job of a locked run has another version than the one that a change was made for. */
function isStale(unit: UnitOfWork, { jobUid }: LiveRun, ifVersion: number | undefined): boolean {
  return ifVersion !== undefined && lockedJob(unit, Number(jobUid)).job.version !== ifVersion;
}

/** Writes the reports of running attempts, each only if its fence is current (P10, fence). */
export function* report(batch: readonly Report[]): Script<Awaited<ReturnType<JobStore['report']>>> {
  const states = yield* ask('writeReports', batch);
  const isCurrent = (_: Report, n: number) => states[n] !== undefined;
  const current = batch.filter(isCurrent);
  const logs = current.flatMap(({ runId, logs: lines }) => (lines === undefined ? [] : [{ runId, lines }]));
  if (logs.length > 0) yield* ask('appendLogs', logs);
  return {
    stale: batch.filter((_, n) => states[n] === undefined).map(({ runId }) => runId),
    cancel: batch.filter((_, n) => states[n]?.isToStop === true).map(({ runId }) => runId),
  };
}
