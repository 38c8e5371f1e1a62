import type { FinishedRun } from '../../core/model/run.ts';
import type { PruneResult, Retention } from '../../core/store/store.ts';
import { DEDUPE_MS } from '../../core/store/store-commands.ts';
import { FAR_OVER, MAX_PRUNED, SLACK } from '../rows/bounds.ts';
import { hourOf } from '../rows/hours.ts';
import { addToHour, liveRowsOf, type MemoryDatabase, requireJob } from './database.ts';

/** Removes at most {@link MAX_PRUNED} rows of what is kept no longer (P18, bounds). */
export function prune(db: MemoryDatabase, retention: Retention, now: number): PruneResult {
  const { maxAgeMs, countsMaxAgeMs } = retention;
  let left = MAX_PRUNED;
  const removeRuns = (runs: readonly FinishedRun[]) => {
    const gone = runs.slice(0, Math.max(left, 0));
    for (const run of gone) removeRun(db, run, now - countsMaxAgeMs);
    left -= gone.length;
  };
  const removeFrom = <K, V>(table: Map<K, V>, isOld: (row: V) => boolean) => {
    for (const [key, row] of table) {
      if (left <= 0 || !isOld(row)) continue;
      table.delete(key);
      left -= 1;
    }
  };
  const all = [...db.runs.values()].sort((a, b) => Number(a.id) - Number(b.id));
  for (const { uid, finishedCount, skippedCount } of [...db.jobs.values()]) {
    const { finishedPerJob, skippedPerJob } = retention;
    const isOver = finishedCount > finishedPerJob * SLACK || skippedCount > skippedPerJob * SLACK;
    if (!isOver) continue;
    const own = all.filter(({ jobUid }) => Number(jobUid) === uid);
    const finished = own.filter(({ status }) => status !== 'skipped');
    if (finishedCount <= FAR_OVER * finishedPerJob) finished.sort((a, b) => a.finishedAt - b.finishedAt);
    removeRuns(finished.slice(0, Math.max(finishedCount - finishedPerJob, 0)));
    const skipped = own.filter(({ status }) => status === 'skipped');
    removeRuns(skipped.slice(0, Math.max(skippedCount - skippedPerJob, 0)));
  }
  removeRuns([...db.runs.values()].filter(({ finishedAt }) => finishedAt < now - maxAgeMs));
  for (const stored of [...db.jobs.values()]) {
    const { status, lastEndAt, lastSlotAt, createdAt } = stored.job;
    const isOld = (lastEndAt ?? lastSlotAt ?? createdAt) < now - maxAgeMs;
    if (left <= 0 || status !== 'finished' || stored.deletedAt !== undefined || !isOld) continue;
    db.jobs.set(stored.uid, { ...stored, deletedAt: now });
    left -= 1;
  }
  removeFrom(db.jobs, ({ uid, deletedAt, finishedCount, skippedCount }) => {
    const isEmpty = finishedCount === 0 && skippedCount === 0 && liveRowsOf(db, uid).length === 0;
    return deletedAt !== undefined && isEmpty;
  });
  removeFrom(db.dedupeKeys, ({ at }) => at <= now - DEDUPE_MS);
  removeFrom(db.hours, ({ hour }) => hour < now - countsMaxAgeMs);
  removeFrom(db.jobHours, ({ hour }) => hour < now - countsMaxAgeMs);
  return { removed: MAX_PRUNED - left, more: left <= 0 };
}

/** Removes a run with its log; keeps it in its job's hours, and in the dedupe key that names it. */
function removeRun(db: MemoryDatabase, run: FinishedRun, countedSince: number): void {
  const { id, status, finishedAt } = run;
  const uid = Number(run.jobUid);
  db.runs.delete(Number(id));
  db.logs.delete(Number(id));
  for (const [key, row] of db.dedupeKeys)
    if (row.runId === Number(id)) db.dedupeKeys.set(key, { ...row, pruned: run });
  const stored = requireJob(db, uid);
  const { finishedCount, skippedCount } = stored;
  const isSkipped = status === 'skipped';
  db.jobs.set(uid, {
    ...stored,
    finishedCount: isSkipped ? finishedCount : Math.max(0, finishedCount - 1),
    skippedCount: isSkipped ? Math.max(0, skippedCount - 1) : skippedCount,
  });
  if (finishedAt >= countedSince) addToHour(db.jobHours, { uid, hour: hourOf(finishedAt), status, count: 1 });
}
