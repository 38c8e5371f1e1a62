import type {
  BulkCommand,
  BulkItem,
  BulkJobAction,
  BulkRunAction,
  BulkStatus,
} from '../../core/bulk/bulk-command.ts';
import type { CommandOptions } from '../../core/model/job-requests.ts';
import type { TimeInput } from '../../core/time/time-input.ts';
import type { JobListQuery, JobsAndRuns, RunListQuery } from './jobs-and-runs-port.ts';

export type { BulkCommand, BulkFailure, BulkItem } from '../../core/bulk/bulk-command.ts';

/** The filters of `listJobs`. */
export type BulkJobFilter = Omit<JobListQuery, 'sort' | 'descending' | 'limit' | 'after' | 'recentRuns'>;
/** The filters of `listRuns`. */
export type BulkRunFilter = Omit<RunListQuery, 'limit' | 'before' | 'slotsDone'>;

/** Which jobs or runs a bulk command is about: exactly one of `ids`, `filter` and `all`. */
interface BulkSelection<Filter> {
  /** At most 1,000. An unknown id counts as a failure. */
  readonly ids?: readonly string[] | undefined;
  /** At least one condition. It may match at most 100,000 jobs or runs. */
  readonly filter?: Filter | undefined;
  readonly all?: true | undefined;
  /** Default false. True: changes nothing, and says which jobs or runs a command would change. */
  readonly dryRun?: boolean | undefined;
}

export interface BulkJobsInput extends BulkSelection<BulkJobFilter> {
  readonly action: BulkJobAction;
  /** Of `pause`, like the two below. */
  readonly reason?: string | undefined;
  readonly until?: TimeInput | undefined;
  readonly cancelLive?: boolean | undefined;
  /** The tags that `tag` adds or `untag` removes. */
  readonly tags?: readonly string[] | undefined;
}

export interface BulkRunsInput extends BulkSelection<BulkRunFilter> {
  readonly action: BulkRunAction;
  /** Of `cancel`: ends runs whose handlers ignore the abort signal. */
  readonly force?: boolean | undefined;
}

/** What a bulk command changes, or would change. */
export interface BulkPlan {
  /** Absent if none was started: a dry run, or nothing to change. */
  readonly id?: string;
  /** How many jobs or runs, unknown ids included. */
  readonly total: number;
  /** The number of unknown ids. */
  readonly notFound: number;
  /**
   * Of `retry`: the number of failed and cancelled runs that it leaves out, because a later run of their slot
   * has succeeded. Absent: another action, more than 10,000 runs, or a lookup of more than 5 s.
   */
  readonly leftOut?: number;
  /** The first 20 jobs or runs. */
  readonly first: readonly BulkItem[];
}

/** The methods by which a bulk command reads and changes each item. It uses no answers of changes. */
export type BulkEngine = ItemReads & {
  readonly [M in keyof ItemChanges]: (...args: Parameters<ItemChanges[M]>) => Promise<unknown>;
};

type ItemReads = Pick<JobsAndRuns, 'listJobs' | 'listRuns' | 'getJob' | 'getRun'>;
type ItemChanges = Pick<
  JobsAndRuns,
  'pauseJob' | 'resumeJob' | 'trigger' | 'deleteJob' | 'patchJob' | 'retryRun' | 'cancelRun'
>;

export interface BulkOptions extends Pick<CommandOptions, 'by' | 'policy'> {
  /** Ends the search for the jobs or runs. A command that has started continues: see `cancelBulkCommand`. */
  readonly signal?: CommandOptions['signal'];
  /** Reads and changes each item, such as an engine of a caller with a scope. Default: this engine. */
  readonly engine?: BulkEngine | undefined;
  /** The bounds of the caller as text: `getBulkCommand` of callers with the same bounds finds the command. */
  readonly scope?: string | undefined;
}

/** Which bulk commands `listBulkCommands` returns. */
export interface BulkListQuery {
  /** Only commands that were started with this `scope`. */
  readonly scope?: string | undefined;
  /** Only commands with this status, or with one of these statuses. */
  readonly status?: BulkStatus | readonly BulkStatus[] | undefined;
  /** At most 10,000. Default: 50. */
  readonly limit?: number | undefined;
}

/** The methods about bulk commands (P36, tags and bulk). */
export interface BulkApi {
  /**
   * P36, tags and bulk: changes many jobs, each one separately: a job that can't be changed counts as failed.
   * Resolves once the command has started. Rejects with `invalid` if more than 100,000 jobs match, and
   * with `too_many` while 5 commands are running on this node.
   */
  bulkJobs(input: BulkJobsInput, options?: BulkOptions): Promise<BulkPlan>;
  /** {@link BulkApi.bulkJobs} for runs. */
  bulkRuns(input: BulkRunsInput, options?: BulkOptions): Promise<BulkPlan>;
  /** Of the newest 1,000. With `scope`, only a command that was started with it. */
  getBulkCommand(id: string, query?: Pick<BulkListQuery, 'scope'>): Promise<BulkCommand>;
  /** Newest first. */
  listBulkCommands(query?: BulkListQuery): Promise<readonly BulkCommand[]>;
  /** Starts no more items. What is done stays done. Rejects with `conflict` if the command is over. */
  cancelBulkCommand(id: string, options?: Pick<BulkOptions, 'by' | 'signal' | 'scope'>): Promise<BulkCommand>;
}
