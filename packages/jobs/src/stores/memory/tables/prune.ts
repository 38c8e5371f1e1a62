import type { FinishedRun } from '../../../core/model/run.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { PruneTables, RunsToPrune } from '../../../core/transactions/tables/prune-tables.ts';
import { bucketsOf } from '../../rows/hour-tally.ts';
import { addToHour, lock, type MemoryDatabase, type MemoryUnit } from '../memory-database.ts';
import { isRunOf, isToCome } from './backfill-tables.ts';

export function pruneTables(u: MemoryUnit): PruneTables {
  const { db } = u;
  return {
    lockOverfull({ finished, skipped }, limit) {
      const jobs = [...db.jobs.values()]
        .filter(({ finishedCount, skippedCount }) => finishedCount > finished || skippedCount > skipped)
        .slice(0, limit);
      for (const stored of jobs) lock(u, stored);
      return { jobs, more: jobs.length === limit };
    },
    firstRuns: (toPrune) => toPrune.flatMap((one) => firstRuns(db, one).map(({ id }) => Number(id))),
    lockOldRuns(before, limit) {
      const old = [...db.runs.values()].filter(({ finishedAt }) => finishedAt < before).slice(0, limit);
      for (const { jobUid } of old) lock(u, db.requireJob(jobUid));
      return { ids: old.map(({ id }) => Number(id)), isFull: old.length === limit };
    },
    removeRuns: (ids) =>
      ids.flatMap((id) => {
        const run = db.runs.get(id);
        if (run === undefined) return [];
        db.runs.delete(id);
        db.logs.delete(id);
        db.chainedRuns.delete(String(id));
        for (const [key, row] of db.dedupeKeys)
          if (row.runId === id) db.dedupeKeys.set(key, { ...row, pruned: run });
        return [run];
      }),
    keepBackfillEnds(runs) {
      for (const run of runs) {
        const slot = db.backfillSlots.find((one) => isRunOf(one, run));
        if (slot !== undefined) slot.ended = run.status;
      }
    },
    countInJobHours(runs) {
      for (const run of runs)
        for (const row of bucketsOf(run))
          addToHour(db.jobHourBuckets, { subject: Number(run.jobUid), ...row });
    },
    removeOld: (...args) => removeOld(u, ...args),
    removeUnusedGroups: (before, limit) => removeUnusedGroups(db, before, limit),
  };
}

function removeOld({ db, unit }: MemoryUnit, ...[what, before, limit]: Parameters<PruneTables['removeOld']>) {
  const remove = <Key, Row>(table: Map<Key, Row>, isOld: (row: Row) => boolean) => {
    const old = [...table].filter(([, row]) => isOld(row)).slice(0, limit);
    for (const [key] of old) table.delete(key);
    return old.length;
  };
  const removeTombstones = () => {
    const gone = remove(db.jobs, ({ uid, deletedAt, finishedCount, skippedCount }) => {
      const rows = finishedCount + skippedCount + db.liveRunsOf(uid).length;
      return deletedAt !== undefined && rows === 0;
    });
    for (const [key, { uid }] of db.versions) if (!db.jobs.has(uid)) db.versions.delete(key);
    return gone;
  };
  switch (what) {
    case 'finishedJobs': {
      const old = [...db.jobs.values()].filter((stored) => isOver(stored, before)).slice(0, limit);
      for (const stored of old) db.jobs.set(stored.uid, { ...stored, deletedAt: unit.now });
      return old.length;
    }
    case 'tombstones':
      return removeTombstones();
    case 'dedupeKeys':
      return remove(db.dedupeKeys, ({ at }) => at < before);
    case 'backfills': {
      const toCome = new Set(db.backfillSlots.filter(isToCome).map(({ backfillId }) => backfillId));
      const removed = remove(db.backfills, (row) => row.createdAt < before && !toCome.has(Number(row.id)));
      db.backfillSlots = db.backfillSlots.filter(({ backfillId }) => db.backfills.has(backfillId));
      return removed;
    }
    case 'checkpoints':
      return remove(db.checkpoints, ({ runId }) => db.findLive(runId) === undefined);
    case 'nodeNames':
      return 0;
    case 'alertDeliveries':
      return remove(db.deliveries, ({ alert: { at } }) => at < before);
    // Only nodes of older versions have written these.
    case 'hours':
    case 'jobHours':
      return 0;
    default:
      return remove(db[what], ({ hour }) => hour < before);
  }
}

/** Removes keys of groups without live runs. The starts of a group go with its last key. */
function removeUnusedGroups(
  db: MemoryDatabase,
  before: number,
  limit: number,
): ReturnType<PruneTables['removeUnusedGroups']> {
  const used = new Set([...db.live.values()].map(({ groupKey }) => groupKey));
  const unused = [...db.limitKeys.values()]
    .filter(({ key, group }) => !used.has(key) && (db.groupUses.get(group) ?? 0) < before)
    .slice(0, limit);
  for (const { key, group } of unused) {
    db.limitKeys.delete(key);
    db.groupLooks.delete(key);
    if ([...db.limitKeys.values()].some((one) => one.group === group)) continue;
    db.groupStarts.delete(group);
    db.groupUses.delete(group);
  }
  return { removed: unused.length, more: unused.length === limit };
}

function isOver({ job, deletedAt }: StoredJob, before: number): boolean {
  const { status, lastEndAt, lastSlotAt, createdAt, declaration } = job;
  const isOld = (lastEndAt ?? lastSlotAt ?? createdAt) < before;
  return status === 'finished' && deletedAt === undefined && declaration === undefined && isOld;
}

function firstRuns(db: MemoryDatabase, { uid, first, count }: RunsToPrune): readonly FinishedRun[] {
  const isMeant = ({ jobUid, status }: FinishedRun) =>
    Number(jobUid) === uid && (status === 'skipped') === (first === 'skipped');
  const runs = [...db.runs.values()].filter(isMeant).sort((a, b) => Number(a.id) - Number(b.id));
  if (first === 'ended') runs.sort((a, b) => a.finishedAt - b.finishedAt);
  return runs.slice(0, count);
}
