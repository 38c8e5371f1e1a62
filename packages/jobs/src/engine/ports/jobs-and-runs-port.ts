import type { JobCalendar } from '../../core/calendars/job-calendar.ts';
import type { CatchUp, Overlap } from '../../core/model/job.ts';
import type {
  CommandOptions,
  InTransaction,
  OnlyIf,
  RetryOptions,
  TriggerInput,
  WatchOptions,
} from '../../core/model/job-requests.ts';
import type { Priority } from '../../core/model/priority.ts';
import type { BackoffOptions } from '../../core/model/retry.ts';
import type { AfterInput } from '../../core/schedule/parse-schedule.ts';
import type { LogLine } from '../../core/store/store-passes.ts';
import type {
  JobQuery,
  JobSort,
  JobView,
  Page,
  RequestedRun,
  RunPage,
  RunQuery,
  RunView,
  ScheduledJob,
} from '../../core/store/store-views.ts';
import type { TimeInput } from '../../core/time/time-input.ts';

/** A job as people and code write it. Durations are Go's, such as `1h30m`; exactly one kind of schedule. */
export interface JobInput extends WatchOptions {
  readonly id: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly type: string;
  readonly interval?: string | undefined;
  readonly intervalMode?: 'fixed_rate' | 'fixed_delay' | undefined;
  readonly cron?: string | undefined;
  /** A recurrence rule of iCalendar (RFC 5545), such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9`. */
  readonly rrule?: string | undefined;
  readonly timezone?: string | undefined;
  readonly runAt?: TimeInput | undefined;
  readonly onDemand?: boolean | undefined;
  /** Each end of a run of another job starts a run. */
  readonly after?: AfterInput | undefined;
  readonly startAt?: TimeInput | undefined;
  /** No slot is later. The job is finished after its last run. */
  readonly endAt?: TimeInput | undefined;
  /**
   * The job is finished after this number of runs of its slots. Runs by hand and skipped slots do not count.
   */
  readonly maxRuns?: number | undefined;
  /**
   * Each slot is due by a part of this duration later, fixed for the job's id: at most the interval, or 24h.
   */
  readonly spread?: string | undefined;
  /**
   * At most 64 KiB as JSON, with the type's defaults, which are filled in. `null`, for an on-demand job:
   * none, so each trigger must bring one.
   */
  readonly payload?: unknown;
  /**
   * A calendar whose windows `skip` the slots inside them, or `move` them to the end of the window. Default:
   * none.
   */
  readonly calendar?: JobCalendar | undefined;
  readonly overlap?: Overlap | undefined;
  readonly catchUp?: CatchUp | undefined;
  /** Omitted, like the two below: the type's default. */
  readonly timeout?: string | undefined;
  readonly maxAttempts?: number | undefined;
  readonly backoff?: BackoffOptions | undefined;
  /** A run that has not started this long after it was due is skipped: from 1s to 9600h. Default: never. */
  readonly expireAfter?: string | undefined;
  /** Which of the due runs start first: `high`, `normal` or `low`. Default: `normal`. */
  readonly priority?: Priority | undefined;
  /** At most this many runs of the job run at once, and the others wait. Only with overlap `allow`. */
  readonly maxRunning?: number | undefined;
  /**
   * Slots get a run only while the last success of another job is recent enough. Otherwise they are skipped.
   */
  readonly onlyIf?: OnlyIf | undefined;
}

/** RFC 7396 at top level: null resets to the default; a schedule field replaces other kinds (P16, edit). */
export type JobPatch = { readonly [K in keyof Omit<JobInput, 'id'>]?: JobInput[K] | null };

/** Which jobs `listJobs` returns, and in which order. `after`: the `next` of the page before. */
export interface JobListQuery
  extends Omit<JobQuery, 'handlers' | 'lateFrom' | 'sort' | 'descending' | 'limit'> {
  /** Default: `id`. */
  readonly sort?: JobSort | undefined;
  /** Default: false. */
  readonly descending?: boolean | undefined;
  /** Most jobs in the page, at most 10,000. Default: 50. */
  readonly limit?: number | undefined;
}

/** Which runs `listRuns` returns. `before`: the `next.key` of the page before. */
export interface RunListQuery extends Omit<RunQuery, 'limit' | 'from' | 'to'> {
  /** Runs queued at this time or later; `time` names another time. A number is in ms since 1970. */
  readonly from?: TimeInput | number | undefined;
  /** Runs queued before this time; see `from`. */
  readonly to?: TimeInput | number | undefined;
  /** Most runs in the page, at most 10,000. Default: 50. */
  readonly limit?: number | undefined;
}

export interface PauseInput {
  readonly reason?: string | undefined;
  readonly until?: TimeInput | undefined;
  readonly cancelLive?: boolean | undefined;
}

/** The methods that read and change single jobs and runs. */
export interface JobsAndRuns {
  createJob(input: JobInput, options?: CommandOptions & InTransaction): Promise<JobView>;
  /** Creates or replaces; omitted fields are reset. An input equal in value changes nothing (P16, edit). */
  putJob(input: JobInput, options?: CommandOptions): Promise<ScheduledJob>;
  patchJob(jobId: string, patch: JobPatch, options?: CommandOptions): Promise<JobView>;
  deleteJob(jobId: string, options?: CommandOptions): Promise<void>;
  getJob(jobId: string): Promise<JobView>;
  /** A page of jobs: the first 50 by id, unless the query says otherwise. */
  listJobs(query?: JobListQuery): Promise<Page<JobView>>;
  pauseJob(jobId: string, input?: PauseInput, options?: CommandOptions): Promise<JobView>;
  resumeJob(jobId: string, options?: CommandOptions): Promise<JobView>;

  /** P15, run now. */
  trigger(jobId: string, input?: TriggerInput, options?: CommandOptions): Promise<RequestedRun>;
  getRun(runId: string): Promise<RunView>;
  /**
   * A page of runs, newest first. A search that finds little answers after 200 ms with what it has found:
   * `isPartial`, and `next` continues.
   */
  listRuns(query?: RunListQuery): Promise<RunPage>;
  getLogs(runId: string): Promise<readonly LogLine[]>;
  cancelRun(runId: string, input?: { readonly force?: boolean }, options?: CommandOptions): Promise<RunView>;
  /**
   * A waiting retry is made due; a finished run is run again as a new manual run with `retryOf`, for the same
   * slot if it had one.
   */
  retryRun(runId: string, options?: RetryOptions): Promise<RunView>;
}
