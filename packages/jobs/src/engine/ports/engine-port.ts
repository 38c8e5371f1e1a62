import type { JobsRead, TagCount } from '../../core/filters/jobs-read.ts';
import type { Forecast, ForecastQuery } from '../../core/forecast/forecast-result.ts';
import type { BackoffOptions, JobType } from '../../core/job-types/job-type.ts';
import type { JobEvent } from '../../core/model/events.ts';
import type { CommandOptions, EnqueueOptions } from '../../core/model/job-requests.ts';
import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import type { FailurePage, FailureQuery, FailureSort } from '../../core/store/failure-views.ts';
import type { AuditQuery, AuditRow, JobVersion, Page, RequestedRun } from '../../core/store/store-views.ts';
import type { TimeInput } from '../../core/time/time-input.ts';
import type { RunTimeline, RunTimelineQuery } from '../../core/timeline/run-timeline.ts';
import type { LimitWaits } from '../../core/type-limits/limit-waits.ts';
import type { TypeLimits } from '../../core/type-limits/type-limits.ts';
import type { FailureBudget } from '../../core/watching/watching.ts';
import type { AlertsApi } from './alerts-port.ts';
import type { BackfillsApi } from './backfills-port.ts';
import type { BulkApi } from './bulk-port.ts';
import type { CalendarsApi } from './calendars-port.ts';
import type { AttemptObserver, EngineStats, NodeActivity, RunHistory } from './engine-stats.ts';
import type { JobInput, JobPatch, JobsAndRuns } from './jobs-and-runs-port.ts';
import type { NodesApi } from './nodes-port.ts';
import type { SecretsApi } from './secrets-port.ts';

export type { Forecast, ForecastQuery } from '../../core/forecast/forecast-result.ts';
export { EngineError, type EngineErrorCode, type InvalidField } from '../../core/model/errors.ts';
export type {
  CommandOptions,
  ExpectOptions,
  InTransaction,
  PauseAfterOptions,
  RetryOptions,
  TriggerInput,
  WatchOptions,
} from '../../core/model/job-requests.ts';
export { bothPolicies, type JobPolicy } from '../../core/policies/policy.ts';
export type { BackfillInput, BackfillListQuery, BackfillOutcome } from './backfills-port.ts';
export type {
  BulkApi,
  BulkCommand,
  BulkEngine,
  BulkJobFilter,
  BulkJobsInput,
  BulkListQuery,
  BulkOptions,
  BulkPlan,
  BulkRunFilter,
  BulkRunsInput,
} from './bulk-port.ts';
export type { JobInput, JobListQuery, JobPatch, PauseInput, RunListQuery } from './jobs-and-runs-port.ts';

/** The options of a command that is about all jobs. */
export type EngineCommandOptions = Pick<CommandOptions, 'by' | 'signal'>;

/** Which failed runs `listFailures` groups, by the times at which they ended. */
export interface FailureListQuery extends Omit<FailureQuery, 'from' | 'to' | 'sort' | 'limit'> {
  /** The last hours before `to`. Default: 24. Has no effect with `from`. */
  readonly hours?: number | undefined;
  readonly from?: TimeInput | number | undefined;
  /** Default: now. */
  readonly to?: TimeInput | number | undefined;
  /** Default: `last_seen`. Both begin with the highest. */
  readonly sort?: FailureSort | undefined;
  /** Most groups in the page, at most 10,000. Default: 50. */
  readonly limit?: number | undefined;
}

/** Which definitions `listJobVersions` returns. */
export interface VersionListQuery {
  /** Most versions in the page, at most 10,000. Default: 50. */
  readonly limit?: number | undefined;
  /** Only older versions than this one: the `next.key` of the page before, as a number. */
  readonly before?: number | undefined;
}

/** Which changes `listAudit` returns. */
export interface AuditListQuery extends Omit<AuditQuery, 'limit' | 'from' | 'to'> {
  /** At most 10,000. Default: 50. */
  readonly limit?: number | undefined;
  /** Only changes at or after this time. A number is in ms since 1970. */
  readonly from?: TimeInput | number | undefined;
  /** Only changes before this time. */
  readonly to?: TimeInput | number | undefined;
}

/** At most one of `jobId`, `type` and `tag`. */
export interface RunHistoryQuery extends Pick<JobsRead, 'idPrefix' | 'anyTag'> {
  readonly jobId?: string | undefined;
  readonly type?: string | undefined;
  readonly tag?: string | undefined;
  /**
   * Default: 24 h before `to`. Rounded down to the hour; to the minute if `step` is shorter. A number is in
   * ms.
   */
  readonly from?: TimeInput | number | undefined;
  /** Default: now. Rounded up. */
  readonly to?: TimeInput | number | undefined;
  /**
   * Whole hours as text, such as "1h" or "24h"; at most 1,000 steps. Or whole minutes, such as "1m", for at
   * most 24 hours: these count only runs that history still contains. Default: about 100 steps.
   */
  readonly step?: string | undefined;
}

/** Why and until when all jobs are paused. */
export interface PauseAllInput {
  readonly reason?: string | undefined;
  /** When the pause ends by itself. Default: with `resumeAll`. */
  readonly until?: TimeInput | undefined;
}

export interface JobTypeInfo
  extends Pick<JobType, 'type' | 'description' | 'version' | 'isolation' | 'operatorsMaySet'> {
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly backoff: Required<BackoffOptions>;
  /** The failure budget of its jobs, unless they say otherwise. */
  readonly pauseAfter: FailureBudget | undefined;
  /** Across all nodes, as this node has them (P29, limits and priority). */
  readonly limits: TypeLimits | undefined;
  /** JSON Schema (2020-12) of the payload as a caller writes it. */
  readonly payloadSchema: Readonly<Record<string, unknown>>;
  /** What an omitted payload means; undefined when the type has required fields. */
  readonly defaults: Readonly<Record<string, unknown>> | undefined;
  /**
   * The payload fields that are secret. `isSealed` false: one may name a stored secret, and is else shown.
   */
  readonly secretFields: readonly { readonly pointer: string; readonly isSealed: boolean }[];
}

export interface Preview {
  /** Now, by the engine's clock (ms). */
  readonly now: number;
  /** The next run before the edit; absent for a new schedule. */
  readonly before: number | undefined;
  /** When the next slots are due (ms). Without the id of a job, `spread` has no effect. */
  readonly times: readonly number[];
  /**
   * The slot of each of `times`: the `scheduledFor` of its run. Earlier if `spread` or a calendar moves it.
   */
  readonly slots: readonly number[];
}

/** Gets each event; `reset`: events of other nodes may have been lost, so reload your data. */
export type JobEventListener = (event: JobEvent | 'reset') => void;

export interface EventSubscription {
  /** The events after `after`; `reset` when the ring no longer has them all (or never had them). */
  readonly backlog: readonly JobEvent[] | 'reset';
  /** The id of the newest event so far. */
  readonly lastId: number;
  unsubscribe(): void;
}

/**
 * The engine as code and routes use it. Methods check their arguments first. They reject with an
 * {@link EngineError} that a caller can act on, or with a `StoreError` when the store can't be used. Before
 * the end of `start()` and after that of `stop()`, the code is `unavailable`.
 *
 * A method that returns a run returns `{ run, jobId, type }`. One that returns a job returns
 * `{ job, health, … }`.
 */
export interface Engine
  extends JobsAndRuns,
    AlertsApi,
    BackfillsApi,
    BulkApi,
    CalendarsApi,
    SecretsApi,
    NodesApi {
  /** Opens the store, takes back runs of a dead process (P9), then plans and claims if `autoRun`. */
  start(): Promise<void>;
  /**
   * Stops claiming, waits for handlers, aborts the rest in time for `shutdownTimeoutMs`, gives claims back
   * (P9, lost nodes). Methods work until all that is done, `serving` has ended, and listeners of runs have
   * been called. `enqueueAndWait` of a request that keeps `serving` open ends with its run, at the latest
   * after `shutdownTimeoutMs`. A second call waits for the first.
   */
  stop(options?: { readonly serving?: Promise<unknown> }): Promise<void>;
  /** One pass by hand, to its end: for tests with a fake clock and `autoRun: false`. */
  tick(): Promise<void>;
  /** Rejects when the store can't be used: for readiness probes. */
  check(): Promise<void>;
  /**
   * Fires, with a `StoreError` as its reason, once the database is lost for good: removed or replaced
   * (`gone`), or `damaged`. Then nothing starts and every method rejects: log the reason and end the process.
   */
  readonly lost: AbortSignal;

  /** The tags in use with the number of their jobs, most used first. */
  listTags(query?: JobsRead): Promise<readonly TagCount[]>;
  /** The current definition of a job, then those that edits replaced, newest first. */
  listJobVersions(jobId: string, query?: VersionListQuery): Promise<Page<JobVersion>>;
  /** `not_found`: there is no such version, or it is no longer kept. */
  getJobVersion(jobId: string, version: number): Promise<JobVersion>;
  /**
   * Pauses all jobs, for maintenance: no node plans or claims until `resumeAll` or `until`. Runs in progress
   * finish; runs asked for by hand wait. Each job keeps its own pause. A second call replaces reason and end.
   */
  pauseAll(input?: PauseAllInput, options?: EngineCommandOptions): Promise<PauseOfAll>;
  /** Ends the pause of all jobs, if there is one: each job makes up for its slots as `catchUp` says. */
  resumeAll(options?: EngineCommandOptions): Promise<void>;
  /** The pause of all jobs, if there is one: as this node knows it, at most 5 s old. */
  pauseOfAll(): PauseOfAll | undefined;

  /** Makes a run of a job type without a job of one's own: see `enqueue` of `Jobs`. */
  enqueue(type: JobType | string, payload: unknown, options?: EnqueueOptions): Promise<RequestedRun>;
  /** Failed runs in groups with one cause: by the fingerprint of their last error. */
  listFailures(query?: FailureListQuery): Promise<FailurePage>;
  /**
   * The runs of a window by job or by node, of at most 90 days: a bounded number of rows, with the runs or
   * their number in each column. Pruned runs are counted by hour.
   */
  runTimeline(query?: RunTimelineQuery): Promise<RunTimeline>;
  /**
   * The next `count` run times (default 5) of a schedule, of a job as an edit would leave it, or of a whole
   * job. A whole job is checked as `putJob` would check it, payload included. Changes nothing.
   */
  preview(
    input:
      | (JobInput & { readonly count?: number | undefined })
      | { readonly schedule: Partial<JobInput>; readonly count?: number | undefined }
      | { readonly jobId: string; readonly patch: JobPatch; readonly count?: number | undefined },
  ): Promise<Preview>;
  /**
   * The runs to come by hour or minute, by type and tag, and how long they usually take; clashes and quiet
   * times. Exact up to 1,000 jobs, and estimated from a sample beyond (`sampled`).
   */
  forecast(query?: ForecastQuery): Promise<Forecast>;
  jobTypes(): readonly JobTypeInfo[];
  /**
   * The limits in force and how many due runs wait for them, for each job type of this node (P29). Counts at
   * most 1,000 full groups and 10,000 runs of a type.
   */
  limitWaits(): Promise<readonly LimitWaits[]>;
  /** With a query, counts only these jobs and their runs. What nodes report is about all jobs. */
  stats(query?: JobsRead): Promise<EngineStats>;
  /**
   * Counts, durations and lateness of finished runs, kept for 90 days: of all jobs, or of a job, a type or a
   * tag (P18, bounds). By default of the last 24 hours.
   */
  history(query?: RunHistoryQuery): Promise<RunHistory>;
  /** The part that this node knows without the store, even while the database is unavailable. */
  activity(): NodeActivity;
  /** Calls the observer for each attempt of this node, until the returned function is called. */
  observeAttempts(observer: AttemptObserver): () => void;
  /** Newest first: by time, then by id. */
  listAudit(query?: AuditListQuery): Promise<readonly AuditRow[]>;
  /** The events of all nodes, in the order in which this node gets them. */
  subscribe(listener: JobEventListener, after?: number): EventSubscription;
}
