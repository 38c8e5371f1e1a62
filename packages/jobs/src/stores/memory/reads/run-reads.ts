import { isReadOf } from '../../../core/filters/jobs-read.ts';
import { isShown } from '../../../core/filters/run-filter.ts';
import { isInTime } from '../../../core/filters/run-time.ts';
import { checkpointView } from '../../../core/model/checkpoint.ts';
import { isBackfillRun, isLiveRun, isSlotOpen, type Run } from '../../../core/model/run.ts';
import type { StoreReads } from '../../../core/store/store.ts';
import type { RecentRun, RunView } from '../../../core/store/store-views.ts';
import { pageOf } from '../../rows/page.ts';
import { recentRunOf } from '../../rows/runs/recent-run.ts';
import { ranWithOf, versionOf } from '../../rows/runs/run-view.ts';
import type { MemoryDatabase } from '../memory-database.ts';
import { isRunOf } from '../tables/backfill-tables.ts';
import { limitOf } from '../tables/limit-tables.ts';
import { failuresIn } from './failures.ts';
import type { Read } from './read.ts';
import { timelineIn } from './timeline.ts';

export function runReads(db: MemoryDatabase, read: Read) {
  return {
    getRun: (runId) =>
      read((now) => {
        const found = db.findRun(runId);
        if (found === undefined) return undefined;
        const whole = { ...wholeRunOf(db, found), ...slotDoneOf(db, found) };
        const links = { ...checkpointOf(db, found), ...triggeredOf(db, found) };
        return { ...whole, ...links, ...waitsForOf(db, found, now) };
      }),
    listVersions: ({ jobUid, limit, before = Number.POSITIVE_INFINITY }) =>
      read(() =>
        [...db.versions.values()]
          .filter(({ uid, version }) => uid === Number(jobUid) && version < before)
          .sort((a, b) => b.version - a.version)
          .slice(0, limit)
          .map(({ uid: _, ...version }) => version),
      ),
    listRuns: ({ limit, jobUid, jobId, type, backfillId, time, from, to, before, ...which }) =>
      read(() => {
        const found = newestFirst(db)
          .map((run) => runViewOf(db, run))
          .filter(
            ({ run, ...job }) =>
              (jobUid ?? run.jobUid) === run.jobUid &&
              (jobId ?? job.jobId) === job.jobId &&
              isReadOf(which, { ...job, id: job.jobId }) &&
              (type ?? job.type) === job.type &&
              (backfillId ?? job.backfillId) === job.backfillId &&
              isInTime(run, { time, from, to }) &&
              Number(run.id) < Number(before ?? Number.POSITIVE_INFINITY) &&
              isShown(wholeRunOf(db, run), which),
          );
        const isOfOneJob = jobUid !== undefined || jobId !== undefined || backfillId !== undefined;
        const { slotsDone = isOfOneJob } = which;
        const views = found.map((view) => (slotsDone ? { ...view, ...slotDoneOf(db, view.run) } : view));
        return pageOf(views, limit, ({ run }) => ({ value: null, key: run.id }));
      }),
    runTimeline: (query) => read(() => timelineIn(db, query)),
    listFailures: (query) => read(() => failuresIn(db, query, (run) => runViewOf(db, run))),
    getLogs: (runId) =>
      read(() => db.logs.get(Number(runId)) ?? (db.findRun(runId) === undefined ? undefined : [])),
  } satisfies Partial<StoreReads>;
}

function newestFirst(db: MemoryDatabase): Run[] {
  const runs = [...[...db.live.values()].map(({ run }) => run), ...db.runs.values()];
  return runs.sort((a, b) => Number(b.id) - Number(a.id));
}

export function recentRunsOf(db: MemoryDatabase, uid: string, limit: number): readonly RecentRun[] {
  const runs = newestFirst(db).filter(({ jobUid }) => jobUid === uid);
  return runs.slice(0, limit).map((run) => {
    const { reason = null, finishedAt = null } = isLiveRun(run) ? {} : run;
    return recentRunOf([Number(run.id), run.status, reason, run.queuedAt, run.startedAt ?? null, finishedAt]);
  });
}

function runViewOf(db: MemoryDatabase, run: Run): RunView {
  const { id: jobId, name: jobName, type, version, tags } = db.requireJob(run.jobUid).job;
  const jobVersion = versionOf(run, version);
  return {
    run,
    jobId,
    jobName,
    type,
    ...(tags === undefined ? {} : { tags }),
    ...(jobVersion === undefined ? {} : { jobVersion }),
    ...backfillOf(db, run),
    ...triggeredByOf(db, run),
  };
}

function backfillOf(db: MemoryDatabase, run: Run): Pick<RunView, 'backfillId'> {
  const slot = isBackfillRun(run) ? db.backfillSlots.find((one) => isRunOf(one, run)) : undefined;
  return slot === undefined ? {} : { backfillId: String(slot.backfillId) };
}

function triggeredByOf(db: MemoryDatabase, { id }: Run): Pick<RunView, 'triggeredBy'> {
  const triggeredBy = db.chainedRuns.get(id);
  return triggeredBy === undefined ? {} : { triggeredBy };
}

function triggeredOf(db: MemoryDatabase, { id }: Run): Pick<RunView, 'triggered'> {
  const triggered = [...db.chainedRuns].flatMap(([runId, by]) => {
    const run = by.runId === id ? db.findRun(runId) : undefined;
    return run === undefined ? [] : [{ runId, jobId: db.requireJob(run.jobUid).job.id }];
  });
  return triggered.length === 0 ? {} : { triggered };
}

function slotDoneOf(db: MemoryDatabase, run: Run): Pick<RunView, 'slotDoneBy'> {
  if (!isSlotOpen(run)) return {};
  const isDone = ({ jobUid, scheduledFor, status, id }: Run) =>
    jobUid === run.jobUid &&
    scheduledFor === run.scheduledFor &&
    status === 'succeeded' &&
    Number(id) > Number(run.id);
  const by = newestFirst(db).find(isDone);
  return by === undefined ? {} : { slotDoneBy: by.id };
}

function waitsForOf(db: MemoryDatabase, run: Run, now: number): Pick<RunView, 'waitsFor'> {
  const isDue = isLiveRun(run) && run.held === 'no' && run.claim === undefined && run.availableAt <= now;
  const waitsFor = isDue ? limitOf(db, run.id, now) : undefined;
  return waitsFor === undefined ? {} : { waitsFor };
}

function checkpointOf(db: MemoryDatabase, run: Run): Pick<RunView, 'checkpoint'> {
  const row = isLiveRun(run) ? db.checkpoints.get(Number(run.id)) : undefined;
  return row === undefined ? {} : { checkpoint: checkpointView(row.savedAt, row.content) };
}

/** A run with what it ran with. */
function wholeRunOf(db: MemoryDatabase, run: Run): RunView {
  const { job } = db.requireJob(run.jobUid);
  const view = runViewOf(db, run);
  const { jobVersion = isLiveRun(run) ? job.version : undefined } = view;
  const kept = jobVersion === job.version ? job : db.versions.get(`${run.jobUid} ${jobVersion}`)?.definition;
  return { ...view, ...ranWithOf(run, kept?.payload) };
}
