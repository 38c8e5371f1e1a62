import type { FinishedRun, LiveRun, RunReason, RunStatus } from '../../core/model/run.ts';
import type { Measure } from '../../core/rules/run-measures.ts';
import type { LogLine } from '../../core/store/store-passes.ts';

/** A value that is bound to a parameter. */
export type Bound = string | number | null;

/** Adds a parameter, and returns its placeholder. */
export type Bind = (value: Bound) => string;

/** Which newest runs to read from one table. */
export interface NewestRuns {
  readonly table: string;
  readonly columns: string;
  /**
   * Conditions on `jobs`: reads the newest runs of each job that meets them. Empty: reads the newest of all.
   */
  readonly jobs: readonly string[];
  /** Conditions on rows of the table. If `jobs` is not empty, one of these joins the table to `jobs`. */
  readonly runs: readonly string[];
  /** The placeholder of the number of runs. */
  readonly count: string;
}

/** When runs were queued: from (included), to (excluded). */
export interface QueuedRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The SQL that differs between databases. Conditions are on rows of `jobs`, unless stated otherwise. */
export interface Dialect {
  /** The prefix of table names. */
  readonly schema: string;
  /** The prefix of numbered parameters. */
  readonly mark: '$' | '?';

  /** Joins `running` to `jobs`, for conditions and sort keys that use it. */
  readonly withRunning: string;
  /**
   * The columns `running`, `first_started`, `last_started`, `zombie` and `waiting_since` of the job `stored`.
   */
  readonly summary: string;
  /** The joins that {@link summary} needs. */
  readonly withSummary: string;
  /** When the latest started run of the job started, live or finished. */
  readonly lastRun: string;
  readonly hasZombie: string;
  /** True if an unclaimed run of the job was due before `at`. */
  waitsSince(at: string): string;
  /** {@link waitsSince} for an expression with columns of the job. */
  waitsSinceOwn(at: string): string;
  /** True if a run of the job that started before `at` is running. */
  runsSince(at: string): string;
  /** The table `job_types` in a FROM clause, with the name of the type for jobs of each level. */
  readonly jobTypes: string;
  /** True if a node can run the type of the job. `handlers`: the placeholder of `TypeVersions` as JSON. */
  hasHandler(handlers: string): string;
  /** The trigger of runs of a chain, as a literal. */
  readonly chain: string;
  /** A column of finished runs that has an index and increases with time. */
  readonly timeOrder: string;
  /** The column, compared byte by byte. */
  inByteOrder(column: string): string;
  /** True if the column contains `part`, in any case. `part` is in lower case. */
  contains(column: string, part: string): string;
  /** True if the column contains `part` as it is. False for null. */
  containsExactly(column: string, part: string): string;
  /** The statement that counts the jobs with each tag: tag and count. `where`: conditions on `jobs`. */
  countTags(where: string): string;
  /** The most jobs whose health one statement counts. */
  readonly countedAtOnce: number;
  /**
   * The statement for the newest runs of jobs: uid of the job, then the columns of `recentRunOf`, newest
   * first. Parameters: a {@link list} of uids, and the runs for each job. It may return more.
   */
  readonly recentRuns: string;
  list(uids: readonly number[]): string;
  /** True if a number is in a {@link list}. */
  isAmong(column: string, list: string): string;

  /**
   * The statement for the newest finished runs of each job in a {@link list}, in any order. `uids`: its
   * placeholder. `columns` and `where`: of rows of `runs`. `most`: of each job.
   */
  newestOfEach(of: {
    readonly columns: string;
    readonly uids: string;
    readonly where: string;
    readonly most: number;
  }): string;

  /** Whether a query for the runs of one type reads them job by job, if the type has few jobs. */
  isByJob(table: 'live_runs' | 'runs', status: RunStatus | undefined): boolean;
  /** The text after FROM: the rows as `run`, joined with `jobs` and `job_types`. */
  newestRuns(of: NewestRuns): string;
  /**
   * A condition on rows of runs. Its values are literals, because only those let the planner use a partial
   * index.
   */
  hasStatus(status: RunStatus, byJob: boolean): string;
  /** The run has one of these statuses. No index is used for it. */
  hasOneStatus(statuses: readonly RunStatus[]): string;
  hasReason(reasons: readonly RunReason[]): string;
  /** The run is claimed by the node with this id, or was last. */
  isOfNode(id: string): string;
  queuedFrom(at: number, bind: Bind): string;
  queuedBefore(at: number, bind: Bind): string;
  /**
   * Conditions on the id that all rows of `runs` meet which were queued in a range. A read in the order of
   * ids then begins and ends near them. Empty: {@link queuedFrom} has them.
   */
  idsQueued(range: QueuedRange, bind: Bind): readonly string[];
  /** The expression for the node id of `run`. */
  readonly nodeOfRun: string;
  liveRunOf(row: unknown, node: string | null): LiveRun;
  finishedRunOf(row: unknown, node: string | null): FinishedRun;

  /**
   * The statement that counts queued, held and running runs, and finds when the first unclaimed run is due.
   */
  readonly countLive: string;
  /** The same for the jobs with the uids that a subquery returns. */
  countLiveOf(uids: string): string;

  /** The condition on rows of `live_runs` that are neither held nor claimed. */
  readonly isWaiting: string;
  /**
   * The statement for at most `most` keys of groups with waiting runs (P29, limits and priority): claims look
   * at each such key, now or later. `type`: the placeholder of their type.
   */
  keysToLookAt(type: string, most: number): string;
  /** The expression for the number of claimed runs of the group with an id (P29, limits and priority). */
  claimsOfGroup(id: string): string;

  /** The literal of the measure `lateness`. */
  readonly latenessMeasure: string;
  measureOf(kept: unknown): Measure;
  statusOf(kept: unknown): RunStatus;
  reasonOf(kept: unknown): RunReason;
  levelOf(kept: unknown): LogLine['level'];
}

/** Collects the parameters of one statement. */
export function parameters({ mark }: Dialect): { readonly params: Bound[]; readonly bind: Bind } {
  const params: Bound[] = [];
  return { params, bind: (value) => `${mark}${params.push(value)}` };
}

/** The FROM clause for jobs and their types: `jobs` and `job_types`. */
export function jobsIn({ schema, jobTypes }: Pick<Dialect, 'schema' | 'jobTypes'>): string {
  return `${schema}jobs JOIN ${jobTypes} ON job_types.key = jobs.type_key`;
}

/** A subquery for the uids of jobs that meet a condition, deleted ones too. Each part uses its own index. */
export function uidsWhere({ schema }: Pick<Dialect, 'schema'>, condition: string): string {
  const uids = `SELECT uid FROM ${schema}jobs WHERE ${condition} AND deleted_at`;
  return `${uids} IS NULL UNION ALL ${uids} IS NOT NULL`;
}

/** Joins the job of `run` and its type: `jobs` and `job_types`. */
export function jobOfRun({ schema, jobTypes }: Pick<Dialect, 'schema' | 'jobTypes'>): string {
  return `JOIN ${schema}jobs ON jobs.uid = run.job_uid JOIN ${jobTypes} ON job_types.key = jobs.type_key`;
}

/** A WHERE clause that requires all conditions. Empty if there are none. */
export function allOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/**
 * The nearest value that fits a `bigint`, because a client can send any number. 0 for a number that is not
 * whole: no row has the id 0.
 */
export function bindable(value: number): number {
  const nearest = Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
  return Number.isInteger(nearest) ? nearest : 0;
}
