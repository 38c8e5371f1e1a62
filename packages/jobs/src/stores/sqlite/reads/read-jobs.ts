import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { hasHealth } from '../../../core/rules/health.ts';
import { jobViewOf } from '../../../core/store/job-view.ts';
import type { Cursor, JobQuery, JobSort, JobView, Page } from '../../../core/store/store-views.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { storedJobOf } from '../../rows/job-row.ts';
import type { Database } from '../database.ts';
import { SELECT_JOB } from '../rows/job-rows.ts';
import { cursorOf, numbersOf } from '../rows/run-rows.ts';
import { type Composed, mayHave } from './job-health-sql.ts';
import { recentRuns } from './recent-runs.ts';

export function getJob(
  db: Database,
  { jobId, handlers }: { readonly jobId: string; readonly handlers: TypeVersions },
  now: number,
): JobView | undefined {
  const row = db.statement(JOB_BY_ID).get(jobId);
  return row === undefined ? undefined : viewOf(db, storedJobOf(row), handlers, now);
}

/** A page of jobs in the order asked for; jobs without the value they are sorted by come last. */
export function listJobs(db: Database, query: JobQuery, now: number): Page<JobView> {
  const page = readPage(db, query, now);
  const { recentRuns: limit } = query;
  if (limit === undefined) return page;
  const rows = page.rows.map((view) => ({ ...view, recentRuns: recentRuns(db, view.job.uid, limit) }));
  return { ...page, rows };
}

function readPage(db: Database, query: JobQuery, now: number): Page<JobView> {
  const rows: JobView[] = [];
  const batch = Math.max(query.limit, MIN_BATCH) + 1;
  let after = query.after;
  for (;;) {
    // By health, SQL only narrows down: a page may take several batches.
    const found = cursorsAfter(db, query, { after, now, batch });
    for (const cursor of found) {
      const stored = storedJobOf(db.statement(JOB_BY_UID).get(Number(cursor.key)));
      const view = viewOf(db, stored, query.handlers, now);
      if (query.health !== undefined && !hasHealth(view.health, query.health)) continue;
      // One more than was asked for: there is a next page.
      if (rows.length === query.limit) return { rows, ...(after === undefined ? {} : { next: after }) };
      rows.push(view);
      after = cursor;
    }
    if (found.length < batch) return { rows };
    if (rows.length < query.limit) after = found.at(-1);
  }
}

const MIN_BATCH = 50;

/**
 * The jobs behind a cursor, as cursors: rows are read only once it is clear which, since sorting long ones is
 * dear.
 */
function cursorsAfter(
  db: Database,
  query: JobQuery,
  { after, now, batch }: { readonly after: Cursor | undefined; readonly now: number; readonly batch: number },
): Cursor[] {
  const { value, nullable } = SORT[query.sort];
  const where: Composed[] = [{ sql: 'deleted_at IS NULL', params: [] }, ...filtersOf(query, now)];
  if (after !== undefined) where.push(behind(query, after));
  const order = query.descending ? 'DESC' : 'ASC';
  const sql = `SELECT uid, ${value} FROM jobs JOIN job_types ON job_types.key = jobs.type_key
    WHERE ${where.map((part) => `(${part.sql})`).join(' AND ')}
    ORDER BY ${value} ${order} ${nullable ? 'NULLS LAST' : ''}, uid ${order} LIMIT ?`;
  return db
    .arrays(sql)
    .all(...where.flatMap(({ params }) => params), batch)
    .map(cursorOf);
}

const LAST_RUN = `nullif(max(coalesce(last_run_at, -1), coalesce(
  (SELECT max(started_at) FROM live_runs WHERE job_uid = uid AND live_runs.status = 1), -1)), -1)`;

const SORT: Readonly<Record<JobSort, { readonly value: string; readonly nullable: boolean }>> = {
  id: { value: 'id', nullable: false },
  name: { value: 'name', nullable: false },
  next_run: { value: 'next_run_at', nullable: true },
  last_run: { value: LAST_RUN, nullable: true },
  created_at: { value: 'created_at', nullable: false },
};

/** Rows with a later value, or the same one and a later key; those without a value are last. */
function behind({ sort, descending }: JobQuery, { value: at, key }: Cursor): Composed {
  const { value, nullable } = SORT[sort];
  const later = descending ? '<' : '>';
  if (at === null) return { sql: `${value} IS NULL AND uid ${later} ?`, params: [Number(key)] };
  const sql = `(${value}, uid) ${later} (?, ?)`;
  return { sql: nullable ? `${value} IS NULL OR ${sql}` : sql, params: [at, Number(key)] };
}

function filtersOf({ type, status, q, health, handlers }: JobQuery, now: number): Composed[] {
  const filters: Composed[] = [];
  if (type !== undefined) filters.push({ sql: 'type = ?', params: [type] });
  if (status !== undefined) filters.push({ sql: 'status = ?', params: [status] });
  if (q !== undefined) {
    filters.push({
      sql: 'instr(folded(id), ?) OR instr(folded(name), ?) OR instr(folded(description), ?)',
      params: Array<string>(3).fill(q.toLowerCase()),
    });
  }
  if (health !== undefined) filters.push(mayHave(health, { handlers, now }));
  return filters;
}

function viewOf(db: Database, { job, uid }: StoredJob, handlers: TypeVersions, now: number): JobView {
  const [count, firstStartedAt, lastStartedAt, zombieSince, waitingSince] = numbersOf<
    [number, number | null, number | null, number | null, number | null]
  >(db.arrays(SUMMARY).get(uid));
  const runs = { count, firstStartedAt, lastStartedAt, zombieSince, waitingSince };
  return jobViewOf(job, { runs, handlers, now });
}

const JOB_BY_UID = `${SELECT_JOB} WHERE uid = ?`;
const JOB_BY_ID = `${SELECT_JOB} WHERE id = ? AND deleted_at IS NULL`;
const SUMMARY = `SELECT count(*), min(started_at), max(started_at), min(zombie_since),
  (SELECT min(available_at) FROM live_runs WHERE job_uid = ?1 AND held = 0 AND node IS NULL)
  FROM live_runs WHERE job_uid = ?1 AND status = 1`;
