import { LOOK_AHEAD_MS } from '../../core/slots.ts';
import type { JobStore } from '../../core/store.ts';
import { type CancelResult, requestOf } from '../../core/store-commands.ts';
import type { Report } from '../../core/store-passes.ts';
import { cancelWaiting, requestCancels, settleJobs } from './apply.ts';
import { writeAudit } from './commands.ts';
import { flush } from './flush.ts';
import { requireJob } from './jobs.ts';
import { findLiveRun, lockLiveRun } from './live-runs.ts';
import { appendLogs } from './logs.ts';
import { columnsOf } from './queries.ts';
import { findRun } from './read-runs.ts';
import { rowOf, runKeyOf } from './run-rows.ts';
import { becomeDue, type Unit } from './unit.ts';

/**
 * P12: a waiting run ends at once, a claimed one is asked to stop; with `force` it ends now and its fence is
 * void (P11).
 */
export async function cancelRun(
  u: Unit,
  { runId, force, audit }: Parameters<JobStore['cancelRun']>[0],
): Promise<CancelResult> {
  const seen = await findLiveRun(u.q, runKeyOf(runId));
  const stored = seen === undefined ? undefined : await requireJob(u, Number(seen.jobUid));
  // It may have ended while this waited for its job.
  const live = stored === undefined ? undefined : await lockLiveRun(u, runKeyOf(runId));
  if (stored === undefined || live === undefined) {
    const run = await findRun(u.q, runId);
    if (run !== undefined && !('held' in run)) return { kind: 'finished', run };
    return { kind: 'absent' };
  }
  const { claim } = live;
  if (claim !== undefined && !force) {
    const asked = await requestCancels(u, [Number(runId)], 'user');
    if (asked.length > 0) await writeAudit(u, audit, runId);
    const run = { ...live, cancel: live.cancel ?? 'user' } as const;
    return { kind: 'requested', run, request: requestOf(live, claim) };
  }
  const ended = await cancelWaiting(u, stored.job, [{ ...live, cancel: live.cancel ?? 'user' }]);
  const [run] = ended;
  if (run === undefined) throw new Error('a cancelled run did not end');
  await settleJobs(u, new Map([[stored.uid, ended]]), { ofClaims: false });
  await flush(u);
  await writeAudit(u, audit, runId);
  return { kind: 'cancelled', run, ...(claim === undefined ? {} : { voided: requestOf(live, claim) }) };
}

/** Makes a waiting retry due; held runs and those that were never put off stay as they are. */
export async function makeDue(
  u: Unit,
  { runId, audit }: Parameters<JobStore['makeDue']>[0],
): ReturnType<JobStore['makeDue']> {
  if ((await u.q.run(MAKE_DUE, [u.now, runKeyOf(runId)])) > 0) {
    becomeDue(u, 'runs', [u.now]);
    await writeAudit(u, audit, runId);
    return 'due';
  }
  return (await findRun(u.q, runId)) === undefined ? 'absent' : 'not_waiting';
}

/** Writes what claims tell of themselves, each guarded by its fence. */
export async function report(u: Unit, batch: readonly Report[]): ReturnType<JobStore['report']> {
  const rows = batch.map(({ runId, fence, startedAt, progress, zombieSince }) => [
    Number(runId),
    fence,
    startedAt ?? null,
    progress === undefined ? null : JSON.stringify(progress),
    zombieSince ?? null,
  ]);
  const told = await u.q.arrays(REPORT, columnsOf(rows, 5));
  const current = new Map<string, string | null>();
  for (const row of told) {
    const [runId, fence, cancel] = rowOf<[number, number, string | null]>(row);
    current.set(`${runId} ${fence}`, cancel);
  }
  const isCurrent = ({ runId, fence }: Report) => current.has(`${runId} ${fence}`);
  await appendLogs(
    u.q,
    batch
      .filter(isCurrent)
      .flatMap(({ runId, logs }) => (logs === undefined ? [] : [{ runId: Number(runId), lines: logs }])),
  );
  const asked = ({ runId, fence }: Report) => (current.get(`${runId} ${fence}`) ?? null) !== null;
  return {
    stale: batch.filter((one) => !isCurrent(one)).map(({ runId }) => runId),
    cancel: batch.filter(asked).map(({ runId }) => runId),
  };
}

/** But for one that was made a moment ahead of its slot. */
const MAKE_DUE = `UPDATE greenvue_jobs.live_runs SET available_at = $1::bigint
  WHERE id = $2 AND node IS NULL AND held = 'no'
    AND available_at > $1::bigint + CASE WHEN failures = 0 THEN ${LOOK_AHEAD_MS} ELSE 0 END`;
/** Rows are locked in the order of their ids, as everywhere. */
const REPORT = `WITH told AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])
      AS told (id, fence, started_at, progress, zombie_since)),
  locked AS (
    SELECT live_runs.id FROM greenvue_jobs.live_runs JOIN told USING (id, fence) ORDER BY id FOR UPDATE OF live_runs)
  UPDATE greenvue_jobs.live_runs SET
    status = CASE WHEN told.started_at IS NULL THEN live_runs.status ELSE 'running' END,
    started_at = coalesce(told.started_at, live_runs.started_at),
    progress = coalesce(told.progress, live_runs.progress),
    zombie_since = coalesce(told.zombie_since, live_runs.zombie_since)
  FROM told JOIN locked USING (id)
  WHERE live_runs.id = told.id AND live_runs.fence = told.fence
  RETURNING live_runs.id, live_runs.fence, live_runs.cancel`;
