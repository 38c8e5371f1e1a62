import { type HealthSigns, healthOf } from '../../core/health.ts';
import type { Cursor, JobQuery, JobSort, JobView, Page, TypeVersions } from '../../core/store.ts';
import type { Database, Param } from './database.ts';
import { SELECT_JOB, type StoredJob, storedJobOf } from './job-rows.ts';
import { numbersOf } from './run-rows.ts';

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
  const rows: JobView[] = [];
  let after = query.after;
  for (;;) {
    const { sql, params } = pageOf(query, after, now);
    // One more than is asked for tells whether there is a next page. By health, rows are only narrowed down here.
    const found = db.statement(sql).all(...params, BATCH(query.limit));
    for (const row of found) {
      const stored = storedJobOf(row);
      const view = viewOf(db, stored, query.handlers, now);
      if (query.health !== undefined && view.health.status !== query.health) continue;
      if (rows.length === query.limit) return { rows, ...(after === undefined ? {} : { next: after }) };
      rows.push(view);
      after = cursorOf(row, stored);
    }
    const last = found.at(-1);
    if (last === undefined || found.length < BATCH(query.limit)) return { rows };
    if (rows.length < query.limit) after = cursorOf(last, storedJobOf(last));
  }
}

const BATCH = (limit: number) => Math.max(limit, 50) + 1;

function cursorOf(row: unknown, { job }: StoredJob): Cursor {
  return { value: sortValueOf(row), key: job.uid };
}

function sortValueOf(row: unknown): string | number | null {
  return (row as { readonly sort_value: string | number | null }).sort_value;
}

interface Composed {
  readonly sql: string;
  readonly params: Param[];
}

function pageOf(query: JobQuery, after: Cursor | undefined, now: number): Composed {
  const value = SORT[query.sort];
  const where: Composed[] = [{ sql: 'deleted_at IS NULL', params: [] }, ...filtersOf(query, now)];
  if (after !== undefined) where.push(afterCursor(value, query.descending, after));
  const order = query.descending ? 'DESC' : 'ASC';
  return {
    sql: `SELECT page.*, ${value} AS sort_value FROM (${SELECT_JOB}) AS page
      WHERE ${where.map(({ sql }) => `(${sql})`).join(' AND ')}
      ORDER BY ${value} ${order} NULLS LAST, uid ${order} LIMIT ?`,
    params: where.flatMap(({ params }) => params),
  };
}

const LAST_RUN = `nullif(max(coalesce(last_run_at, -1), coalesce(
  (SELECT max(started_at) FROM live_runs WHERE job_uid = uid AND live_runs.status = 1), -1)), -1)`;

const SORT: Readonly<Record<JobSort, string>> = {
  id: 'id',
  name: 'name',
  next_run: 'next_run_at',
  last_run: LAST_RUN,
  created_at: 'created_at',
};

/** Rows behind a cursor: those with a later value, or the same one and a later key; those without a value are last. */
function afterCursor(value: string, descending: boolean, { value: at, key }: Cursor): Composed {
  const later = descending ? '<' : '>';
  if (at === null) return { sql: `${value} IS NULL AND uid ${later} ?`, params: [Number(key)] };
  return {
    sql: `${value} IS NULL OR ${value} ${later} ? OR (${value} = ? AND uid ${later} ?)`,
    params: [at, at, Number(key)],
  };
}

function filtersOf({ type, status, q, health, handlers }: JobQuery, now: number): Composed[] {
  const filters: Composed[] = [];
  if (type !== undefined) filters.push({ sql: 'type = ?', params: [type] });
  if (status !== undefined) filters.push({ sql: 'status = ?', params: [status] });
  if (q !== undefined) {
    filters.push({
      sql: 'instr(folded(id), ?1q) OR instr(folded(name), ?1q) OR instr(folded(description), ?1q)'.replaceAll(
        '?1q',
        '?',
      ),
      params: Array(3).fill(q.toLowerCase()),
    });
  }
  if (health !== undefined) filters.push(mayHave(health, handlers, now));
  return filters;
}

const RUNNING = 'SELECT 1 FROM live_runs WHERE job_uid = uid AND live_runs.status = 1';

/** Jobs that may have this health, and all that have it: `healthOf` decides. */
function mayHave(health: NonNullable<JobQuery['health']>, handlers: TypeVersions, now: number): Composed {
  switch (health) {
    case 'no_handler':
      return {
        sql: 'NOT EXISTS (SELECT 1 FROM json_each(?) WHERE key = type AND value >= type_version)',
        params: [JSON.stringify(handlers)],
      };
    case 'zombie':
      return { sql: `EXISTS (${RUNNING} AND zombie_since IS NOT NULL)`, params: [] };
    case 'failing':
      return { sql: 'failed_in_row > 0', params: [] };
    case 'late':
      return { sql: "status = 'active' AND (next_run_at < ? OR last_slot_at > ?)", params: [now, now] };
    case 'overrunning':
      return { sql: `EXISTS (${RUNNING} AND started_at < ? - every_ms)`, params: [now] };
    case 'paused':
      return { sql: "status = 'paused'", params: [] };
    case 'ok':
      return { sql: 'failed_in_row = 0', params: [] };
    default:
      return health satisfies never;
  }
}

function viewOf(db: Database, { job, uid }: StoredJob, handlers: TypeVersions, now: number): JobView {
  const [running, since, latest, zombieSince] = numbersOf<
    [number, number | null, number | null, number | null]
  >(db.arrays(RUNNING_SUMMARY).get(uid));
  const handlerVersion = handlers[job.type];
  const signs: HealthSigns = {
    ...(handlerVersion === undefined ? {} : { handlerVersion }),
    ...(since === null ? {} : { runningSince: since }),
    ...(zombieSince === null ? {} : { zombieSince }),
  };
  const view = { job, health: healthOf(job, signs, now), isRunning: running > 0 };
  if (latest !== null && latest >= (job.lastRunAt ?? 0)) {
    return { ...view, lastRunAt: latest, lastStatus: 'running' };
  }
  return {
    ...view,
    ...(job.lastRunAt === undefined ? {} : { lastRunAt: job.lastRunAt }),
    ...(job.lastStatus === undefined ? {} : { lastStatus: job.lastStatus }),
  };
}

const JOB_BY_ID = `${SELECT_JOB} WHERE id = ? AND deleted_at IS NULL`;
const RUNNING_SUMMARY = `SELECT count(*), min(started_at), max(started_at), min(zombie_since)
  FROM live_runs WHERE job_uid = ? AND status = 1`;
