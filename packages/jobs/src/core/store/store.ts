import type { AbortFlag } from '../model/errors.ts';
import type { Job, JobDefinition } from '../model/job.ts';
import type { Membership, NodeInfo, NodeListener, NodeView, TypeVersions } from '../nodes/membership.ts';
import type { JobCommand } from '../rules/commands.ts';
import type {
  AuditEntry,
  CancelResult,
  CommandInput,
  CommandResult,
  InsertOutcome,
} from './store-commands.ts';
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
  HealthCounts,
  HourCount,
  JobQuery,
  JobView,
  Page,
  RunQuery,
  RunView,
  StoreStats,
} from './store-views.ts';

/**
 * The store port. Each method is one atomic step, and durable once its promise resolves; a lost race is a
 * returned value. A rejection: nothing is known to have happened. With `aborted`, nothing has: `signal` fired
 * before the step began. Rules live in `core`; times come from the store's clock.
 */
export interface JobStore {
  /** Brings the schema up to date; a newer one rejects with a `StoreError` of code `newer_schema`. */
  open(): Promise<void>;
  /** Ends what is under way and lets go of the database. */
  close(): Promise<void>;
  /**
   * Fires, with a `StoreError` as its reason, when the open database is lost for good: its file was removed,
   * replaced or damaged. Every method rejects with that; the process should end. Absent: the store can't lose
   * it.
   */
  readonly lost?: AbortSignal;
  /**
   * The store's idea of now, at once: all of an engine goes by it, so that nodes with clocks of their own
   * agree (P17, clock).
   */
  now(): number;
  /**
   * Asks the database itself, as a write and as a read would, and changes nothing. Rejects when it can't be
   * used, and after `close()`.
   */
  check(): Promise<void>;

  /** Makes a node known to the others, for as long as the process lives. On SQLite there are no others. */
  join(node: NodeInfo, listener: NodeListener): Promise<Membership>;
  /**
   * The nodes that have joined and live, the oldest first, as of their last heartbeat: at most 5 s ago while
   * all is well.
   */
  listNodes(): Promise<readonly NodeView[]>;

  /**
   * Adds a job with its first slot (P1, identity; P4, stored next run). An id in use is `exists`; one that
   * was deleted is free, with a new uid.
   */
  insertJob(
    input: {
      readonly definition: JobDefinition;
      readonly by?: string;
      readonly trace?: string;
      readonly audit?: AuditEntry;
    },
    signal?: AbortFlag,
  ): Promise<InsertOutcome>;
  /**
   * Decides one command under the job row's lock, or, a trigger that hangs on the job's definition alone,
   * under one that keeps that as it is, and applies it whole (P7, P12 to P16). Rejects as `busy` when
   * somebody's transaction holds that row for long.
   */
  command(input: CommandInput, signal?: AbortFlag): Promise<CommandResult>;
  /** For stores whose database others may use, too; absent: there are no such transactions. */
  within?(tx: Transaction): StoreInTransaction;
  /**
   * Takes the due slots and runs of at most `limit` jobs of these types (P4 to P7, P14), longest overdue
   * first. Skips locked jobs, and returns to them soon. With `aheadMs`, also takes slots due that soon
   * (`slotAhead`). With `claim`, claims in the same step.
   */
  plan(input: PlanInput): Promise<PlanResult>;
  /**
   * Claims due runs, those due first first, each with a fence higher than any before (P10, fence), and with
   * `ahead` some that are about to come due. Counts no room (P7, overlap).
   */
  claim(input: ClaimInput): Promise<ClaimResult>;
  /** Settles claims (P8 to P12), each guarded by its fence, and their jobs: room, health, `fixed_delay`. */
  settle(batch: readonly SettleInput[]): Promise<SettleBatchResult>;
  /**
   * Writes starts, progress, logs; returns the runs whose claim is stale, and those that were asked to stop.
   */
  report(
    batch: readonly Report[],
  ): Promise<{ readonly stale: readonly string[]; readonly cancel: readonly string[] }>;
  /**
   * Takes back every claim of nodes that are gone (P9, lost nodes): of all but `node` and those that have
   * joined. Tells how many wait again and how many have failed.
   */
  recover(input: TakeBackInput): Promise<TakenBack & { readonly recovered: number; readonly failed: number }>;
  /**
   * Gives back, at no cost, the claims of a node whose answers were lost (P9, lost nodes). `holds` are the
   * fences that the node has: of a run it may have an older claim. `left` are claims with locked jobs: ask
   * again.
   */
  reconcile(
    input: TakeBackInput & { readonly holds: readonly number[] },
  ): Promise<TakenBack & { readonly givenBack: number; readonly left: number }>;
  /** P12, cancel. With `force`, a claimed run is finished now and its fence voided (P11, timeout). */
  cancelRun(
    input: { readonly runId: string; readonly force: boolean; readonly audit?: AuditEntry },
    signal?: AbortFlag,
  ): Promise<CancelResult>;
  /** Makes a waiting retry due now. */
  makeDue(
    input: { readonly runId: string; readonly audit?: AuditEntry },
    signal?: AbortFlag,
  ): Promise<'due' | 'not_waiting' | 'absent'>;

  /** `handlers`: what living nodes can run, for its health (P22, types and deploys). */
  getJob(jobId: string, handlers: TypeVersions): Promise<JobView | undefined>;
  /**
   * A page in the order asked for; with the newest runs of each job, live and finished, newest first, if
   * asked for.
   */
  listJobs(query: JobQuery): Promise<Page<JobView>>;
  /**
   * How many jobs have which health, as each shows it: of those behind `after`, and as many as a moment
   * allows. `next` is where the others begin.
   */
  countHealth(input: {
    readonly handlers: TypeVersions;
    readonly after?: string;
  }): Promise<{ readonly counts: HealthCounts; readonly next?: string }>;
  getRun(runId: string): Promise<RunView | undefined>;
  /** Newest first. */
  listRuns(query: RunQuery): Promise<Page<RunView>>;
  /** The newest 64 KiB of a run's lines, oldest first; undefined for an unknown run. */
  getLogs(runId: string): Promise<readonly LogLine[] | undefined>;
  /** Newest first: by time, then by id. */
  listAudit(query: AuditQuery): Promise<readonly AuditRow[]>;
  stats(input: { readonly hours: number }): Promise<StoreStats>;
  /**
   * What one job ran in the last `hours` hours, pruned runs included (P18, bounds), newest hour first;
   * undefined for no such job.
   */
  jobHours(input: {
    readonly jobId: string;
    readonly hours: number;
  }): Promise<readonly HourCount[] | undefined>;
  /** Removes one small batch of what is kept no longer (P18, bounds). */
  prune(retention: Retention): Promise<PruneResult>;
}

/**
 * A transaction of a caller's that is under way: what runs its statements, one at a time, on its connection.
 * Each row of an answer is an object. A client of `pg` within `BEGIN` is one as it is.
 */
export interface Transaction {
  query(text: string, values: readonly unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
}

/**
 * Store work within a caller's transaction: it takes effect when that commits. Nothing here ends the
 * transaction. It can continue after any result and any rejection, except the caller's own error handed on: a
 * broken connection, or a transaction to retry.
 */
export interface StoreInTransaction {
  /** The job that has this id now, as the transaction sees it. */
  findJob(jobId: string): Promise<Job | undefined>;
  insertJob: JobStore['insertJob'];
  /**
   * A trigger; other commands are not for here. It takes no room away from others if it is free
   * (`isFreeTrigger`).
   */
  trigger(
    input: CommandInput & { readonly command: Extract<JobCommand, { kind: 'trigger' }> },
  ): Promise<CommandResult>;
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
