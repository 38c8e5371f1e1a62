import type { JobsRead } from '../filters/jobs-read.ts';
import type { RunFilter } from '../filters/run-filter.ts';
import type { RunTimeRange } from '../filters/run-time.ts';
import type { CheckpointView } from '../model/checkpoint.ts';
import type { Origin } from '../model/declaration.ts';
import type { Job, JobDefinition, JobStatus } from '../model/job.ts';
import type { FinishedStatus, JsonText, Run, RunReason, RunStatus } from '../model/run.ts';
import type { TypeVersions } from '../nodes/membership.ts';
import type { Measure } from '../rules/run-measures.ts';
import type { WaitsForLimit } from '../type-limits/group-room.ts';
import type { Health, HealthFilter, HealthStatus } from '../watching/health.ts';
import type { AuditEntry } from './store-commands.ts';

/** A job and what its live runs say about it. */
export interface JobView {
  readonly job: Job;
  readonly health: Health;
  readonly isRunning: boolean;
  /** The start of the latest started run, live or not, and that run's status. */
  readonly lastRunAt?: number;
  readonly lastStatus?: RunStatus;
  /** Of this generation, newest first; only in a list that was asked for with them. */
  readonly recentRuns?: readonly RecentRun[];
}

/** A job as `schedule` or `putJob` leaves it. */
export interface ScheduledJob extends JobView {
  /** False if the job existed before. */
  readonly created: boolean;
}

/** What a list of jobs shows of a run. */
export interface RecentRun {
  readonly id: string;
  readonly status: RunStatus;
  readonly reason?: RunReason;
  readonly queuedAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

export type JobSort = 'id' | 'name' | 'next_run' | 'last_run' | 'created_at';

/** What the health of jobs depends on besides their rows. */
export interface HealthContext {
  /** What live nodes can run. */
  readonly handlers: TypeVersions;
  /** The earliest instant at which something can begin to be late. Default: any. */
  readonly lateFrom?: number | undefined;
}

export interface JobQuery extends JobsRead, HealthContext {
  readonly type?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly health?: HealthFilter | undefined;
  /** Jobs that code declares, or all others. */
  readonly origin?: Origin | undefined;
  /** Part of the id, name or description, in any case. */
  readonly q?: string | undefined;
  /** Jobs that wait for the job with this id (P32, chains and gates). */
  readonly upstream?: string | undefined;
  readonly sort: JobSort;
  readonly descending: boolean;
  readonly limit: number;
  readonly after?: Cursor | undefined;
  /** How many of each job's newest runs, live or finished, come with it. Default: none. */
  readonly recentRuns?: number | undefined;
}

/** A run of another job in a chain (P32, chains and gates). */
export interface ChainLink {
  readonly runId: string;
  readonly jobId: string;
}

export interface RunQuery extends JobsRead, RunFilter, RunTimeRange {
  /** Of every generation of this id. */
  readonly jobId?: string | undefined;
  /** Of this generation alone. */
  readonly jobUid?: string | undefined;
  readonly type?: string | undefined;
  /** Runs that this backfill made. */
  readonly backfillId?: string | undefined;
  /** Whether to look up `slotDoneBy`, in the newer runs of each job. Default: only in a list of one job. */
  readonly slotsDone?: boolean | undefined;
  readonly limit: number;
  /** Runs older than this one. */
  readonly before?: string | undefined;
}

/** A run and the job it belongs to, or belonged to. */
export interface RunView {
  readonly run: Run;
  readonly jobId: string;
  /** The name of the job now. */
  readonly jobName: string;
  readonly type: string;
  /** The tags of the job; only in the answers of `getRun` and `listRuns`. Absent: none. */
  readonly tags?: readonly string[];
  /**
   * The version of the job that the run ran with or runs with. Absent for a run that no node has claimed, and
   * for runs of older software.
   */
  readonly jobVersion?: number;
  /**
   * What the run ran with, or would run with now: its own payload, or that of its version. Only `getRun` has
   * it. Absent if the job has none, or if the version is not kept.
   */
  readonly ranWith?: JsonText;
  /** The state that its attempts have saved for the next one. Only `getRun` has it. Absent: none. */
  readonly checkpoint?: CheckpointView;
  /** The backfill that made the run. Absent: none, or the counts of the backfill are too old. */
  readonly backfillId?: string;
  /**
   * Of a finished run that did not succeed: the newest later run of its slot that succeeded. Only `getRun`
   * and `listRuns` (of one job, or with `slotsDone`) look it up.
   */
  readonly slotDoneBy?: string;
  /**
   * The limit that a due run waits for (P29, limits and priority). Only `getRun` looks it up. Absent: none.
   */
  readonly waitsFor?: WaitsForLimit;
  /** Of a run that the end of another one made, or skipped: that run. */
  readonly triggeredBy?: ChainLink;
  /**
   * The runs that the end of this run made or skipped, at most 50. Only `getRun` looks them up. Absent: none.
   */
  readonly triggered?: readonly ChainLink[];
}

/**
 * Runs, newest first. `isPartial`: a read looks through a bounded number of runs, and has reached it. The
 * page has what was found so far, perhaps nothing, and `next` continues.
 */
export interface RunPage extends Page<RunView> {
  readonly isPartial?: true;
}

/** A definition that a job has or had. */
export interface JobVersion {
  readonly version: number;
  readonly definition: JobDefinition;
  readonly madeAt: number;
  /** Absent for the current version. */
  readonly replacedAt?: number;
  /** Who replaced it, such as `user:42`. */
  readonly replacedBy?: string;
}

export interface JobVersionQuery {
  readonly jobUid: string;
  readonly limit: number;
  /** Only older versions than this one. */
  readonly before?: number | undefined;
}

/** The run that `trigger` or `enqueue` made. */
export interface RequestedRun extends RunView {
  /** The key was used before: this is the run that its first use made. */
  readonly duplicate: boolean;
}

/** Where a page ended: the sort value and the key of its last row. */
export interface Cursor {
  readonly value: string | number | null;
  readonly key: string;
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly next?: Cursor;
}

export interface AuditRow extends AuditEntry {
  readonly id: string;
  readonly at: number;
  /** The id of the job or run. */
  readonly target: string;
  /** The job that was changed, or the job of the run. Absent: neither, or the run is no longer kept. */
  readonly jobId?: string;
  /** What the job is called now. Absent: there is no such job. */
  readonly jobName?: string;
}

/** Of some jobs: changes of these, and of their runs that are still kept. */
export interface AuditQuery extends JobsRead {
  readonly limit: number;
  /** Only changes of this job and of its runs that are still kept. */
  readonly jobId?: string | undefined;
  /** At or after this time, and before that one, in ms. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only rows that come after this one in the order. */
  readonly before?: { readonly at: number; readonly id: number } | undefined;
  /** Exact matches. */
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
}

export interface StoreStats {
  readonly jobs: Readonly<Record<JobStatus, number>>;
  readonly runs: {
    readonly queued: number;
    readonly held: number;
    readonly running: number;
    /** When the run became due that has waited longest for a claim, if one waits. */
    readonly dueSince?: number;
  };
  /** Newest hour first, at most the requested number of hours. */
  readonly hours: readonly HourCount[];
}

export type HealthCounts = Readonly<Record<HealthStatus, number>>;

/** Runs that finished with this status in the hour that starts at `hour` (ms). */
export interface HourCount {
  readonly hour: number;
  readonly status: FinishedStatus;
  readonly count: number;
}

/**
 * Which finished runs to count, and by which steps of time. At most one of `jobId`, `type` and `tag`; runs
 * count for the type and tags that their job had when they ended, but with `idPrefix` or `anyTag` for those
 * it has now.
 */
export interface HistoryQuery extends Pick<JobsRead, 'idPrefix' | 'anyTag'> {
  readonly jobId?: string | undefined;
  readonly type?: string | undefined;
  readonly tag?: string | undefined;
  /** Of the end of a run: included, and excluded. Both are whole hours if `stepMs` is. */
  readonly from: number;
  readonly to: number;
  /** Whole hours; or less, for the runs that history still contains. */
  readonly stepMs: number;
}

/** How many runs that ended in a step have a value in a bucket of a measure (`run-measures.ts`). */
export interface HistoryCount {
  /** 0 begins at `from`. */
  readonly step: number;
  readonly measure: Measure;
  readonly bucket: number;
  readonly count: number;
}
