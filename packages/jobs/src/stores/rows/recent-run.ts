import type { RunReason, RunStatus } from '../../core/model/run.ts';
import type { Mutable } from '../../core/objects.ts';
import type { RecentRun } from '../../core/store/store-views.ts';

/** Of the columns `id, status, reason, queued_at, started_at, finished_at`, with the words of `core`. */
export function recentRunOf(
  row: readonly [
    id: number,
    status: RunStatus,
    reason: RunReason | null,
    queuedAt: number,
    startedAt: number | null,
    finishedAt: number | null,
  ],
): RecentRun {
  const [id, status, reason, queuedAt, startedAt, finishedAt] = row;
  const run: Mutable<RecentRun> = { id: String(id), status, queuedAt };
  if (reason !== null) run.reason = reason;
  if (startedAt !== null) run.startedAt = startedAt;
  if (finishedAt !== null) run.finishedAt = finishedAt;
  return run;
}
