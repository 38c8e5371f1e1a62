import { type Cell, csvTable } from '../csv.ts';
import type { RunJson } from './run.ts';

const lastError = ({ errors }: RunJson) => errors.at(-1);

/** The columns of an export as CSV. New ones are added at the end. */
const COLUMNS: Readonly<Record<string, Cell<RunJson>>> = {
  id: (run) => run.id,
  job_id: (run) => run.job_id,
  type: (run) => run.type,
  status: (run) => run.status,
  reason: (run) => run.reason,
  trigger: (run) => run.trigger,
  scheduled_for: (run) => run.scheduled_for,
  queued_at: (run) => run.queued_at,
  started_at: (run) => run.started_at,
  finished_at: (run) => run.finished_at,
  attempt: (run) => run.attempt,
  node: (run) => run.node,
  job_version: (run) => run.job_version,
  requested_by: (run) => run.requested_by,
  cancelled_by: (run) => run.cancelled_by,
  retry_of: (run) => run.retry_of,
  fingerprint: (run) => run.fingerprint,
  error_name: (run) => lastError(run)?.name ?? null,
  error_message: (run) => lastError(run)?.message ?? null,
  backfill_id: (run) => run.backfill_id,
  slot_done_by: (run) => run.slot_done_by,
};

/** The export as CSV. */
export const runCsv = csvTable(COLUMNS);

/** A run as a line of JSON. */
export function jsonLine(run: RunJson): string {
  return `${JSON.stringify(run)}\n`;
}
