import { isOfAllJobs, type JobsRead } from '../../../core/filters/jobs-read.ts';
import { isShown, listOf, statusesOf } from '../../../core/filters/run-filter.ts';
import { isInTime } from '../../../core/filters/run-time.ts';
import { isLiveStatus, type RunStatus, type ShownTrigger } from '../../../core/model/run.ts';
import type { RunPage, RunQuery, RunView } from '../../../core/store/store-views.ts';
import { FEW_JOBS, FEW_TO_SEARCH, RUNS_IN_A_LOOK } from '../../rows/bounds.ts';
import { numbersIn, rowOf } from '../../rows/first-column.ts';
import { ranWithOf } from '../../rows/runs/run-view.ts';
import { allOf, type Bind, bindable, type Dialect, jobsIn, parameters, uidsWhere } from '../dialect.ts';
import { whichJobs } from '../jobs/which-jobs.ts';
import { arrays, type Read } from '../read.ts';
import { asQueryOfJob, isOfBackfill, withBackfills } from './backfills-of-runs.ts';
import { withTriggeredBy } from './chained-runs.ts';
import { queuedRange, timeConditions } from './run-times.ts';
import { columnsOfView, type Kind, kindsOf, payloadOfVersion, viewOf } from './run-views.ts';
import { withSlotsDone } from './slots-done.ts';

/**
 * Live and finished runs, newest first. Looks through a bounded number of runs: a page with fewer rows than
 * the limit and a `next` is not the last one.
 */
export function* readRunPage(sql: Dialect, query: RunQuery): Read<RunPage> {
  const ofJob = yield* asQueryOfJob(sql, query);
  if (ofJob === undefined) return { rows: [] };
  const page = yield* readPage(sql, ofJob);
  const rows = yield* withBackfills(sql, page.rows);
  const { jobId, jobUid, slotsDone = jobId !== undefined || jobUid !== undefined } = ofJob;
  const linked = yield* withTriggeredBy(sql, rows);
  return { ...page, rows: slotsDone ? yield* withSlotsDone(sql, linked) : linked };
}

function* readPage(sql: Dialect, query: RunQuery): Read<RunPage> {
  const found = new Map<number, RunView>();
  let lowest: number | undefined;
  for (const source of sourcesOf(sql, query)) {
    const look = yield* lookIn(sql, source, query);
    // A run that finished between two reads is in both. The page shows it as it was first.
    for (const view of look.views) if (!found.has(idOf(view))) found.set(idOf(view), view);
    if (look.lowest !== undefined) lowest = Math.max(lowest ?? look.lowest, look.lowest);
  }
  // Below `lowest`, not every source was looked through.
  const isSure = (view: RunView) => lowest === undefined || idOf(view) >= lowest;
  const views = [...found.values()].filter(isSure).sort((a, b) => idOf(b) - idOf(a));
  const rows = views.slice(0, query.limit);
  const last = rows.at(-1);
  if (views.length > query.limit && last !== undefined)
    return { rows, next: { value: null, key: last.run.id } };
  return lowest === undefined
    ? { rows }
    : { rows, next: { value: null, key: String(lowest) }, isPartial: true };
}

const idOf = ({ run }: RunView) => Number(run.id);

/** Rows of one table, of one status where an index has the rows of a status. */
interface Source {
  readonly kind: Kind;
  /** Undefined: of all statuses that the query allows. */
  readonly status: RunStatus | undefined;
}

function sourcesOf(sql: Dialect, query: RunQuery): readonly Source[] {
  const { reason, fingerprint } = query;
  const statuses = statusesOf(query);
  const [live, finished] = kindsOf(sql);
  const isFinishedOnly = reason !== undefined;
  // Their index has the failed runs of one fingerprint.
  if (fingerprint !== undefined) return [{ kind: finished, status: undefined }];
  const sources: Source[] = [];
  const ofLive = statuses?.filter(isLiveStatus);
  if (!isFinishedOnly && ofLive?.length !== 0)
    sources.push({ kind: live, status: ofLive?.length === 1 ? ofLive[0] : undefined });
  const ofFinished = statuses?.filter((status) => !isLiveStatus(status));
  if (ofFinished === undefined || ofFinished.includes('succeeded'))
    sources.push({ kind: finished, status: ofFinished?.length === 1 ? 'succeeded' : undefined });
  else sources.push(...ofFinished.map((status) => ({ kind: finished, status })));
  return sources;
}

interface Look {
  /** At most one more than the limit, newest first. */
  readonly views: readonly RunView[];
  /** The id of the oldest run that was looked at, if there are more. */
  readonly lowest?: number;
}

function* lookIn(sql: Dialect, { kind, status }: Source, query: RunQuery): Read<Look> {
  const jobs = yield* jobFilter(sql, { kind, status }, query);
  const rows = { kind, status, jobs, query };
  if (!isSearch(query, jobs) && status !== 'succeeded') return { views: yield* runsIn(sql, rows, {}) };
  const lowest = jobs.kind === 'each' ? undefined : yield* lowestOf(sql, rows);
  return { views: yield* runsIn(sql, rows, { lowest }), ...(lowest === undefined ? {} : { lowest }) };
}

/** Whether a query may have to look at many runs for each one that it shows. */
function isSearch(query: RunQuery, jobs: JobFilter): boolean {
  const isOfSeveral = query.status !== undefined && listOf(query.status).length > 1;
  return hasFilter(query) || isOfSeveral || jobs.kind === 'check';
}

/** Whether a query has a filter that no index knows. */
function hasFilter({ reason, trigger, node, error, payload, time = 'queued' }: RunQuery): boolean {
  return time !== 'queued' || [reason, trigger, node, error, payload].some((filter) => filter !== undefined);
}

interface Rows {
  readonly kind: Kind;
  readonly status: RunStatus | undefined;
  readonly jobs: JobFilter;
  readonly query: RunQuery;
}

/** The id of the last run that one look may look at; undefined if all that are left are fewer. */
function* lowestOf(sql: Dialect, { kind, status, query }: Rows): Read<number | undefined> {
  const { params, bind } = parameters(sql);
  // No index has the succeeded runs alone.
  const indexed = status === 'succeeded' ? undefined : status;
  const where = rangeOf(sql, { kind, status: indexed, byJob: false }, query, bind);
  const look = `SELECT id FROM ${sql.schema}${kind.table} ${allOf(where)} ORDER BY id DESC LIMIT ${RUNS_IN_A_LOOK}`;
  const [row] = yield* arrays(`SELECT min(id), count(*) FROM (${look}) AS look`, params);
  const [lowest, count] = rowOf<[number | null, number]>(row);
  return lowest === null || count < RUNS_IN_A_LOOK ? undefined : lowest;
}

/** The newest matching runs down to an id. Reads on until the page is full, as texts are compared here. */
function* runsIn(
  sql: Dialect,
  rows: Rows,
  { lowest }: { readonly lowest?: number | undefined },
): Read<readonly RunView[]> {
  const { query, kind } = rows;
  const views: RunView[] = [];
  let { before } = query;
  for (;;) {
    const found = yield* newestRuns(sql, rows, { before, lowest });
    const read = found.map((row) => viewWithPayload(row, kind));
    views.push(...read.filter((view) => isMeant(view, query)).map(withoutPayload));
    const last = read.at(-1);
    if (views.length > query.limit || read.length <= query.limit || last === undefined)
      return views.slice(0, query.limit + 1);
    before = last.run.id;
  }
}

function isMeant(view: RunView, query: RunQuery): boolean {
  return isInTime(view.run, query) && isShown(view, query);
}

function viewWithPayload(row: unknown, { runOf }: Kind): RunView {
  const view = viewOf(row, runOf);
  const [payload] = rowOf<readonly unknown[]>(row).slice(-1) as [string | null];
  return payload === null ? view : { ...view, ...ranWithOf(view.run, payload) };
}

function withoutPayload({ ranWith: _, ...view }: RunView): RunView {
  return view;
}

/** The conditions of a query on the status, the time and the place of the page. */
function rangeOf(
  sql: Dialect,
  { kind, status, byJob }: Source & { readonly byJob: boolean },
  { before, fingerprint, ...times }: RunQuery,
  bind: Bind,
): string[] {
  const { from, to } = queuedRange(kind, times);
  return [
    ...(status === undefined ? [] : [sql.hasStatus(status, byJob)]),
    ...(fingerprint === undefined ? [] : [`fingerprint = ${bind(fingerprint)}`]),
    ...(from === undefined ? [] : [sql.queuedFrom(from, bind)]),
    ...(to === undefined ? [] : [sql.queuedBefore(to, bind)]),
    ...(kind.table === 'runs' && !byJob ? sql.idsQueued({ from, to }, bind) : []),
    ...(before === undefined ? [] : [`id < ${bind(bindable(Number(before)))}`]),
  ];
}

/** The newest rows of one table that match, one more than requested. Of texts, some may not match exactly. */
function* newestRuns(
  sql: Dialect,
  { kind, status, jobs, query }: Rows,
  { before, lowest }: { readonly before: string | undefined; readonly lowest: number | undefined },
): Read<readonly unknown[]> {
  const { params, bind } = parameters(sql);
  const byJob = jobs.kind === 'each';
  const ofJobs = byJob ? jobs.conditions(bind) : [];
  const runs = byJob ? ['job_uid = jobs.uid'] : [];
  runs.push(...rangeOf(sql, { kind, status, byJob }, { ...query, before }, bind));
  if (lowest !== undefined) runs.push(`id >= ${bind(lowest)}`);
  // A scalar subquery, which no planner turns into a join: the newest runs are read in order.
  if (jobs.kind === 'check')
    runs.push(`(SELECT ${jobs.conditions(bind).join(' AND ')} FROM ${jobsIn(sql)} WHERE uid = job_uid)`);
  runs.push(...filtersOf(sql, { kind, status, query }, bind));
  const count = bind(query.limit + 1);
  const table = `${sql.schema}${kind.table}`;
  const source = sql.newestRuns({ table, columns: kind.columns, jobs: ofJobs, runs, count });
  const columns = columnsOfView(sql, query.payload === undefined ? undefined : payloadOfVersion(sql, kind));
  return yield* arrays(`SELECT ${columns} FROM ${source} ORDER BY run.id DESC LIMIT ${count}`, params);
}

/** Conditions that all matching rows meet, and few others. */
function filtersOf(sql: Dialect, { kind, status, query }: Omit<Rows, 'jobs'>, bind: Bind): readonly string[] {
  const { reason, trigger, node, error, payload = [], backfillId } = query;
  const statuses = status === undefined ? statusesOf(query) : undefined;
  return [
    ...(statuses === undefined ? [] : [sql.hasOneStatus(statuses)]),
    ...(reason === undefined ? [] : [sql.hasReason(listOf(reason))]),
    ...(trigger === undefined ? [] : [hasTrigger(sql, trigger)]),
    ...(node === undefined ? [] : [sql.isOfNode(bind(node))]),
    ...(error === undefined ? [] : [sql.contains('errors', bind(inJson(error).toLowerCase()))]),
    ...(backfillId === undefined ? [] : [isOfBackfill(sql, kind.table, backfillId, bind)]),
    ...timeConditions(kind, query, bind),
    ...payload.map(({ value }) => sql.containsExactly(payloadOfRow(sql, kind), bind(inJson(value)))),
  ];
}

const OF_SLOT = 'scheduled_for IS NOT NULL AND retry_of IS NULL';
const OF_BACKFILL = 'catch_up AND missed = 0';

/** The retry of a run with a slot is a run by hand (`storedTrigger`). */
function hasTrigger({ chain }: Dialect, trigger: ShownTrigger): string {
  switch (trigger) {
    case 'schedule':
      return `(${OF_SLOT} AND NOT (${OF_BACKFILL}))`;
    case 'backfill':
      return `(${OF_SLOT} AND ${OF_BACKFILL})`;
    case 'manual':
      return `((scheduled_for IS NULL AND trigger <> ${chain}) OR retry_of IS NOT NULL)`;
    case 'chain':
      return `trigger = ${chain}`;
    default:
      return trigger satisfies never;
  }
}

/** A text as JSON contains it. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The payload that a row of `kind.table` ran with, or an empty text. */
function payloadOfRow(sql: Dialect, kind: Kind): string {
  const { table } = kind;
  const ofVersion = `SELECT ${payloadOfVersion(sql, kind, table)} FROM ${sql.schema}jobs AS jobs WHERE jobs.uid = ${table}.job_uid`;
  return `coalesce(${table}.payload, (${ofVersion}), '')`;
}

/**
 * How a query finds the runs of its jobs. `each`: reads the runs of each job, which are bounded by retention.
 * `check`: reads all runs and looks at the job of each one, as the jobs are many.
 */
type JobFilter =
  | { readonly kind: 'all' }
  | { readonly kind: 'each' | 'check'; readonly conditions: (bind: Bind) => readonly string[] };

function* jobFilter(sql: Dialect, { kind, status }: Source, query: RunQuery): Read<JobFilter> {
  const { jobUid, jobId, type } = query;
  const isNarrow = type !== undefined || !isOfAllJobs(query);
  const others = (bind: Bind) => (isNarrow ? ofType(sql, query, bind) : []);
  if (jobUid !== undefined)
    return {
      kind: 'each',
      conditions: (bind) => [`jobs.uid = ${bind(bindable(Number(jobUid)))}`, ...others(bind)],
    };
  if (jobId !== undefined)
    return { kind: 'each', conditions: (bind) => [hadId(sql, bind(jobId)), ...others(bind)] };
  if (!isNarrow) return { kind: 'all' };
  const uids = sql.isByJob(kind.table, status)
    ? yield* fewJobsOf(sql, query, hasFilter(query) ? FEW_TO_SEARCH : FEW_JOBS)
    : undefined;
  if (uids === undefined) return { kind: 'check', conditions: others };
  return { kind: 'each', conditions: (bind) => [sql.isAmong('jobs.uid', bind(sql.list(uids)))] };
}

/** The filters of a query that are about the jobs of its runs. */
type JobsOfType = JobsRead & Pick<RunQuery, 'type'>;

/** The conditions on `jobs` and `job_types` for these filters. */
function ofType(sql: Dialect, query: JobsOfType, bind: Bind): readonly string[] {
  const { type } = query;
  return [...(type === undefined ? [] : [`type = ${bind(type)}`]), ...whichJobs(sql, query, bind)];
}

/**
 * The jobs that the filters find, if they are only a few: then runs are read job by job. Without this, a
 * search for a type with few runs would read the runs of all types. Undefined if there are many.
 */
function* fewJobsOf(sql: Dialect, query: JobsOfType, few: number): Read<readonly number[] | undefined> {
  const { type } = query;
  const { params, bind } = parameters(sql);
  const found = type === undefined ? [] : [`type = ${bind(type)}`];
  const which = whichJobs(sql, query, bind);
  if (which.length > 0) found.push(`jobs.uid IN (${uidsWhere(sql, which.join(' AND '))})`);
  const jobs = `SELECT uid FROM ${jobsIn(sql)} ${allOf(found)} LIMIT ${bind(few + 1)}`;
  const uids = numbersIn(yield* arrays(jobs, params));
  return uids.length <= few ? uids : undefined;
}

/** The current job with an id, and the deleted ones. */
function hadId(sql: Dialect, id: string): string {
  return `jobs.uid IN (${uidsWhere(sql, `jobs.id = ${id}`)})`;
}
