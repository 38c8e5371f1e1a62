import type { BulkReads, StoreBulk } from '../bulk/store-bulk.ts';
import type { JobsRead, TagCount } from '../filters/jobs-read.ts';
import type { ForecastJobs, ForecastJobsRead } from '../forecast/forecast-job.ts';
import type { CompletionAnswer, CompletionInput } from '../model/completion.ts';
import type { AbortFlag } from '../model/errors.ts';
import type { Job, JobDefinition } from '../model/job.ts';
import type { JobCommand } from '../model/job-command.ts';
import type { JoiningNode, Membership, NodeListener, NodeView, TypeVersions } from '../nodes/membership.ts';
import type { PauseOfAllInput } from '../pauses/pause-all.ts';
import type { PauseOfAll } from '../pauses/pause-of-all.ts';
import type { TimelineQuery, TimelineRows } from '../timeline/run-timeline.ts';
import type { AlertStore } from './alert-store.ts';
import type { CalendarStore } from './calendar-store.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { DatabaseUpkeep } from './database-upkeep.ts';
import type { FailurePage, FailureQuery } from './failure-views.ts';
import type { LimitStore } from './limit-store.ts';
import type { SecretStore } from './secret-store.ts';
import type { BackfillReads, StoreBackfills } from './store-backfills.ts';
import type {
  AuditEntry,
  CancelResult,
  CommandInput,
  CommandResult,
  DrainNodeInput,
  DrainNodeResult,
  InsertOutcome,
  PauseAllResult,
  ResumeAllResult,
} from './store-commands.ts';
import type { StoreDeclarations } from './store-declarations.ts';
import type {
  ClaimInput,
  ClaimResult,
  LogLine,
  PlanInput,
  PlanResult,
  Report,
  SettleBatchResult,
  SettleInput,
  TakeBackInput,
  TakenBack,
} from './store-passes.ts';
import type {
  AuditQuery,
  AuditRow,
  HealthContext,
  HealthCounts,
  HistoryCount,
  HistoryQuery,
  HourCount,
  JobQuery,
  JobVersion,
  JobVersionQuery,
  JobView,
  Page,
  RunPage,
  RunQuery,
  RunView,
  StoreStats,
} from './store-views.ts';

/**
 * The store port. Each method is one atomic step, and durable once its promise resolves; a lost race is a
 * returned value. A rejection: nothing is known to have happened. With `aborted`, nothing has: `signal` fired
 * before the step began. Rules live in `core`; times come from the store's clock.
 */
export interface JobStore
  extends StoreReads,
    AlertStore,
    CalendarStore,
    LimitStore,
    SecretStore,
    CheckpointStore,
    StoreBackfills,
    StoreBulk,
    StoreDeclarations {
  /**
   * Brings the schema up to date; a newer one rejects with a `StoreError` of code `newer_schema`. An open
   * store rejects with `in_use`, a closed one with `unavailable` if it can't be opened again. After any
   * rejection, nothing is left open by this call.
   */
  open(): Promise<void>;
  /** Ends what is under way and lets go of the database. */
  close(): Promise<void>;
  /**
   * Fires, with a `StoreError` as its reason, when the open database is lost for good: its file was removed,
   * replaced or damaged. Every method then rejects with it; the process should end. Absent: that can't
   * happen.
   */
  readonly lost?: AbortSignal;
  /** The store's time. The whole engine uses it, so that nodes whose clocks differ agree (P17, clock). */
  now(): number;
  /** Asks the database as a write and as a read would; changes nothing. Rejects after `close()`, too. */
  check(): Promise<void>;

  /** Reads what the server says about dead rows and old transactions. Absent: the database has no such state. */
  readUpkeep?(): Promise<DatabaseUpkeep>;

  /** Makes a node known to the others, for as long as the process lives. On SQLite there are no others. */
  join(node: JoiningNode, listener: NodeListener): Promise<Membership>;
  /** The live nodes that have joined, oldest first, as of their last heartbeat: at most 5 s ago. */
  listNodes(): Promise<readonly NodeView[]>;
  /**
   * Drains a live node, or resumes it (`drain` undefined). The node hears it within seconds, from its
   * listener. `unchanged`: the node is drained already, or is not drained.
   */
  drainNode(input: DrainNodeInput): Promise<DrainNodeResult>;

  /**
   * Adds a job with its first slot (P1, P4). `exists`: the id is in use. A deleted job's id is free. With
   * `most`, refuses it as `too_many_jobs` if `by` already has that many jobs (P39, policies). Refuses it as
   * `no_secret` if one of `namedSecrets`, which its payload names, is not there (P40, secrets in payloads).
   */
  insertJob(
    input: {
      readonly definition: JobDefinition;
      readonly by?: string | undefined;
      readonly most?: number | undefined;
      readonly namedSecrets?: readonly string[] | undefined;
      readonly trace?: string | undefined;
      readonly audit?: AuditEntry;
    },
    signal?: AbortFlag,
  ): Promise<InsertOutcome>;
  /**
   * Decides one command under the job row's lock and applies it whole (P7, P12 to P16). A trigger that
   * depends on the definition alone only keeps that from changing. Rejects as `busy` when another transaction
   * locks the row for long.
   */
  command(input: CommandInput, signal?: AbortFlag): Promise<CommandResult>;
  /** Only stores whose database callers can use, too, have it. */
  within?(tx: Transaction): StoreInTransaction;
  /**
   * Takes the due slots and runs of at most `limit` jobs of these types (P4 to P7, P14), longest overdue
   * first. Skips locked jobs, and returns to them soon. With `aheadMs`, also takes slots due that soon
   * (`slotAhead`). With `claim`, claims in the same step.
   */
  plan(input: PlanInput): Promise<PlanResult>;
  /**
   * Claims due runs, earliest due first, each with a higher fence than any before (P10, fence), and with
   * `ahead` some that come due soon. Does not check room (P7, overlap).
   */
  claim(input: ClaimInput): Promise<ClaimResult>;
  /** Settles claims (P8 to P12), each guarded by its fence, and their jobs: room, health, `fixed_delay`. */
  settle(batch: readonly SettleInput[]): Promise<SettleBatchResult>;
  /** Writes starts, progress, logs; returns the runs whose claim is stale, and those being cancelled. */
  report(
    batch: readonly Report[],
  ): Promise<{ readonly stale: readonly string[]; readonly cancel: readonly string[] }>;
  /** Takes back all claims of dead nodes (P9, lost nodes): all but those of `node` and of joined nodes. */
  recover(input: TakeBackInput): Promise<TakenBack & { readonly recovered: number; readonly failed: number }>;
  /**
   * Gives back, at no cost, claims of a node whose replies were lost (P9, lost nodes): all but those with the
   * fences `holds`. `left`: claims whose jobs were locked; ask again.
   */
  reconcile(
    input: TakeBackInput & { readonly holds: readonly number[] },
  ): Promise<TakenBack & { readonly givenBack: number; readonly left: number }>;
  /** P12, cancel. With `force`, a claimed run is finished now and its fence voided (P11, timeout). */
  cancelRun(
    input: {
      readonly runId: string;
      /** Refuse with `stale` unless the run's job still has this version. */
      readonly ifVersion?: number | undefined;
      readonly force: boolean;
      readonly by?: string | undefined;
      readonly audit?: AuditEntry;
    },
    signal?: AbortFlag,
  ): Promise<CancelResult>;
  /** Makes a waiting retry due now. `ifVersion`: as for {@link JobStore.cancelRun}. */
  makeDue(
    input: {
      readonly runId: string;
      readonly ifVersion?: number | undefined;
      readonly audit?: AuditEntry;
    },
    signal?: AbortFlag,
  ): Promise<'due' | 'not_waiting' | 'stale' | 'absent'>;

  /** Pauses all jobs (P36, tags and bulk), or changes the reason and the end of that pause. */
  pauseAll(
    input: PauseOfAllInput & { readonly audit?: AuditEntry },
    signal?: AbortFlag,
  ): Promise<PauseAllResult>;
  /** Ends the pause of all jobs, if there is one. */
  resumeAll(input: { readonly audit?: AuditEntry }, signal?: AbortFlag): Promise<ResumeAllResult>;

  /** Removes one small batch of what is kept no longer (P18, bounds). */
  prune(retention: Retention): Promise<PruneResult>;
}

/** What people look at: each read sees one state of the database. */
export interface StoreReads extends BackfillReads, BulkReads {
  /** The last pause of all jobs, over or not. */
  getPauseOfAll(): Promise<PauseOfAll | undefined>;
  /**
   * `handlers`: what live nodes can run, for its health (P22, types and deploys). `lateFrom`: the earliest
   * instant at which something can begin to be late; default: any.
   */
  getJob(jobId: string, handlers: TypeVersions, lateFrom?: number): Promise<JobView | undefined>;
  /** A page in the requested order, with the newest runs of each job, newest first, if requested. */
  listJobs(query: JobQuery): Promise<Page<JobView>>;
  /** Counts jobs by health, from `after` on, as many as a moment allows. `next` is where the rest begins. */
  countHealth(
    input: JobsRead & HealthContext & { readonly after?: string },
  ): Promise<{ readonly counts: HealthCounts; readonly next?: string }>;
  /** The tags of these jobs, most used first. */
  listTags(query: JobsRead): Promise<readonly TagCount[]>;
  /** Replaced definitions of a job, newest first. The current one is in the job. */
  listVersions(query: JobVersionQuery): Promise<readonly JobVersion[]>;
  getRun(runId: string): Promise<RunView | undefined>;
  /** Newest first. */
  listRuns(query: RunQuery): Promise<RunPage>;
  /** Failed runs that ended in a range, by fingerprint (P41, run records). */
  listFailures(query: FailureQuery): Promise<FailurePage>;
  /** The runs of a window by job or by node: a bounded number of rows, with a bounded number of runs each. */
  runTimeline(query: TimelineQuery): Promise<TimelineRows>;
  /** The newest 64 KiB of a run's lines, oldest first; undefined for an unknown run. */
  getLogs(runId: string): Promise<readonly LogLine[] | undefined>;
  /** Newest first: by time, then by id. */
  listAudit(query: AuditQuery): Promise<readonly AuditRow[]>;
  stats(input: JobsRead & { readonly hours: number }): Promise<StoreStats>;
  /** What a job ran in the last `hours`, pruned runs too (P18), newest first. Undefined: no such job. */
  jobHours(input: {
    readonly jobId: string;
    readonly hours: number;
  }): Promise<readonly HourCount[] | undefined>;
  /**
   * The jobs that have slots to come or a schedule that is paused: all of them if they are at most `most`, or
   * else an even sample of about that many. With the durations of the newest runs, for at most 1,000 jobs.
   */
  forecastJobs(input: ForecastJobsRead): Promise<ForecastJobs>;
  /** Counts of finished runs, pruned runs too, in any order. Undefined: no such job (P18, bounds). */
  history(query: HistoryQuery): Promise<readonly HistoryCount[] | undefined>;
}

/** A caller's open transaction, such as a client of `pg` within `BEGIN`. Rows of an answer are objects. */
export interface Transaction {
  query(text: string, values: readonly unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
}

/**
 * Store work within a caller's transaction: it takes effect when that commits. No method ends the
 * transaction, and it can continue after any result and rejection, except the caller's own error: a broken
 * connection, or a transaction to retry.
 */
export interface StoreInTransaction {
  /** The job that has this id now, as the transaction sees it. */
  findJob(jobId: string): Promise<Job | undefined>;
  insertJob: JobStore['insertJob'];
  /** A trigger, the only command here. It takes no room from others if it is free (`isFreeTrigger`). */
  trigger(
    input: CommandInput & { readonly command: Extract<JobCommand, { kind: 'trigger' }> },
  ): Promise<CommandResult>;
  /**
   * Writes the success of a claimed run (P31, completion). `settle`, `recover` and `reconcile` find it after
   * the commit. Nobody takes the claim back or ends it before the transaction ends. After each other answer
   * than `completed`, the transaction can only roll back.
   */
  completeRun(input: CompletionInput): Promise<CompletionAnswer>;
  /** After it, the transaction can only roll back. */
  fail(): Promise<void>;
}

/** What is kept of history (P18, bounds). */
export interface Retention {
  readonly finishedPerJob: number;
  readonly skippedPerJob: number;
  readonly maxAgeMs: number;
  readonly countsMaxAgeMs: number;
}

export interface PruneResult {
  readonly removed: number;
  /** The batch was full: call again soon. */
  readonly more: boolean;
}
