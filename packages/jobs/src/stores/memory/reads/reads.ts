import { partsToRead, samplePartOf } from '../../../core/forecast/forecast-job.ts';
import { isBackfillRun, isLiveRun, type Run } from '../../../core/model/run.ts';
import { isShown } from '../../../core/rules/run-filter.ts';
import { jobViewOf } from '../../../core/store/job-view.ts';
import { isOfAllJobs, isReadOf, type JobsRead, mostUsedFirst } from '../../../core/store/jobs-read.ts';
import type { StoreReads } from '../../../core/store/store.ts';
import type {
  Cursor,
  HealthContext,
  JobQuery,
  JobView,
  RecentRun,
  RunView,
} from '../../../core/store/store-views.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { emptyHealthCounts, hasHealth } from '../../../core/watching/health.ts';
import { ALL_JOBS } from '../../rows/hour-tally.ts';
import { firstHour } from '../../rows/hours.ts';
import { durationOf, RUNS_TO_MEASURE } from '../../rows/jobs/forecast-row.ts';
import { pageOf } from '../../rows/page.ts';
import { recentRunOf } from '../../rows/runs/recent-run.ts';
import { ranWithOf, versionOf } from '../../rows/runs/run-view.ts';
import type { MemoryDatabase } from '../memory-database.ts';
import { isRunOf } from '../tables/backfill-tables.ts';
import { bulkReads } from '../tables/bulk-commands.ts';
import { auditReads } from './audit-reads.ts';
import { backfillReads } from './backfill-reads.ts';
import { failuresIn } from './failures.ts';
import { historyOf, hourCounts, hoursOf } from './history.ts';
import { timelineIn } from './timeline.ts';

type Read = <T>(work: (now: number) => T) => Promise<T>;

export function createReads(db: MemoryDatabase, read: Read): StoreReads {
  return {
    ...auditReads(db, read),
    ...backfillReads(db, read),
    ...bulkReads(db, read),
    ...jobReads(db, read),
    ...runReads(db, read),
    ...statReads(db, read),
  };
}

function jobReads(db: MemoryDatabase, read: Read) {
  return {
    getPauseOfAll: () => read(() => db.pauseOfAll),
    getJob: (jobId, handlers, lateFrom) =>
      read((now) => {
        const stored = db.findJob(jobId);
        return stored && viewOf(db, stored, { handlers, lateFrom }, now);
      }),
    listJobs: (query) =>
      read((now) => {
        const { after, limit, recentRuns } = query;
        const found = jobsNow(db, query)
          .map((stored) => ({ stored, view: viewOf(db, stored, query, now) }))
          .filter(({ view }) => isAskedFor(query, view))
          .map(({ stored, view }) => ({
            view,
            cursor: { value: sortValue(query, view), key: stored.job.uid },
          }))
          .sort((a, b) => compare(query, a.cursor, b.cursor))
          .filter(({ cursor }) => after === undefined || compare(query, cursor, after) > 0);
        const page = pageOf(found, limit, ({ cursor }) => cursor);
        const rows = page.rows.map(({ view }) =>
          recentRuns === undefined
            ? view
            : { ...view, recentRuns: recentRunsOf(db, view.job.uid, recentRuns) },
        );
        return { ...page, rows };
      }),
    countHealth: ({ handlers, lateFrom, after = '0', ...which }) =>
      read((now) => {
        const counts = emptyHealthCounts();
        for (const stored of jobsNow(db, which).filter(({ uid }) => uid > Number(after)))
          counts[viewOf(db, stored, { handlers, lateFrom }, now).health.status] += 1;
        return { counts };
      }),
    listTags: (which) =>
      read(() => {
        const tags = jobsNow(db, which).flatMap(({ job }) => job.tags ?? []);
        const counts = Map.groupBy(tags, (tag) => tag);
        return mostUsedFirst([...counts].map(([tag, { length: jobs }]) => ({ tag, jobs })));
      }),
    forecastJobs: ({ most, type, ...which }) =>
      read(() => {
        const found = jobsNow(db, which).filter(
          ({ job }) =>
            (type ?? job.type) === job.type && job.schedule.kind !== 'on_demand' && job.status !== 'finished',
        );
        const parts = partsToRead(found.length, most);
        const jobs = found.filter(({ uid }) => samplePartOf(uid) < parts).map(({ job }) => job);
        const measured = jobs.map((job) => ({
          ...job,
          durationsMs: recentRunsOf(db, job.uid, RUNS_TO_MEASURE).flatMap((run) => durationOf(run) ?? []),
        }));
        return { jobs: measured, total: found.length };
      }),
  } satisfies Partial<StoreReads>;
}

function runReads(db: MemoryDatabase, read: Read) {
  return {
    getRun: (runId) =>
      read(() => {
        const found = db.findRun(runId);
        return found && wholeRunOf(db, found);
      }),
    listVersions: ({ jobUid, limit, before = Number.POSITIVE_INFINITY }) =>
      read(() =>
        [...db.versions.values()]
          .filter(({ uid, version }) => uid === Number(jobUid) && version < before)
          .sort((a, b) => b.version - a.version)
          .slice(0, limit)
          .map(({ uid: _, ...version }) => version),
      ),
    listRuns: ({ limit, jobUid, jobId, type, backfillId, from, to, before, ...which }) =>
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
              run.queuedAt >= (from ?? Number.NEGATIVE_INFINITY) &&
              run.queuedAt < (to ?? Number.POSITIVE_INFINITY) &&
              Number(run.id) < Number(before ?? Number.POSITIVE_INFINITY) &&
              isShown(wholeRunOf(db, run), which),
          );
        return pageOf(found, limit, ({ run }) => ({ value: null, key: run.id }));
      }),
    runTimeline: (query) => read(() => timelineIn(db, query)),
    listFailures: (query) => read(() => failuresIn(db, query, (run) => runViewOf(db, run))),
    getLogs: (runId) =>
      read(() => db.logs.get(Number(runId)) ?? (db.findRun(runId) === undefined ? undefined : [])),
  } satisfies Partial<StoreReads>;
}

function statReads(db: MemoryDatabase, read: Read) {
  return {
    stats: ({ hours, ...which }) =>
      read((now) => {
        const jobs = { active: 0, paused: 0, finished: 0 };
        for (const { job } of jobsNow(db, which)) jobs[job.status] += 1;
        const live = [...db.live.values()]
          .map(({ run }) => run)
          .filter((run) => isOfOne(db, run.jobUid, which));
        const running = live.filter(({ status }) => status === 'running').length;
        const held = live.filter((run) => run.held !== 'no').length;
        const waiting = live.filter((run) => run.held === 'no' && run.claim === undefined);
        const dueSince = lowest(waiting.map(({ availableAt }) => availableAt).filter((at) => at <= now));
        const runs = { queued: live.length - held - running, held, running };
        const counts = isOfAllJobs(which)
          ? [...db.hourBuckets.values()].filter(({ subject }) => subject === ALL_JOBS)
          : hoursOf(db, (uid) => isOfOne(db, uid, which));
        return {
          jobs,
          runs: dueSince === null ? runs : { ...runs, dueSince },
          hours: hourCounts(counts, firstHour(hours, now)),
        };
      }),
    jobHours: ({ jobId, hours }) =>
      read((now) => {
        const uid = db.findJob(jobId)?.uid;
        if (uid === undefined) return undefined;
        return hourCounts(
          hoursOf(db, (other) => other === uid),
          firstHour(hours, now),
        );
      }),
    history: (query) => read(() => historyOf(db, query)),
  } satisfies Partial<StoreReads>;
}

function jobsNow(db: MemoryDatabase, which: JobsRead): StoredJob[] {
  return [...db.jobs.values()].filter(
    ({ job, deletedAt }) => deletedAt === undefined && isReadOf(which, job),
  );
}

/** Whether the job with a uid, which may be deleted, is one of these. */
function isOfOne(db: MemoryDatabase, uid: number | string, which: JobsRead): boolean {
  const stored = db.jobs.get(Number(uid));
  return stored !== undefined && isReadOf(which, stored.job);
}

function viewOf(
  db: MemoryDatabase,
  { job, uid }: StoredJob,
  { handlers, lateFrom }: HealthContext,
  now: number,
): JobView {
  const live = db.liveRunsOf(uid);
  const running = live.filter(({ status }) => status === 'running');
  const starts = running.flatMap(({ startedAt = [] }) => startedAt);
  const waiting = live.filter(({ held, claim }) => held === 'no' && claim === undefined);
  const runs = {
    count: running.length,
    firstStartedAt: lowest(starts),
    lastStartedAt: starts.length === 0 ? null : Math.max(...starts),
    zombieSince: lowest(running.flatMap(({ zombieSince = [] }) => zombieSince)),
    waitingSince: lowest(waiting.map(({ availableAt }) => availableAt)),
  };
  return jobViewOf(job, { runs, handlers, lateFrom, now });
}

function lowest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

function isAskedFor({ type, status, q, health }: JobQuery, { job, health: own }: JobView): boolean {
  if ((type ?? job.type) !== job.type || (status ?? job.status) !== job.status) return false;
  if (health !== undefined && !hasHealth(own, health)) return false;
  if (q === undefined) return true;
  return [job.id, job.name, job.description].some((text) => text.toLowerCase().includes(q.toLowerCase()));
}

function sortValue({ sort }: JobQuery, { job, lastRunAt }: JobView): Cursor['value'] {
  if (sort === 'next_run') return job.nextRunAt ?? null;
  if (sort === 'last_run') return lastRunAt ?? null;
  return sort === 'created_at' ? job.createdAt : job[sort];
}

/** Jobs without the value they are sorted by come last. */
function compare({ descending }: JobQuery, a: Cursor, b: Cursor): number {
  const turn = descending ? -1 : 1;
  if (a.value === null || b.value === null) {
    if (a.value !== b.value) return a.value === null ? 1 : -1;
  } else if (a.value !== b.value) return a.value < b.value ? -turn : turn;
  return turn * (Number(a.key) - Number(b.key));
}

function newestFirst(db: MemoryDatabase): Run[] {
  const runs = [...[...db.live.values()].map(({ run }) => run), ...db.runs.values()];
  return runs.sort((a, b) => Number(b.id) - Number(a.id));
}

function recentRunsOf(db: MemoryDatabase, uid: string, limit: number): readonly RecentRun[] {
  const runs = newestFirst(db).filter(({ jobUid }) => jobUid === uid);
  return runs.slice(0, limit).map((run) => {
    const { reason = null, finishedAt = null } = isLiveRun(run) ? {} : run;
    return recentRunOf([Number(run.id), run.status, reason, run.queuedAt, run.startedAt ?? null, finishedAt]);
  });
}

function runViewOf(db: MemoryDatabase, run: Run): RunView {
  const { id: jobId, type, version, tags } = db.requireJob(run.jobUid).job;
  const jobVersion = versionOf(run, version);
  return {
    run,
    jobId,
    type,
    ...(tags === undefined ? {} : { tags }),
    ...(jobVersion === undefined ? {} : { jobVersion }),
    ...backfillOf(db, run),
  };
}

function backfillOf(db: MemoryDatabase, run: Run): Pick<RunView, 'backfillId'> {
  const slot = isBackfillRun(run) ? db.backfillSlots.find((one) => isRunOf(one, run)) : undefined;
  return slot === undefined ? {} : { backfillId: String(slot.backfillId) };
}

/** A run with what it ran with. */
function wholeRunOf(db: MemoryDatabase, run: Run): RunView {
  const { job } = db.requireJob(run.jobUid);
  const view = runViewOf(db, run);
  const { jobVersion = isLiveRun(run) ? job.version : undefined } = view;
  const kept = jobVersion === job.version ? job : db.versions.get(`${run.jobUid} ${jobVersion}`)?.definition;
  return { ...view, ...ranWithOf(run, kept?.payload) };
}
