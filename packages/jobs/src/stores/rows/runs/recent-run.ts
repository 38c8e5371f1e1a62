import type { RunReason, RunStatus } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import type { RecentRun } from '../../../core/store/store-views.ts';

export type RecentRow<Status, Reason> = readonly [
  id: number,
  status: Status,
  reason: Reason | null,
  queuedAt: number,
  startedAt: number | null,
  finishedAt: number | null,
];

/** Takes a row whose status and reason are words of `core`. */
export function recentRunOf(row: RecentRow<RunStatus, RunReason>): RecentRun {
  const [id, status, reason, queuedAt, startedAt, finishedAt] = row;
  const run: Mutable<RecentRun> = { id: String(id), status, queuedAt };
  if (reason !== null) run.reason = reason;
  if (startedAt !== null) run.startedAt = startedAt;
  if (finishedAt !== null) run.finishedAt = finishedAt;
  return run;
}
