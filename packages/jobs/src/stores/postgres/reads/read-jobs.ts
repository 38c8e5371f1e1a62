import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { hasHealth } from '../../../core/rules/health.ts';
import { jobViewOf } from '../../../core/store/job-view.ts';
import type { Cursor, JobQuery, JobSort, JobView, Page } from '../../../core/store/store-views.ts';
import { storedJobOf } from '../../rows/job-row.ts';
import type { Param, Queries } from '../connection/queries.ts';
import { SELECT_JOB } from '../rows/job-rows.ts';
import { type Bind, mayHave, RUNNING_BY_JOB } from './job-health-sql.ts';
import { bindable } from './read-runs.ts';
import { withRecentRuns } from './recent-runs.ts';

export async function getJob(
  q: Queries,
  { jobId, handlers }: { readonly jobId: string; readonly handlers: TypeVersions },
  now: number,
): Promise<JobView | undefined> {
  const [row] = await q.objects(JOB_BY_ID, [jobId]);
  return row === undefined ? undefined : viewOf(row, handlers, now);
}

/** A page of jobs in the order asked for; jobs without the value they are sorted by come last. */
export async function listJobs(q: Queries, query: JobQuery, now: number): Promise<Page<JobView>> {
  const page = await readPage(q, query, now);
  if (query.recentRuns === undefined) return page;
  return { ...page, rows: await withRecentRuns(q, page.rows, query.recentRuns) };
}

async function readPage(q: Queries, query: JobQuery, now: number): Promise<Page<JobView>> {
  const rows: JobView[] = [];
  let batch = (query.health === undefined ? query.limit : Math.max(query.limit, MIN_BATCH)) + 1;
  let after = query.after;
  for (;;) {
    // By health, SQL only narrows down: a page may take several batches, each larger than the one before.
    const found = await readBatch(q, query, { after, now, batch });
    for (const row of found) {
      const view = viewOf(row, query.handlers, now);
      if (query.health !== undefined && !hasHealth(view.health, query.health)) continue;
      // One more than was asked for: there is a next page.
      if (rows.length === query.limit) return { rows, ...(after === undefined ? {} : { next: after }) };
      rows.push(view);
      after = cursorOf(row);
    }
    const last = found.at(-1);
    if (last === undefined || found.length < batch) return { rows };
    if (rows.length < query.limit) after = cursorOf(last);
    batch = Math.min(batch * 2, MAX_BATCH);
  }
}

const MIN_BATCH = 50;
const MAX_BATCH = 800;

interface Batch {
  readonly after: Cursor | undefined;
  readonly now: number;
  readonly batch: number;
}

/**
 * The jobs behind a cursor. Sorted as uids, and read only once it is clear which: sorting long rows is dear.
 */
function readBatch(q: Queries, query: JobQuery, { after, now, batch }: Batch): Promise<readonly unknown[]> {
  const params: Param[] = [];
  const bind: Bind = (value) => `$${params.push(value)}`;
  const { value, nullable } = SORT[query.sort];
  const where = ['deleted_at IS NULL', ...filtersOf(query, now, bind)];
  if (after !== undefined) where.push(behind(query, after, bind));
  const order = `${query.descending ? 'DESC' : 'ASC'}${nullable ? ' NULLS LAST' : ''}`;
  const uidOrder = query.descending ? 'DESC' : 'ASC';
  const page = `SELECT uid AS page_uid, ${value} AS sort_value FROM ${JOBS}
    WHERE ${where.map((part) => `(${part})`).join(' AND ')}
    ORDER BY ${value} ${order}, uid ${uidOrder} LIMIT ${bind(batch)}`;
  const sql = `SELECT stored.*, page.sort_value, ${SUMMARY_COLUMNS}
    FROM (${page}) AS page JOIN (${SELECT_JOB}) AS stored ON stored.uid = page.page_uid ${WITH_SUMMARY}
    ORDER BY page.sort_value ${order}, page.page_uid ${uidOrder}`;
  return q.objects(sql, params);
}

/** PostgreSQL leaves `running` out where nothing names it. */
const JOBS = `greenvue_jobs.jobs JOIN greenvue_jobs.job_types ON job_types.key = jobs.type_key
  LEFT JOIN (${RUNNING_BY_JOB}) AS running ON running.job_uid = uid`;

const SORT: Readonly<Record<JobSort, { readonly value: string; readonly nullable: boolean }>> = {
  id: { value: 'id', nullable: false },
  name: { value: 'name', nullable: false },
  next_run: { value: 'next_run_at', nullable: true },
  last_run: { value: 'greatest(last_run_at, running.last_started)', nullable: true },
  created_at: { value: 'created_at', nullable: false },
};

/** Rows with a later value, or the same one and a later key; those without a value are last. */
function behind({ sort, descending }: JobQuery, { value: at, key }: Cursor, bind: Bind): string {
  const { value, nullable } = SORT[sort];
  const later = descending ? '<' : '>';
  const uid = bind(bindable(Number(key)));
  if (at === null) return `${value} IS NULL AND uid ${later} ${uid}`;
  const behindIt = `(${value}, uid) ${later} (${bind(typeof at === 'number' ? bindable(at) : at)}, ${uid})`;
  return nullable ? `${value} IS NULL OR ${behindIt}` : behindIt;
}

/**
 * A column in lower case as JavaScript makes it: by all of Unicode, which needs a collation that knows it
 * (under "C", only ASCII has cases). The root collation of ICU is in every PostgreSQL built with ICU,
 * whatever the locale of the database and the system; `pg_c_utf8` came with 17, and maps one character to one
 * (not İ to i̇).
 */
const folded = (column: string) => `lower(${column} COLLATE "und-x-icu")`;
const SEARCHED = ['id', 'name', 'description'];

function filtersOf(query: JobQuery, now: number, bind: Bind): string[] {
  const { type, status, q, health, handlers } = query;
  const filters: string[] = [];
  if (type !== undefined) filters.push(`type = ${bind(type)}`);
  if (status !== undefined) filters.push(`status = ${bind(status)}`);
  if (q !== undefined) {
    const part = bind(q.toLowerCase());
    filters.push(SEARCHED.map((column) => `strpos(${folded(column)}, ${part}) > 0`).join(' OR '));
  }
  if (health !== undefined) filters.push(mayHave(health, { handlers, now, bind }));
  return filters;
}

interface Summary {
  readonly uid: number;
  /** Only in rows of a page. */
  readonly sort_value: string | number | null;
  readonly running: number;
  readonly first_started: number | null;
  readonly last_started: number | null;
  readonly zombie: number | null;
  readonly waiting_since: number | null;
}

function summaryOf(row: unknown): Summary {
  return row as Summary;
}

function cursorOf(row: unknown): Cursor {
  const { uid, sort_value: value } = summaryOf(row);
  return { value, key: String(uid) };
}

function viewOf(row: unknown, handlers: TypeVersions, now: number): JobView {
  const { running: count, first_started, last_started, zombie, waiting_since } = summaryOf(row);
  const runs = {
    count,
    firstStartedAt: first_started,
    lastStartedAt: last_started,
    zombieSince: zombie,
    waitingSince: waiting_since,
  };
  return jobViewOf(storedJobOf(row).job, { runs, handlers, now });
}

const SUMMARY_COLUMNS =
  'summary.running, summary.first_started, summary.last_started, summary.zombie, summary.waiting_since';
/** What the live runs say of each job of `stored`. */
const WITH_SUMMARY = `CROSS JOIN LATERAL (
  SELECT count(*) AS running, min(started_at) AS first_started, max(started_at) AS last_started,
    min(zombie_since) AS zombie, (SELECT available_at FROM greenvue_jobs.live_runs
      WHERE job_uid = stored.uid AND held = 'no' AND node IS NULL ORDER BY available_at LIMIT 1) AS waiting_since
  FROM greenvue_jobs.live_runs WHERE job_uid = stored.uid AND held = 'no' AND live_runs.status = 'running') AS summary`;
const JOB_BY_ID = `SELECT stored.*, ${SUMMARY_COLUMNS}
  FROM (${SELECT_JOB} WHERE jobs.id = $1 AND deleted_at IS NULL) AS stored ${WITH_SUMMARY}`;
