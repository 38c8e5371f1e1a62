import { isLiveRun, type Run } from '../../core/model/run.ts';
import type { TypeVersions } from '../../core/nodes/membership.ts';
import { emptyHealthCounts, hasHealth } from '../../core/rules/health.ts';
import { jobViewOf } from '../../core/store/job-view.ts';
import type { JobStore } from '../../core/store/store.ts';
import type {
  AuditQuery,
  AuditRow,
  Cursor,
  HourCount,
  JobQuery,
  JobView,
  Page,
  RecentRun,
  RunQuery,
  RunView,
  StoreStats,
} from '../../core/store/store-views.ts';
import type { StoredJob } from '../../core/transactions/stored-job.ts';
import { firstHour, hourOf, newestHoursFirst } from '../rows/hours.ts';
import { pageOf } from '../rows/page.ts';
import { recentRunOf } from '../rows/recent-run.ts';
import { addToHour, findJob, type HourRow, liveRowsOf, type MemoryDatabase, requireJob } from './database.ts';

export function viewOf(
  db: MemoryDatabase,
  { job, uid }: StoredJob,
  handlers: TypeVersions,
  now: number,
): JobView {
  const rows = liveRowsOf(db, uid).map(({ run }) => run);
  const running = rows.filter(({ status }) => status === 'running');
  const starts = running.flatMap(({ startedAt = [] }) => startedAt);
  const zombies = running.flatMap(({ zombieSince = [] }) => zombieSince);
  const waiting = rows.filter(({ held, claim }) => held === 'no' && claim === undefined);
  const runs = {
    count: running.length,
    firstStartedAt: lowest(starts),
    lastStartedAt: starts.length === 0 ? null : Math.max(...starts),
    zombieSince: lowest(zombies),
    waitingSince: lowest(waiting.map(({ availableAt }) => availableAt)),
  };
  return jobViewOf(job, { runs, handlers, now });
}

function lowest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

/** A page of jobs in the order asked for; jobs without the value they are sorted by come last. */
export function listJobs(db: MemoryDatabase, query: JobQuery, now: number): Page<JobView> {
  const { limit, after, recentRuns, handlers } = query;
  const found = [...db.jobs.values()]
    .filter(({ deletedAt }) => deletedAt === undefined)
    .map((stored) => ({ stored, view: viewOf(db, stored, handlers, now) }))
    .filter(({ stored, view }) => isAskedFor(query, stored, view))
    .map((one) => ({
      ...one,
      cursor: { value: sortValue(query, one.stored, one.view), key: one.stored.job.uid },
    }))
    .sort((a, b) => compare(query, a.cursor, b.cursor))
    .filter(({ cursor }) => after === undefined || compare(query, cursor, after) > 0);
  const page = pageOf(found, limit, ({ cursor }) => cursor);
  const rows = page.rows.map(({ stored, view }) =>
    recentRuns === undefined ? view : { ...view, recentRuns: recentRunsOf(db, stored.job.uid, recentRuns) },
  );
  return { ...page, rows };
}

function isAskedFor({ type, status, q, health }: JobQuery, { job }: StoredJob, view: JobView): boolean {
  if (type !== undefined && job.type !== type) return false;
  if (status !== undefined && job.status !== status) return false;
  if (health !== undefined && !hasHealth(view.health, health)) return false;
  if (q === undefined) return true;
  return [job.id, job.name, job.description].some((text) => text.toLowerCase().includes(q.toLowerCase()));
}

function sortValue({ sort }: JobQuery, { job }: StoredJob, view: JobView): Cursor['value'] {
  switch (sort) {
    case 'id':
      return job.id;
    case 'name':
      return job.name;
    case 'next_run':
      return job.nextRunAt ?? null;
    case 'last_run':
      return view.lastRunAt ?? null;
    case 'created_at':
      return job.createdAt;
    default:
      return sort satisfies never;
  }
}

function compare({ descending }: JobQuery, a: Cursor, b: Cursor): number {
  const turn = descending ? -1 : 1;
  if (a.value === null || b.value === null) {
    if (a.value !== b.value) return a.value === null ? 1 : -1;
  } else if (a.value !== b.value) return a.value < b.value ? -turn : turn;
  return turn * (Number(a.key) - Number(b.key));
}

export function countHealth(
  db: MemoryDatabase,
  { handlers, after = '0' }: Parameters<JobStore['countHealth']>[0],
  now: number,
): Awaited<ReturnType<JobStore['countHealth']>> {
  const counts = emptyHealthCounts();
  for (const stored of db.jobs.values()) {
    if (stored.deletedAt !== undefined || stored.uid <= Number(after)) continue;
    counts[viewOf(db, stored, handlers, now).health.status] += 1;
  }
  return { counts };
}

/** All runs, newest first. */
function newestFirst(db: MemoryDatabase, isMeant: (run: Run) => boolean): Run[] {
  const runs = [...[...db.live.values()].map(({ run }) => run), ...db.runs.values()];
  return runs.filter(isMeant).sort((a, b) => Number(b.id) - Number(a.id));
}

function recentRunsOf(db: MemoryDatabase, jobUid: string, limit: number): readonly RecentRun[] {
  return newestFirst(db, (run) => run.jobUid === jobUid)
    .slice(0, limit)
    .map((run) => {
      const [reason, finishedAt] = isLiveRun(run) ? [] : [run.reason, run.finishedAt];
      const { id, status, queuedAt, startedAt } = run;
      return recentRunOf([
        Number(id),
        status,
        reason ?? null,
        queuedAt,
        startedAt ?? null,
        finishedAt ?? null,
      ]);
    });
}

export function runViewOf(db: MemoryDatabase, run: Run): RunView {
  const { id, type } = requireJob(db, Number(run.jobUid)).job;
  return { run, jobId: id, type };
}

/** Live and finished runs, newest first. */
export function listRuns(db: MemoryDatabase, query: RunQuery): Page<RunView> {
  const { jobUid, jobId, type, status, from, to, before, limit } = query;
  const isMeant = (run: Run) => {
    const { job } = requireJob(db, Number(run.jobUid));
    return (
      (jobUid ?? run.jobUid) === run.jobUid &&
      (jobId ?? job.id) === job.id &&
      (type ?? job.type) === job.type &&
      (status ?? run.status) === run.status &&
      run.queuedAt >= (from ?? Number.NEGATIVE_INFINITY) &&
      run.queuedAt < (to ?? Number.POSITIVE_INFINITY) &&
      Number(run.id) < Number(before ?? Number.POSITIVE_INFINITY)
    );
  };
  const found = newestFirst(db, isMeant).map((run) => runViewOf(db, run));
  return pageOf(found, limit, ({ run }) => ({ value: null, key: run.id }));
}

export function listAudit(
  db: MemoryDatabase,
  { limit, before, actor, action, target }: AuditQuery,
): readonly AuditRow[] {
  const order = (a: { at: number; id: number }, b: { at: number; id: number }) => b.at - a.at || b.id - a.id;
  const place = ({ at, id }: AuditRow) => ({ at, id: Number(id) });
  return db.audit
    .filter((row) => before === undefined || order(before, place(row)) < 0)
    .filter((row) => (actor ?? row.actor) === row.actor && (action ?? row.action) === row.action)
    .filter((row) => (target ?? row.target) === row.target)
    .sort((a, b) => order(place(a), place(b)))
    .slice(0, limit);
}

export function stats(db: MemoryDatabase, { hours }: { readonly hours: number }, now: number): StoreStats {
  const jobs = { active: 0, paused: 0, finished: 0 };
  for (const { job, deletedAt } of db.jobs.values()) if (deletedAt === undefined) jobs[job.status] += 1;
  const live = [...db.live.values()].map(({ run }) => run);
  const running = live.filter(({ status }) => status === 'running').length;
  const held = live.filter((run) => run.held !== 'no').length;
  const waiting = live.filter(
    (run) => run.held === 'no' && run.claim === undefined && run.availableAt <= now,
  );
  const dueSince = lowest(waiting.map(({ availableAt }) => availableAt));
  return {
    jobs,
    runs: { queued: live.length - held - running, held, running, ...(dueSince === null ? {} : { dueSince }) },
    hours: hourCounts(db.hours, firstHour(hours, now)),
  };
}

/** Hours of the job that has the id now: of the runs that are still there, and of those that were pruned. */
export function jobHours(
  db: MemoryDatabase,
  { jobId, hours }: Parameters<JobStore['jobHours']>[0],
  now: number,
): readonly HourCount[] | undefined {
  const stored = findJob(db, jobId);
  if (stored === undefined) return undefined;
  const { uid } = stored;
  const counts = new Map([...db.jobHours].filter(([, row]) => row.uid === uid));
  for (const { jobUid, status, finishedAt } of db.runs.values())
    if (Number(jobUid) === uid) addToHour(counts, { uid, hour: hourOf(finishedAt), status, count: 1 });
  return hourCounts(counts, firstHour(hours, now));
}

function hourCounts(hours: ReadonlyMap<string, HourRow>, first: number): readonly HourCount[] {
  const counts = [...hours.values()].map(({ hour, status, count }) => ({ hour, status, count }));
  return newestHoursFirst(counts.filter(({ hour }) => hour >= first));
}
