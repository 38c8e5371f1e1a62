import { LOOK_AHEAD_MS } from '../../core/slots.ts';
import type { JobStore } from '../../core/store.ts';
import { type CancelResult, requestOf } from '../../core/store-commands.ts';
import type { Report } from '../../core/store-passes.ts';
import { cancelWaiting, requestCancel } from './apply.ts';
import { writeAudit } from './commands.ts';
import { findFinishedRun } from './history.ts';
import { findLiveRun } from './live-runs.ts';
import { appendLogs } from './logs.ts';
import { numbersOf } from './run-rows.ts';
import { settleJobs } from './settle.ts';
import type { Writer } from './writer.ts';

/**
 * P12: a waiting run ends at once, a claimed one is asked to stop; with `force` it ends now and its fence is
 * void (P11).
 */
export function cancelRun(
  w: Writer,
  { runId, force, audit }: Parameters<JobStore['cancelRun']>[0],
  now: number,
): CancelResult {
  const live = findLiveRun(w, Number(runId));
  if (live === undefined) {
    const run = findFinishedRun(w, Number(runId));
    return run === undefined ? { kind: 'absent' } : { kind: 'finished', run };
  }
  const { claim } = live;
  if (claim !== undefined && !force) {
    if (requestCancel(w, live, 'user')) writeAudit(w, audit, runId, now);
    return {
      kind: 'requested',
      run: { ...live, cancel: live.cancel ?? 'user' },
      request: requestOf(live, claim),
    };
  }
  const uid = Number(live.jobUid);
  const stored = w.jobs.require(uid);
  const [run] = cancelWaiting(w, stored.job, [{ ...live, cancel: live.cancel ?? 'user' }], now);
  if (run === undefined) throw new Error(`run ${runId} was not cancelled`);
  settleJobs(w, [{ stored, ended: [run] }], { now, ofClaims: false });
  writeAudit(w, audit, runId, now);
  return { kind: 'cancelled', run, ...(claim === undefined ? {} : { voided: requestOf(live, claim) }) };
}

/** Makes a waiting retry due; held runs and those that were never put off stay as they are. */
export function makeDue(
  w: Writer,
  { runId, audit }: Parameters<JobStore['makeDue']>[0],
  now: number,
): Awaited<ReturnType<JobStore['makeDue']>> {
  const { changes } = w.db.statement(MAKE_DUE).run(now, Number(runId));
  if (changes > 0) {
    writeAudit(w, audit, runId, now);
    return 'due';
  }
  const known = findLiveRun(w, Number(runId)) ?? findFinishedRun(w, Number(runId));
  return known === undefined ? 'absent' : 'not_waiting';
}

/** Writes what claims tell of themselves, each guarded by its fence. */
export function report(w: Writer, batch: readonly Report[]): Awaited<ReturnType<JobStore['report']>> {
  const stale: string[] = [];
  const cancel: string[] = [];
  for (const { runId, fence, startedAt, progress, logs, zombieSince } of batch) {
    w.claimed.delete(Number(runId));
    const row = w.db
      .arrays(REPORT)
      .get(
        startedAt ?? null,
        progress === undefined ? null : JSON.stringify(progress),
        zombieSince ?? null,
        Number(runId),
        fence,
      );
    if (row === undefined) {
      stale.push(runId);
      continue;
    }
    if (logs !== undefined) appendLogs(w, Number(runId), logs);
    const [asked] = numbersOf<[number | null]>(row);
    if (asked !== null) cancel.push(runId);
  }
  return { stale, cancel };
}

/** But for one that was made a moment ahead of its slot. */
const MAKE_DUE = `UPDATE live_runs SET available_at = ?1
  WHERE id = ?2 AND node IS NULL AND held = 0
    AND available_at > ?1 + CASE WHEN failures = 0 THEN ${LOOK_AHEAD_MS} ELSE 0 END`;
const REPORT = `UPDATE live_runs SET
  status = CASE WHEN ?1 IS NULL THEN status ELSE 1 END,
  started_at = coalesce(?1, started_at),
  progress = coalesce(?2, progress),
  zombie_since = coalesce(?3, zombie_since)
  WHERE id = ?4 AND fence = ?5 RETURNING cancel`;
