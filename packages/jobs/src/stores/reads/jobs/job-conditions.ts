import type { TypeVersions } from '../../../core/nodes/membership.ts';
import { CLOCK_TOLERANCE_MS } from '../../../core/pauses/resume.ts';
import type { JobQuery } from '../../../core/store/store-views.ts';
import {
  HEALTH_STATUSES,
  type HealthFilter,
  LATE_AFTER_MS,
  OVERDUE_AFTER_PAUSE_MS,
  UNHEALTHY,
} from '../../../core/watching/health.ts';
import type { Bind, Dialect } from '../dialect.ts';
import { whichJobs } from './which-jobs.ts';

/** What the functions here need to build a condition. */
export interface Terms {
  readonly sql: Dialect;
  readonly handlers: TypeVersions;
  readonly lateFrom?: number | undefined;
  readonly now: number;
  readonly bind: Bind;
}

/** The conditions on `jobs` for the filters of a query. */
export function filtersOf(query: JobQuery, terms: Terms): string[] {
  const { type, status, q, health, origin, upstream } = query;
  const { sql, bind } = terms;
  const filters = ['deleted_at IS NULL', ...whichJobs(sql, query, bind)];
  if (type !== undefined) filters.push(`type = ${bind(type)}`);
  if (status !== undefined) filters.push(`status = ${bind(status)}`);
  if (origin !== undefined) filters.push(`declared IS ${origin === 'code' ? 'NOT NULL' : 'NULL'}`);
  if (q !== undefined) {
    const part = bind(q.toLowerCase());
    filters.push(['id', 'name', 'description'].map((column) => sql.contains(column, part)).join(' OR '));
  }
  if (upstream !== undefined) {
    const id = bind(upstream);
    filters.push(`gate_job = ${id} OR after_job = ${id}`);
  }
  if (health !== undefined) filters.push(mayHave(health, terms));
  return filters;
}

/**
 * A condition on `jobs` that every job with this health meets. Other jobs may meet it too: `healthOf`
 * decides.
 */
function mayHave(health: HealthFilter, terms: Terms): string {
  const { sql, bind, now } = terms;
  switch (health) {
    case 'unhealthy':
      return UNHEALTHY.map((one) => `(${mayHave(one, terms)})`).join(' OR ');
    case 'no_handler':
      return `NOT ${hasHandler(terms)}`;
    case 'no_upstream':
      return `status = 'active' AND ${missesUpstream(sql, 'jobs')}`;
    case 'zombie':
      return sql.hasZombie;
    case 'overdue':
      return `expect_success_ms IS NOT NULL AND status = 'active'
        AND coalesce(last_success_end_at, last_success_at, 0) < ${bind(now)} - expect_success_ms
        AND coalesce(resumed_at, created_at) < ${bind(now)} - expect_success_ms
        AND (${wasPausedBefore(terms, 'expect_success_ms')} OR ${wasPausedBefore(terms, `${OVERDUE_AFTER_PAUSE_MS}`)})`;
    case 'failing':
      return 'failed_in_row > 0';
    case 'late':
      return isLate(terms);
    case 'slow':
      return `expect_duration_ms IS NOT NULL AND
        (last_took_ms > expect_duration_ms OR ${sql.runsSince(`${bind(now)} - expect_duration_ms`)})`;
    case 'overrunning':
      return `(mode = 'fixed_rate' AND ${sql.runsSince(`${bind(now)} - every_ms`)})
        OR (status = 'active' AND ${HAS_GRID} AND ${wasReplaced(sql, 'jobs')})`;
    case 'paused':
      return "status = 'paused'";
    case 'ok':
      return `failed_in_row = 0 AND status <> 'paused' AND ${hasHandler(terms)}`;
    default:
      return health satisfies never;
  }
}

/** True if no job has an id that a job names as its upstream. `of`: the table of the job. */
export function missesUpstream({ schema }: Pick<Dialect, 'schema'>, of: string): string {
  const isGone = (column: string) => `(${of}.${column} IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM ${schema}jobs AS upstream WHERE upstream.id = ${of}.${column} AND upstream.deleted_at IS NULL))`;
  return `(${isGone('after_job')} OR ${isGone('gate_job')})`;
}

/** Whether a newer run has replaced the last one that ended. Reads runs only of jobs that may say so. */
export function wasReplaced(sql: Dialect, of: string): string {
  const isReplaced = `SELECT ${sql.hasReason(['replaced'])} FROM ${sql.schema}runs
    WHERE job_uid = ${of}.uid AND NOT (${sql.hasOneStatus(['skipped'])}) ORDER BY id DESC LIMIT 1`;
  return `CASE WHEN ${of}.overlap = 'cancel_previous' AND ${of}.last_status = 'cancelled'
    THEN coalesce((${isReplaced}), false) ELSE false END`;
}

/** {@link hasGrid} */
const HAS_GRID = "(mode = 'fixed_rate' OR kind = 'cron' OR kind = 'rrule')";

/** Windows of its calendar skip each slot to come (P33, calendars and ends). */
const IS_BLACKED_OUT = `calendar_mode = 'skip' AND next_run_at IS NULL AND next_slot_at IS NOT NULL AND end_at IS NULL
  AND ${HAS_GRID}`;

/** Only the few jobs with an expectation of their own are compared with a time of their own. */
function isLate(terms: Terms): string {
  const { sql, bind, now } = terms;
  const late = bind(now - LATE_AFTER_MS);
  const own = `${bind(now)} - expect_start_ms`;
  const jumped = `(last_slot_at > ${bind(now + CLOCK_TOLERANCE_MS)}
    AND (next_run_at IS NULL OR next_run_at > last_slot_at))`;
  return `status = 'active' AND (${jumped} OR (${IS_BLACKED_OUT})
    OR (${wasPausedBefore(terms, `coalesce(expect_start_ms, ${LATE_AFTER_MS})`)} AND expect_start_ms IS NULL AND (next_run_at < ${late} OR ${sql.waitsSince(late)}))
    OR (${wasPausedBefore(terms, 'expect_start_ms')} AND expect_start_ms IS NOT NULL AND (next_run_at < ${own} OR ${sql.waitsSinceOwn(own)})))`;
}

/** True if the last pause of all jobs ended more than `ms` ago: a number, or a column. */
function wasPausedBefore({ bind, now, lateFrom }: Terms, ms: string): string {
  if (lateFrom === undefined) return '1 = 1';
  return Number.isFinite(lateFrom) ? `${ms} < ${bind(now - lateFrom)}` : '1 = 0';
}

function hasHandler({ sql, bind, handlers }: Terms): string {
  return sql.hasHandler(bind(JSON.stringify(handlers)));
}

/** An expression for the worst health of a job, in the order of `core`. */
export function worstHealth(terms: Terms): string {
  const cases = HEALTH_STATUSES.filter((health) => health !== 'ok').map(
    (health) => `WHEN ${mayHave(health, terms)} THEN '${health}'`,
  );
  return `CASE ${cases.join(' ')} ELSE 'ok' END`;
}
