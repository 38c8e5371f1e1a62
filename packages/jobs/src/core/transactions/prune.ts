import { isBackfillRun } from '../model/run.ts';
import type { PruneResult, Retention } from '../store/store.ts';
import { DEDUPE_MS } from '../store/store-commands.ts';
import { ask, type Script } from './script.ts';
import type { OldRows, RunsToPrune } from './tables/prune-tables.ts';
import { lockedJob, saveJob, type UnitOfWork } from './unit-of-work.ts';

/** The most rows that one call of `prune` removes, in one short transaction or several. */
const MAX_PRUNED = 500;
/** A job's history may outgrow its bounds by this factor before it is cut back to them. */
const SLACK = 1.2;
/** Above this many times its bounds, a job's history is cut in the order of creation, not of ending. */
const FAR_OVER = 4;
/** The most jobs with too much history that one step locks. */
const MAX_JOBS = 20;
const DAY_MS = 24 * 3_600_000;

/** One step of a prune, in a transaction: removes some of the rows that retention no longer keeps. */
export type PruneStep = (unit: UnitOfWork) => Script<Pruned>;

export interface Pruned {
  readonly removed: number;
  /** The step left rows that it could have removed. */
  readonly more: boolean;
}

/**
 * Removes at most {@link MAX_PRUNED} rows that retention no longer keeps (P18, bounds). A store may run each
 * step in its own transaction, so that other work waits only for the locks of one step.
 */
export function* prune(retention: Retention): Generator<PruneStep, PruneResult, Pruned> {
  const { maxAgeMs, countsMaxAgeMs } = retention;
  const older = (what: OldRows, ageMs: number) => (unit: UnitOfWork, left: number) =>
    removeOld(what, unit.now - ageMs, left);
  const steps: readonly ((unit: UnitOfWork, left: number) => Script<Pruned>)[] = [
    (unit, left) => pruneOverfull(unit, retention, left),
    (unit, left) => pruneOld(unit, retention, left),
    older('finishedJobs', maxAgeMs),
    older('tombstones', 0),
    // A dedupe key whose age is exactly `DEDUPE_MS` no longer counts.
    older('dedupeKeys', DEDUPE_MS - 1),
    older('hours', countsMaxAgeMs),
    older('jobHours', countsMaxAgeMs),
    older('hourBuckets', countsMaxAgeMs),
    older('jobHourBuckets', countsMaxAgeMs),
    older('backfills', countsMaxAgeMs),
    older('checkpoints', 0),
    // No rate counts older starts. A value that is used at least once a day keeps its group.
    (unit, left) => ask('removeUnusedGroups', unit.now - DAY_MS, left),
    older('nodeNames', maxAgeMs + DAY_MS),
    older('alertDeliveries', maxAgeMs),
  ];
  let left = MAX_PRUNED;
  let isMore = false;
  for (const step of steps) {
    const { removed, more } = yield (unit) => step(unit, left);
    left -= removed;
    isMore ||= more;
    if (left <= 0) break;
  }
  return { removed: MAX_PRUNED - left, more: isMore || left <= 0 };
}

function* removeOld(what: OldRows, before: number, limit: number): Script<Pruned> {
  return { removed: yield* ask('removeOld', what, before, limit), more: false };
}

/** Cuts the history of jobs back to its bounds. */
function* pruneOverfull(unit: UnitOfWork, retention: Retention, limit: number): Script<Pruned> {
  const { finishedPerJob, skippedPerJob } = retention;
  const bounds = {
    finished: Math.floor(finishedPerJob * SLACK),
    skipped: Math.floor(skippedPerJob * SLACK),
  };
  const { jobs, more } = yield* ask('lockOverfull', bounds, MAX_JOBS);
  let left = limit;
  const toPrune: RunsToPrune[] = [];
  const take = (uid: number, first: RunsToPrune['first'], tooMany: number) => {
    const count = Math.min(tooMany, left);
    if (count <= 0) return;
    toPrune.push({ uid, first, count });
    left -= count;
  };
  for (const { uid, finishedCount, skippedCount } of jobs) {
    const isFar = finishedCount > FAR_OVER * finishedPerJob;
    take(uid, isFar ? 'made' : 'ended', finishedCount - finishedPerJob);
    take(uid, 'skipped', skippedCount - skippedPerJob);
  }
  const ids = toPrune.length === 0 ? [] : yield* ask('firstRuns', toPrune);
  const removed = yield* removeRuns(unit, ids, retention);
  // If nothing could be removed, the caller must not prune the same jobs again at once.
  return { removed, more: more && (removed > 0 || jobs.length === 0) };
}

function* pruneOld(unit: UnitOfWork, retention: Retention, limit: number): Script<Pruned> {
  const { ids, isFull } = yield* ask('lockOldRuns', unit.now - retention.maxAgeMs, limit);
  const removed = yield* removeRuns(unit, ids, retention);
  return { removed, more: isFull && removed > 0 };
}

/** Removes finished runs of locked jobs, and returns how many. The hourly counts still include them. */
function* removeRuns(
  unit: UnitOfWork,
  ids: readonly number[],
  { countsMaxAgeMs }: Retention,
): Script<number> {
  if (ids.length === 0) return 0;
  const removed = yield* ask('removeRuns', ids);
  for (const { jobUid, status } of removed) {
    const stored = lockedJob(unit, Number(jobUid));
    const count = status === 'skipped' ? 'skippedCount' : 'finishedCount';
    saveJob(unit, { ...stored, [count]: Math.max(0, stored[count] - 1) });
  }
  yield* ask('writeJobs');
  const ofBackfills = removed.filter(isBackfillRun);
  if (ofBackfills.length > 0) yield* ask('keepBackfillEnds', ofBackfills);
  const counted = removed.filter(({ finishedAt }) => finishedAt >= unit.now - countsMaxAgeMs);
  if (counted.length > 0) yield* ask('countInJobHours', counted);
  return removed.length;
}
