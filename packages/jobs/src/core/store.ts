import type { JobCommand, Refusal } from './commands.ts';
import type { JobEvent } from './events.ts';
import type { Health, HealthStatus } from './health.ts';
import type { Job, JobDefinition, JobStatus } from './job.ts';
import type { FinishedRun, FinishedStatus, JsonText, LiveRun, Progress, Run, RunStatus } from './run.ts';
import type { Outcome } from './settle.ts';

/** The job types that a node can run, by name, in that version or an older one (P22). */
export type TypeVersions = Readonly<Record<string, number>>;

/** All types of several nodes, each in its newest version. */
export function newestOf(nodes: readonly TypeVersions[]): TypeVersions {
  const newest: Record<string, number> = {};
  for (const types of nodes) {
    for (const [type, version] of Object.entries(types)) {
      newest[type] = Math.max(version, newest[type] ?? 0);
    }
  }
  return newest;
}

/** Who asked for a change and what it was; written in the same transaction as the change. Append-only. */
export interface AuditEntry {
  readonly actor: string;
  /** Such as `job.create`, `job.edit`, `run.cancel`. */
  readonly action: string;
  /** What was asked, as JSON. */
  readonly change: JsonText;
}

export interface AuditRow extends AuditEntry {
  readonly id: string;
  readonly at: number;
  /** The id of the job or run. */
  readonly target: string;
}

export interface AuditQuery {
  readonly limit: number;
  /** Only rows that come after this one in the order. */
  readonly before?: { readonly at: number; readonly id: number };
  /** Exact matches; an absent one does not narrow. */
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
}

export type InsertOutcome =
  | { readonly kind: 'created'; readonly job: Job }
  | { readonly kind: 'exists' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface CommandInput {
  readonly jobId: string;
  readonly command: JobCommand;
  /** Refuse with `stale` unless the id still stands for this generation (P1). */
  readonly ifUid?: string;
  /** Refuse with `stale` unless the job still has this version. */
  readonly ifVersion?: number;
  /** Of a trigger: kept 24 h; the same key again answers with the first run (P15). */
  readonly dedupeKey?: string;
  readonly audit?: AuditEntry;
}

/** A claimed run that was asked to stop: its node has to be told. */
export interface CancelRequest {
  readonly runId: string;
  readonly node: string;
  readonly fence: number;
}

/** A command may end 100,000 runs; nobody wants to hear of each, least of all the event loop. */
export const MAX_TOLD = 1_000;

export type CommandResult =
  | {
      readonly kind: 'done';
      readonly changed: boolean;
      readonly job: Job;
      /** What was made on the way; the run of a trigger is the last one. */
      readonly queued: readonly LiveRun[];
      /** What was skipped or cancelled on the way: the first {@link MAX_TOLD} of it. */
      readonly finished: readonly FinishedRun[];
      readonly cancelRequests: readonly CancelRequest[];
    }
  /** The dedupe key was used before, for this run. */
  | { readonly kind: 'duplicate'; readonly run: Run }
  | { readonly kind: 'absent' }
  | { readonly kind: 'stale'; readonly version: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/**
 * A transaction of a caller's that is under way: what runs its statements, one at a time, on its connection. Each row of an
 * answer is an object. A client of `pg` within `BEGIN` is one as it is.
 */
export interface Transaction {
  query(text: string, values: readonly unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
}

/**
 * What a store does as a part of a caller's transaction: durable, seen and told to the nodes once that commits, never there if it
 * does not. Nothing here ends the transaction. It can go on after any result; after a rejection, too, unless that is the
 * caller's own error, handed on: its connection broke, or the database wants the whole transaction to be tried anew.
 */
export interface StoreInTransaction {
  /** The job that has this id now, as the transaction sees it. */
  findJob(jobId: string): Promise<Job | undefined>;
  insertJob: JobStore['insertJob'];
  /** A trigger; other commands are not for here. It takes no room away from others if it is free (`isFreeTrigger`). */
  trigger(
    input: CommandInput & { readonly command: Extract<JobCommand, { kind: 'trigger' }> },
  ): Promise<CommandResult>;
}

export interface PlanResult {
  readonly now: number;
  readonly queued: readonly PlannedRun[];
  readonly skipped: readonly PlannedRun[];
  /** Jobs that could not be planned, and why; put off by a minute. */
  readonly failed: readonly { readonly jobId: string; readonly message: string }[];
  /** The limit was reached: more may be due. */
  readonly more: boolean;
  /** The earliest instant at which a job of these types has to be planned. */
  readonly nextWakeAt?: number;
}

/** As much of a planned run as an event tells. */
export interface PlannedRun {
  readonly id: string;
  readonly jobId: string;
  readonly jobUid: string;
  readonly scheduledFor?: number;
  readonly reason?: 'overlap' | 'missed';
}

export interface ClaimInput {
  readonly node: string;
  readonly types: TypeVersions;
  /** Free places: at most so many runs, which start at once and get their `startedAt` now. */
  readonly places: number;
  /** At most so many more, to be held until a place is free; never a run that was recovered before (P9). */
  readonly prefetch: number;
}

/** A claim as its node needs it: small, since it crosses a thread for each run. */
export interface ClaimedRun {
  readonly id: string;
  /** Index into `jobs` of the claim. */
  readonly job: number;
  readonly fence: number;
  readonly attempt: number;
  readonly availableAt: number;
  /** False for a prefetched run. */
  readonly started: boolean;
  readonly catchUp: boolean;
  readonly missed: number;
  readonly scheduledFor?: number;
  readonly payload?: JsonText;
}

export interface ClaimResult {
  readonly now: number;
  readonly jobs: readonly Job[];
  readonly runs: readonly ClaimedRun[];
  /** When the next run that is not claimed comes due; in the past when there was more than was asked for. */
  readonly nextDueAt?: number;
}

export interface SettleInput {
  readonly runId: string;
  readonly fence: number;
  readonly outcome: Outcome;
  /** In [0, 1): for the jitter of a retry. */
  readonly random: number;
  /** Of this attempt; absent when its handler never started. */
  readonly startedAt?: number;
  readonly finishedAt: number;
  readonly progress?: Progress;
  readonly logs?: readonly LogLine[];
}

export type SettleResult =
  | { readonly kind: 'finished'; readonly status: FinishedStatus }
  | { readonly kind: 'waiting'; readonly availableAt: number; readonly failures: number }
  /** The claim is not the newest of the run any more, or the run is finished: nothing was written (P10). */
  | { readonly kind: 'stale' }
  /** Somebody's transaction holds the job: nothing was written. It has to be settled again in a while. */
  | { readonly kind: 'later' };

export interface SettleBatchResult {
  readonly results: readonly SettleResult[];
  /** Something was released, planned or put back that can be claimed now. */
  readonly wake: boolean;
}

export interface LogLine {
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: JsonText;
}

/** What a claim tells while its run goes on. All parts are optional; all are guarded by the fence. */
export interface Report {
  readonly runId: string;
  readonly fence: number;
  readonly startedAt?: number;
  readonly progress?: Progress;
  readonly logs?: readonly LogLine[];
  readonly zombieSince?: number;
}

export type CancelResult =
  | { readonly kind: 'cancelled'; readonly run: FinishedRun; readonly voided?: CancelRequest }
  | { readonly kind: 'requested'; readonly run: LiveRun; readonly request: CancelRequest }
  | { readonly kind: 'finished'; readonly run: FinishedRun }
  | { readonly kind: 'absent' };

/** A job with what its live runs say of it. */
export interface JobView {
  readonly job: Job;
  readonly health: Health;
  readonly isRunning: boolean;
  /** The start of the latest started run, live or not, and that run's status. */
  readonly lastRunAt?: number;
  readonly lastStatus?: RunStatus;
}

export type JobSort = 'id' | 'name' | 'next_run' | 'last_run' | 'created_at';

export interface JobQuery {
  readonly type?: string;
  readonly status?: JobStatus;
  readonly health?: HealthStatus;
  /** Part of the id, name or description, in any case. */
  readonly q?: string;
  readonly sort: JobSort;
  readonly descending: boolean;
  readonly limit: number;
  readonly after?: Cursor;
  /** What living nodes can run. */
  readonly handlers: TypeVersions;
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

export interface RunQuery {
  /** Of every generation of this id. */
  readonly jobId?: string;
  /** Of this generation alone. */
  readonly jobUid?: string;
  readonly type?: string;
  readonly status?: RunStatus;
  /** Bounds on `queuedAt`: from (included), to (excluded). */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  /** Runs older than this one. */
  readonly before?: string;
}

/** A run and the job it belongs to, or belonged to. */
export interface RunView {
  readonly run: Run;
  readonly jobId: string;
  readonly type: string;
}

export interface StoreStats {
  readonly jobs: Readonly<Record<JobStatus, number>>;
  readonly runs: { readonly queued: number; readonly held: number; readonly running: number };
  /** Of all jobs, newest hour first, at most so many hours as asked for. */
  readonly hours: readonly HourCount[];
}

/** Runs that finished with this status in the hour that starts at `hour` (ms). */
export interface HourCount {
  readonly hour: number;
  readonly status: FinishedStatus;
  readonly count: number;
}

/** What is kept of history (P18). */
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

/** A process that claims runs: what the others are told of it. */
export interface NodeInfo {
  readonly id: string;
  readonly version: string;
  readonly places: number;
  readonly types: TypeVersions;
  readonly startedAt: number;
}

/** What a node tells of itself, time and again. */
export interface NodeState {
  readonly busy: number;
  /** Claimed runs that wait for a place on it. */
  readonly buffered: number;
  /** It holds claims back to keep its API quick. */
  readonly throttled: boolean;
  readonly eventLoopDelayMs: number;
}

/** A living node, as it has told of itself. */
export interface NodeView extends NodeInfo, NodeState {
  /** When it was last heard of. */
  readonly beatAt: number;
  /** Its event loop has stood still for so long when it was last heard of (ms); 0 as long as that is next to nothing. */
  readonly stalledMs: number;
}

/** An event as one node tells it to another, whose own ring numbers it. */
export type ToldEvent = Omit<JobEvent, 'id'>;

/** What one node tells the others, once what it tells of is durable. */
export type Notice =
  /** Something may be due sooner than they know. */
  | { readonly kind: 'wake' }
  /** The job was edited, paused or deleted: claims of it that have not started go back (P12, P14). */
  | { readonly kind: 'job_changed'; readonly jobId: string }
  /** These claimed runs were asked to stop. */
  | { readonly kind: 'cancel'; readonly runIds: readonly string[] }
  /** For those who watch; told only while another node has a watcher. */
  | { readonly kind: 'events'; readonly events: readonly ToldEvent[] };

/** What a node knows of the others. */
export interface Others {
  readonly count: number;
  /** One of them has somebody who watches events. */
  readonly isWatching: boolean;
  /** What they can run, each type in the newest version that one of them has (P22). */
  readonly types: TypeVersions;
}

/** None, as far as is known. */
export const NO_OTHERS: Others = { count: 0, isWatching: false, types: {} };

/** What a node hears as long as it is one, and is asked. */
export interface NodeListener {
  notice(notice: Notice): void;
  /** There are more or fewer of them, they can run something else, or somebody began or ceased to watch. None are known before the first call. */
  others(others: Others): void;
  /** For a while no notice could be heard: there may have been some. */
  missed(): void;
  /** Claims of dead nodes were taken back by this one (P9). */
  recovered(what: { readonly nodes: number; readonly recovered: number; readonly failed: number }): void;
  /** The node's lease is over (section 7): its claims are not its own any more. It has to join again, under another id. */
  lost(): void;
  /** The node works less well than it could; says why, and what to do. Told once. */
  hampered(why: string): void;
  /** What the others are to see of the node; asked every second or so. */
  state(): NodeState;
}

/** A node among the others. */
export interface Membership {
  /** Nobody is told when there are no others. */
  tell(notice: Notice): void;
  /** Whether somebody watches events on this node: the others tell of theirs while it is so. */
  watch(isWatching: boolean): void;
  /**
   * Ends it. A node that still has claims, whose handlers could not be ended, stays one of the living until its process ends;
   * then the others take them back.
   */
  leave(): Promise<void>;
}

/**
 * The store port. Each method is one atomic step: after a crash it has happened whole or not at all, and what a returned
 * promise reports is durable. Rules live in `core`; a store reads rows under a lock, lets `core` decide, writes what was
 * decided. Times come from the store's clock (the process's on SQLite, the database's on PostgreSQL). A lost race is a
 * returned value; a rejection means that the database could not be used, and that nothing is known to have happened.
 */
export interface JobStore {
  /** Brings the schema up to date; a newer one rejects with a `StoreError` of code `newer_schema`. */
  open(): Promise<void>;
  /** Ends what is under way and lets go of the database. */
  close(): Promise<void>;
  /** The store's idea of now, at once: all of an engine goes by it, so that nodes with clocks of their own agree (P17). */
  now(): number;
  /**
   * Asks the database itself, as a write and as a read would, and changes nothing. Rejects when it can't be used, and after
   * `close()`.
   */
  check(): Promise<void>;

  /** Makes a node known to the others, for as long as the process lives. On SQLite there are no others. */
  join(node: NodeInfo, listener: NodeListener): Promise<Membership>;
  /** The nodes that have joined and live, the oldest first, as of their last heartbeat: at most 5 s ago while all is well. */
  listNodes(): Promise<readonly NodeView[]>;

  /** Adds a job with its first slot (P1, P4). An id in use is `exists`; one that was deleted is free, with a new uid. */
  insertJob(input: {
    readonly definition: JobDefinition;
    readonly by?: string;
    readonly audit?: AuditEntry;
  }): Promise<InsertOutcome>;
  /**
   * Decides one command under the job row's lock and applies it whole (P7, P12 to P16). Rejects as `busy` when somebody's
   * transaction holds that row for long.
   */
  command(input: CommandInput): Promise<CommandResult>;
  /** For stores whose database others may use, too; absent: there are no such transactions. */
  within?(tx: Transaction): StoreInTransaction;
  /**
   * Takes what is due of at most `limit` jobs of these types (P4 to P7, P14), the longest overdue first. Jobs that somebody's
   * transaction holds are left out, and looked at again soon.
   */
  plan(input: { readonly types: TypeVersions; readonly limit: number }): Promise<PlanResult>;
  /** Claims due runs, those due first first, each with a fence higher than any before (P10). Counts no room (P7). */
  claim(input: ClaimInput): Promise<ClaimResult>;
  /** Settles claims (P8 to P12), each guarded by its fence, and their jobs: room, health, `fixed_delay`. */
  settle(batch: readonly SettleInput[]): Promise<SettleBatchResult>;
  /** Writes starts, progress, logs; returns the runs whose claim is stale, and those that were asked to stop. */
  report(
    batch: readonly Report[],
  ): Promise<{ readonly stale: readonly string[]; readonly cancel: readonly string[] }>;
  /** Takes back every claim of nodes that are gone (P9): of all but `node` and those that have joined. */
  recover(input: { readonly node: string }): Promise<{ readonly recovered: number; readonly failed: number }>;
  /**
   * Gives back, at no cost, the claims of a node that it does not hold: the answer to them was lost (P9). `left` are those whose
   * jobs somebody's transaction holds: to be asked for again.
   */
  reconcile(input: {
    readonly node: string;
    readonly holds: readonly string[];
  }): Promise<{ readonly givenBack: number; readonly left: number }>;
  /** P12. With `force`, a claimed run is finished now and its fence voided (P11). */
  cancelRun(input: {
    readonly runId: string;
    readonly force: boolean;
    readonly audit?: AuditEntry;
  }): Promise<CancelResult>;
  /** Makes a waiting retry due now. */
  makeDue(input: {
    readonly runId: string;
    readonly audit?: AuditEntry;
  }): Promise<'due' | 'not_waiting' | 'absent'>;

  /** `handlers`: what living nodes can run, for its health (P22). */
  getJob(jobId: string, handlers: TypeVersions): Promise<JobView | undefined>;
  listJobs(query: JobQuery): Promise<Page<JobView>>;
  getRun(runId: string): Promise<RunView | undefined>;
  /** Newest first. */
  listRuns(query: RunQuery): Promise<Page<RunView>>;
  /** The newest 64 KiB of a run's lines, oldest first; undefined for an unknown run. */
  getLogs(runId: string): Promise<readonly LogLine[] | undefined>;
  /** Newest first: by time, then by id. */
  listAudit(query: AuditQuery): Promise<readonly AuditRow[]>;
  stats(input: { readonly hours: number }): Promise<StoreStats>;
  /** What one job ran in the last `hours` hours, pruned runs included (P18), newest hour first; undefined for no such job. */
  jobHours(input: {
    readonly jobId: string;
    readonly hours: number;
  }): Promise<readonly HourCount[] | undefined>;
  /** Removes one small batch of what is kept no longer (P18). */
  prune(retention: Retention): Promise<PruneResult>;
}
