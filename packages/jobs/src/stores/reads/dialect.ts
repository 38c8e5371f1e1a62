import type { FinishedRun, LiveRun, RunReason, RunStatus } from '../../core/model/run.ts';
import type { LogLine } from '../../core/store/store-passes.ts';

/** A value that is bound to a parameter. */
export type Bound = string | number | null;

/** Adds a parameter, and gives the words that stand for it. */
export type Bind = (value: Bound) => string;

/** The newest runs of one table, and what they are read by. */
export interface NewestRuns {
  readonly table: string;
  readonly columns: string;
  /** Conditions on rows of `jobs`: the newest of each such job are read. None: the newest of all are. */
  readonly jobs: readonly string[];
  /** Conditions on rows of the table; where there are some on jobs, one ties it to `jobs`. */
  readonly runs: readonly string[];
  /** How many, as a parameter. */
  readonly count: string;
}

/** What reads say in the SQL of one database only. Conditions are on rows of `jobs`, unless they say other. */
export interface Dialect {
  /** What stands before the name of a table. */
  readonly schema: string;
  /** What stands before the number of a parameter. */
  readonly mark: '$' | '?';

  /** Joins `running` to `jobs`, where conditions and sort keys name it. */
  readonly withRunning: string;
  /** `running`, `first_started`, `last_started`, `zombie` and `waiting_since` of the job in `stored`. */
  readonly summary: string;
  /** Joins what {@link summary} names. */
  readonly withSummary: string;
  /** The start of the latest started run, live or not. */
  readonly lastRun: string;
  readonly hasZombie: string;
  /** An unclaimed run was due before then. */
  waitsSince(at: string): string;
  /** A run started before then. */
  runsSince(at: string): string;
  /** A node can run its type; `handlers`: a parameter of `TypeVersions` as JSON. */
  hasHandler(handlers: string): string;
  /** A column has this part, in any case; the part is in lower case. */
  contains(column: string, part: string): string;
  /** So many jobs are counted by health in one statement. */
  readonly countedAtOnce: number;
  /**
   * The uid of each job and the columns of `recentRunOf`, newest first. Parameters: {@link list} of uids, and
   * how many runs of each job; it may find more.
   */
  readonly recentRuns: string;
  list(uids: readonly number[]): string;
  /** A number is in a {@link list}. */
  isAmong(column: string, list: string): string;

  /** Whether the runs of a type are read job by job where it has few jobs. */
  isByJob(table: 'live_runs' | 'runs', status: RunStatus | undefined): boolean;
  /** What follows FROM: the rows as `run`, with `jobs` and `job_types`. */
  newestRuns(of: NewestRuns): string;
  /** On rows of runs. Written out: an index on part of the rows is used for what is known as it is planned. */
  hasStatus(status: RunStatus, byJob: boolean): string;
  queuedFrom(at: number, bind: Bind): string;
  queuedBefore(at: number, bind: Bind): string;
  /** The id of the node of `run`. */
  readonly nodeOfRun: string;
  liveRunOf(row: unknown, node: string | null): LiveRun;
  finishedRunOf(row: unknown, node: string | null): FinishedRun;

  /** How many live runs are queued, held and running, and when the first unclaimed one is due. */
  readonly countLive: string;

  statusOf(kept: unknown): RunStatus;
  reasonOf(kept: unknown): RunReason;
  levelOf(kept: unknown): LogLine['level'];
}

/** The parameters of one statement. */
export function parameters({ mark }: Dialect): { readonly params: Bound[]; readonly bind: Bind } {
  const params: Bound[] = [];
  return { params, bind: (value) => `${mark}${params.push(value)}` };
}

/** Jobs with their types, as `jobs` and `job_types`. */
export function jobsIn({ schema }: Pick<Dialect, 'schema'>): string {
  return `${schema}jobs JOIN ${schema}job_types ON job_types.key = jobs.type_key`;
}

/** The job of `run`, as `jobs`, and its type. */
export function jobOfRun({ schema }: Pick<Dialect, 'schema'>): string {
  return `JOIN ${schema}jobs ON jobs.uid = run.job_uid JOIN ${schema}job_types ON job_types.key = jobs.type_key`;
}

/** A WHERE of all these conditions; nothing for none. */
export function allOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/**
 * The nearest number that a `bigint` takes, since a client can send any; 0, which nothing has, for what is no
 * number.
 */
export function bindable(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));
}
