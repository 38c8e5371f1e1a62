import type { CancelReason } from '../../../core/model/run.ts';
import { LOOK_AHEAD_MS } from '../../../core/rules/slots.ts';
import type { AuditEntry } from '../../../core/store/store-commands.ts';
import type { Report } from '../../../core/store/store-passes.ts';
import type { PutBack, ReportState } from '../../../core/transactions/tables.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { errorsText } from '../../rows/run-row.ts';
import { columnsOf } from '../connection/queries.ts';
import { rowOf, runKeyOf } from '../rows/run-rows.ts';
import { becomeDue, type Unit } from './unit.ts';

/** Puts runs whose claims ended back into the queue. */
export async function putBack(u: Unit, runs: readonly PutBack[]): Promise<void> {
  if (runs.length === 0) return;
  becomeDue(
    u,
    'runs',
    runs.map(({ to }) => to.availableAt),
  );
  const rows = runs.map(({ runId, to, progress }) => [
    Number(runId),
    to.held,
    to.availableAt,
    to.failures,
    to.recoveries,
    errorsText(to.errors),
    progress === undefined ? null : JSON.stringify(progress),
  ]);
  await u.q.write(PUT_BACK, columnsOf(rows, 7));
}

/** Marks claimed runs that were not asked to stop before; returns which. */
export async function requestCancels(
  u: Unit,
  runIds: readonly string[],
  reason: CancelReason,
): Promise<readonly string[]> {
  return numbersIn(await u.q.arrays(REQUEST_CANCEL, [reason, runIds.map(Number)])).map(String);
}

export async function makeRunDue(u: Unit, runId: string): Promise<boolean> {
  const isDue = (await u.q.run(MAKE_DUE, [u.now, runKeyOf(runId)])) > 0;
  if (isDue) becomeDue(u, 'runs', [u.now]);
  return isDue;
}

/** Writes what claims tell of themselves, each guarded by its fence. */
export async function writeReports(
  u: Unit,
  batch: readonly Report[],
): Promise<readonly (ReportState | undefined)[]> {
  const rows = batch.map(({ runId, fence, startedAt, progress, zombieSince }) => [
    Number(runId),
    fence,
    startedAt ?? null,
    progress === undefined ? null : JSON.stringify(progress),
    zombieSince ?? null,
  ]);
  const current = new Map<string, ReportState>();
  for (const row of await u.q.arrays(REPORT, columnsOf(rows, 5))) {
    const [runId, fence, cancel] = rowOf<[number, number, string | null]>(row);
    current.set(`${runId} ${fence}`, { isToStop: cancel !== null });
  }
  return batch.map(({ runId, fence }) => current.get(`${runId} ${fence}`));
}

/** Part of the transaction of the change that it is about. */
export async function writeAudit(u: Unit, audit: AuditEntry, target: string): Promise<void> {
  await u.q.write(WRITE_AUDIT, [u.now, audit.actor, audit.action, target, audit.change]);
}

const PUT_BACK = `UPDATE greenvue_jobs.live_runs SET status = 'queued', held = new.held, available_at = new.available_at,
    failures = new.failures, recoveries = new.recoveries, errors = new.errors,
    progress = coalesce(new.progress, live_runs.progress), node = NULL, fence = NULL, started_at = NULL, cancel = NULL,
    zombie_since = NULL, slot_has_waited = CASE WHEN live_runs.scheduled_for IS NOT NULL THEN true END
  FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
    AS new (id, held, available_at, failures, recoveries, errors, progress)
  WHERE live_runs.id = new.id`;
const REQUEST_CANCEL = `UPDATE greenvue_jobs.live_runs SET cancel = $1
  WHERE id = ANY($2::bigint[]) AND node IS NOT NULL AND cancel IS NULL RETURNING id`;
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
const WRITE_AUDIT = `INSERT INTO greenvue_jobs.audit (at, actor, action, target, change)
  VALUES ($1, $2, $3, $4, $5)`;
