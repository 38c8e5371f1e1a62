import { type JobsRead, mostUsedFirst, type TagCount } from '../../../core/filters/jobs-read.ts';
import type { PauseOfAll } from '../../../core/pauses/pause-of-all.ts';
import { jobViewOf } from '../../../core/store/job-view.ts';
import type {
  Cursor,
  HealthContext,
  HealthCounts,
  JobQuery,
  JobSort,
  JobView,
  Page,
  RecentRun,
} from '../../../core/store/store-views.ts';
import { emptyHealthCounts, type HealthStatus, hasHealth } from '../../../core/watching/health.ts';
import { rowOf } from '../../rows/first-column.ts';
import { selectJob, storedJobOf } from '../../rows/jobs/job-row.ts';
import { pageOf } from '../../rows/page.ts';
import { PAUSE_OF_ALL_COLUMNS, pauseOfAllIn } from '../../rows/pause-of-all-row.ts';
import { type RecentRow, recentRunOf } from '../../rows/runs/recent-run.ts';
import { type Bind, bindable, type Dialect, jobsIn, parameters } from '../dialect.ts';
import { arrays, objects, type Read } from '../read.ts';
import { filtersOf, missesUpstream, wasReplaced, worstHealth } from './job-conditions.ts';
import { whichJobs } from './which-jobs.ts';

export function createJobReads(sql: Dialect) {
  const { schema, mark, summary, withSummary, withRunning, countedAtOnce } = sql;
  const byId = `SELECT stored.*, ${signsOf(sql)}, ${summary}
    FROM (${selectJob(schema)} WHERE jobs.id = ${mark}1 AND deleted_at IS NULL) AS stored ${withSummary}`;
  return {
    *getPauseOfAll(): Read<PauseOfAll | undefined> {
      return pauseOfAllIn(yield* arrays(`SELECT ${PAUSE_OF_ALL_COLUMNS} FROM ${schema}pause_of_all`));
    },

    *getJob(
      { jobId, ...context }: HealthContext & { readonly jobId: string },
      now: number,
    ): Read<JobView | undefined> {
      const [row] = yield* objects(byId, [jobId]);
      return row === undefined ? undefined : viewOf(row, context, now);
    },

    /** A page of jobs in the requested order. Jobs without a value in the sort column come last. */
    *listJobs(query: JobQuery, now: number): Read<Page<JobView>> {
      const page = yield* readPage(sql, query, now);
      if (query.recentRuns === undefined) return page;
      return { ...page, rows: yield* withRecentRuns(sql, page.rows, query.recentRuns) };
    },

    /**
     * Counts jobs by health. The result is small, however many jobs there are. `next`: where the next call
     * continues.
     */
    *countHealth(
      { handlers, lateFrom, after = '0', ...which }: JobsRead & HealthContext & { readonly after?: string },
      now: number,
    ): Read<{ readonly counts: HealthCounts; readonly next?: string }> {
      const { params, bind } = parameters(sql);
      const worst = worstHealth({ sql, handlers, lateFrom, now, bind });
      const where = ['deleted_at IS NULL', ...whichJobs(sql, which, bind)].join(' AND ');
      const part = Number.isFinite(countedAtOnce)
        ? `AND uid > ${bind(Number(after))} ORDER BY uid LIMIT ${bind(countedAtOnce)}`
        : '';
      const rows = yield* arrays(
        `SELECT health, count(*), max(uid) FROM (
          SELECT uid, ${worst} AS health FROM ${schema}jobs ${withRunning} WHERE ${where} ${part}) AS seen
        GROUP BY health`,
        params,
      );
      const counts = emptyHealthCounts();
      let counted = 0;
      let last = 0;
      for (const row of rows) {
        const [health, count, uid] = rowOf<[HealthStatus, number, number]>(row);
        counts[health] = count;
        counted += count;
        last = Math.max(last, uid);
      }
      return counted < countedAtOnce ? { counts } : { counts, next: String(last) };
    },

    /** The tags of jobs, most used first, then by name. */
    *listTags(which: JobsRead): Read<readonly TagCount[]> {
      const { params, bind } = parameters(sql);
      const where = ['deleted_at IS NULL', 'jobs.tags IS NOT NULL', ...whichJobs(sql, which, bind)];
      const rows = yield* arrays(sql.countTags(where.join(' AND ')), params);
      return mostUsedFirst(
        rows.map((row) => {
          const [tag, jobs] = rowOf<[string, number]>(row);
          return { tag, jobs };
        }),
      );
    },
  };
}

function* readPage(sql: Dialect, query: JobQuery, now: number): Read<Page<JobView>> {
  const found: { readonly view: JobView; readonly cursor: Cursor }[] = [];
  let batch = (query.health === undefined ? query.limit : Math.max(query.limit, MIN_BATCH)) + 1;
  let { after } = query;
  // Finds one job more than requested, to know whether there is a next page.
  while (found.length <= query.limit) {
    // SQL may return jobs with another health, so a page may take several batches, each larger than the last.
    const rows = yield* readBatch(sql, query, { after, now, batch });
    for (const row of rows) {
      const view = viewOf(row, query, now);
      after = cursorOf(row);
      if (query.health === undefined || hasHealth(view.health, query.health))
        found.push({ view, cursor: after });
    }
    if (rows.length < batch) break;
    batch = Math.min(batch * 2, MAX_BATCH);
  }
  const page = pageOf(found, query.limit, ({ cursor }) => cursor);
  return { ...page, rows: page.rows.map(({ view }) => view) };
}

/** A little more than most pages, because some rows that SQL finds have another health. */
const MIN_BATCH = 64;
const MAX_BATCH = 800;

interface Batch {
  readonly after: Cursor | undefined;
  readonly now: number;
  readonly batch: number;
}

/**
 * Reads the jobs after a cursor. Sorts only uids, and then reads the rows of the page: sorting long rows is
 * slow.
 */
function readBatch(sql: Dialect, query: JobQuery, { after, now, batch }: Batch): Read<readonly unknown[]> {
  const { params, bind } = parameters(sql);
  const key = sortKey(sql, query.sort);
  const where = filtersOf(query, { sql, handlers: query.handlers, lateFrom: query.lateFrom, now, bind });
  if (after !== undefined) where.push(behind(key, after, { later: query.descending ? '<' : '>', bind }));
  const order = query.descending ? 'DESC' : 'ASC';
  const valueOrder = `${order}${key.nullable ? ' NULLS LAST' : ''}`;
  const page = `SELECT uid AS page_uid, ${key.value} AS sort_value FROM ${jobsIn(sql)} ${sql.withRunning}
    WHERE ${where.map((part) => `(${part})`).join(' AND ')}
    ORDER BY ${key.value} ${valueOrder}, uid ${order} LIMIT ${bind(batch)}`;
  return objects(
    `SELECT stored.*, page.sort_value, ${signsOf(sql)}, ${sql.summary}
    FROM (${page}) AS page JOIN (${selectJob(sql.schema)}) AS stored ON stored.uid = page.page_uid ${sql.withSummary}
    ORDER BY page.sort_value ${valueOrder}, page.page_uid ${order}`,
    params,
  );
}

/** What the health of the job `stored` needs from other rows. */
function signsOf(sql: Dialect): string {
  return `${missesUpstream(sql, 'stored')} AS misses_upstream, ${wasReplaced(sql, 'stored')} AS was_replaced`;
}

/** A sort column. If it is `nullable`, jobs without a value come last. */
interface SortKey {
  readonly value: string;
  readonly nullable: boolean;
}

function sortKey(sql: Dialect, sort: JobSort): SortKey {
  switch (sort) {
    case 'next_run':
      return { value: 'next_run_at', nullable: true };
    case 'last_run':
      return { value: sql.lastRun, nullable: true };
    case 'id':
    case 'name':
    case 'created_at':
      return { value: sort, nullable: false };
    default:
      return sort satisfies never;
  }
}

/** Rows with a later value, or with the same value and a later key. Rows without a value are last. */
function behind(
  { value, nullable }: SortKey,
  { value: at, key }: Cursor,
  { later, bind }: { readonly later: '<' | '>'; readonly bind: Bind },
): string {
  const uid = bind(bindable(Number(key)));
  if (at === null) return `${value} IS NULL AND uid ${later} ${uid}`;
  const behindIt = `(${value}, uid) ${later} (${bind(typeof at === 'number' ? bindable(at) : at)}, ${uid})`;
  return nullable ? `${value} IS NULL OR ${behindIt}` : behindIt;
}

/** Adds the newest runs of each job, live or finished, newest first. One query reads them for all jobs. */
function* withRecentRuns(sql: Dialect, views: readonly JobView[], limit: number): Read<readonly JobView[]> {
  const found = new Map<number, RecentRun[]>(views.map(({ job }) => [Number(job.uid), []]));
  for (const raw of yield* arrays(sql.recentRuns, [sql.list([...found.keys()]), limit])) {
    const [uid, id, status, reason, ...times] = rowOf<[uid: number, ...RecentRow<unknown, unknown>]>(raw);
    const words = [sql.statusOf(status), reason === null ? null : sql.reasonOf(reason)] as const;
    found.get(uid)?.push(recentRunOf([id, ...words, ...times]));
  }
  return views.map((view) => ({
    ...view,
    recentRuns: (found.get(Number(view.job.uid)) ?? []).slice(0, limit),
  }));
}

interface Summary {
  readonly uid: number;
  /** Only in the rows of a page. */
  readonly sort_value: string | number | null;
  readonly running: number;
  readonly first_started: number | null;
  readonly last_started: number | null;
  readonly zombie: number | null;
  readonly waiting_since: number | null;
  /** 0 or 1 in SQLite. */
  readonly misses_upstream: boolean | number;
  readonly was_replaced: boolean | number;
}

function summaryOf(row: unknown): Summary {
  return row as Summary;
}

function cursorOf(row: unknown): Cursor {
  const { uid, sort_value: value } = summaryOf(row);
  return { value, key: String(uid) };
}

function viewOf(row: unknown, { handlers, lateFrom }: HealthContext, now: number): JobView {
  const {
    running: count,
    first_started,
    last_started,
    zombie,
    waiting_since,
    misses_upstream,
    was_replaced,
  } = summaryOf(row);
  const runs = {
    count,
    firstStartedAt: first_started,
    lastStartedAt: last_started,
    zombieSince: zombie,
    waitingSince: waiting_since,
  };
  const signs = { missesUpstream: Boolean(misses_upstream), wasReplaced: Boolean(was_replaced) };
  return jobViewOf(storedJobOf(row).job, { runs, ...signs, handlers, lateFrom, now });
}
