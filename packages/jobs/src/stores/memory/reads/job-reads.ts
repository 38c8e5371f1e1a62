import { upstreamsOf } from '../../../core/chains/upstreams.ts';
import { isReadOf, type JobsRead, mostUsedFirst } from '../../../core/filters/jobs-read.ts';
import { partsToRead, samplePartOf } from '../../../core/forecast/forecast-job.ts';
import { originOf } from '../../../core/model/declaration.ts';
import type { FinishedRun, Run } from '../../../core/model/run.ts';
import { jobViewOf } from '../../../core/store/job-view.ts';
import type { StoreReads } from '../../../core/store/store.ts';
import type { Cursor, HealthContext, JobQuery, JobView } from '../../../core/store/store-views.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { emptyHealthCounts, hasHealth } from '../../../core/watching/health.ts';
import { durationOf, RUNS_TO_MEASURE } from '../../rows/jobs/forecast-row.ts';
import { pageOf } from '../../rows/page.ts';
import type { MemoryDatabase } from '../memory-database.ts';
import type { Read } from './read.ts';
import { recentRunsOf } from './run-reads.ts';

export function jobReads(db: MemoryDatabase, read: Read) {
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
            (type ?? job.type) === job.type && !NO_SLOTS.has(job.schedule.kind) && job.status !== 'finished',
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

/** Schedules without slots. */
const NO_SLOTS: ReadonlySet<string> = new Set(['on_demand', 'after']);

export function jobsNow(db: MemoryDatabase, which: JobsRead): StoredJob[] {
  return [...db.jobs.values()].filter(
    ({ job, deletedAt }) => deletedAt === undefined && isReadOf(which, job),
  );
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
  // Waiting for a limit is not late, unless the job says when its runs must start (P29).
  const mayWait = ({ id }: Run) =>
    job.expect?.startWithinMs === undefined && db.requireLive(id).groupKey !== undefined;
  const waiting = live.filter((run) => run.held === 'no' && run.claim === undefined && !mayWait(run));
  const runs = {
    count: running.length,
    firstStartedAt: lowest(starts),
    lastStartedAt: starts.length === 0 ? null : Math.max(...starts),
    zombieSince: lowest(running.flatMap(({ zombieSince = [] }) => zombieSince)),
    waitingSince: lowest(waiting.map(({ availableAt }) => availableAt)),
  };
  const missesUpstream = upstreamsOf(job).some((upstream) => db.findJob(upstream.job) === undefined);
  const wasReplaced = lastEnded(db, uid)?.reason === 'replaced';
  return jobViewOf(job, { runs, missesUpstream, wasReplaced, handlers, lateFrom, now });
}

function lastEnded(db: MemoryDatabase, uid: number): FinishedRun | undefined {
  const ended = [...db.runs.values()].filter((run) => Number(run.jobUid) === uid && run.status !== 'skipped');
  return ended.sort((a, b) => Number(b.id) - Number(a.id))[0];
}

export function lowest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

function isAskedFor(
  { type, status, q, health, origin, upstream }: JobQuery,
  { job, health: own }: JobView,
): boolean {
  if ((type ?? job.type) !== job.type || (status ?? job.status) !== job.status) return false;
  if (origin !== undefined && originOf(job) !== origin) return false;
  if (health !== undefined && !hasHealth(own, health)) return false;
  if (upstream !== undefined && !upstreamsOf(job).some((one) => one.job === upstream)) return false;
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
