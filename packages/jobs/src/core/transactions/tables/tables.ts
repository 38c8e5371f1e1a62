import type { AskedCancel } from '../../commands/cancel.ts';
import type { Job, LiveRuns } from '../../model/job.ts';
import type { FinishedRun, LiveRun, Progress, Run } from '../../model/run.ts';
import type { PauseOfAll } from '../../pauses/pause-of-all.ts';
import type { Move } from '../../rules/decision.ts';
import type { EndedRun } from '../../rules/ended-runs.ts';
import type { Settlement } from '../../rules/settle.ts';
import type { WaitingSuspects } from '../../rules/suspects.ts';
import type { JobStore } from '../../store/store.ts';
import type { AuditEntry, CommandInput } from '../../store/store-commands.ts';
import type {
  ClaimedRun,
  ClaimInput,
  ClaimResult,
  LogLine,
  PlanInput,
  Report,
} from '../../store/store-passes.ts';
import type { AlertTables } from '../alerts/alert-tables.ts';
import type { BackfillTables } from '../backfills/backfill-tables.ts';
import type { BulkTables } from '../bulk/bulk-tables.ts';
import type { CalendarTables } from '../calendars/calendar-tables.ts';
import type { UpstreamTables } from '../chains/upstream-tables.ts';
import type { CheckpointTables } from '../checkpoints/checkpoint-tables.ts';
import type { CompletionTables } from '../completions/completion-tables.ts';
import type { DeclarationTables } from '../declarations/declaration-tables.ts';
import type { LimitTables } from '../limits/limit-tables.ts';
import type { SecretTables } from '../secrets/secret-tables.ts';
import type { StoredJob } from '../stored-job.ts';
import type { PruneTables } from './prune-tables.ts';

/**
 * The operations that transactions need from a store: it reads, locks and writes rows, and decides nothing.
 * All methods work in the current transaction. A job that a method locks is added to `jobs` of the unit of
 * work.
 */
export interface Tables
  extends PruneTables,
    AlertTables,
    BackfillTables,
    BulkTables,
    CheckpointTables,
    CompletionTables,
    DeclarationTables,
    CalendarTables,
    LimitTables,
    SecretTables,
    UpstreamTables {
  /**
   * Locks the jobs of these claims, deleted jobs too, and then their runs. One answer for each claim, in
   * order.
   */
  lockClaims(claims: readonly ClaimKey[]): readonly ClaimState[];
  /** The claims of one node, or of all dead nodes except one. Locks nothing. */
  claimsOf(whose: { readonly node: string } | { readonly deadExcept: string }): readonly ClaimKey[];
  /** Starts a claim. Returns what waits for it, from a new look or from the last one. */
  openClaim(input: ClaimInput): SeenWaiting;
  /**
   * Claims waiting runs, each with a new fence (P10, fence). {@link takeOf} decides which runs start at once
   * and which are prefetched. `jobs`: see {@link indexOfJob}.
   */
  takeRuns(input: ClaimInput, room: ClaimRoom, jobs: JobIndexes): readonly ClaimedRun[];
  /** Reads the jobs of the claimed runs, in the order of their indexes, and what still waits. */
  endClaim(
    input: ClaimInput,
    uids: readonly number[],
  ): { readonly jobs: readonly Job[]; readonly seen: SeenWaiting };
  /** Writes reports. One answer for each, in order; undefined: the claim is stale. */
  writeReports(batch: readonly Report[]): readonly (ReportState | undefined)[];

  /** The live runs of locked jobs, in the form that decisions need. `counts`: see {@link LiveRuns}. */
  liveRuns(uids: readonly number[], counts?: LiveRunCounts): ReadonlyMap<number, LiveRuns>;
  /**
   * Locks all live runs of a locked job, oldest first. With `ownRuns` also runs with their own future
   * `run_at`.
   */
  lockLiveRuns(uid: number, which: { readonly ownRuns: boolean }): readonly LiveRun[];
  /**
   * Makes runs due now that wait for an instant later than `after`, and lets claims look at their groups.
   * Returns how many became claimable.
   */
  makeAllDue(uid: number, after: number): number;
  /**
   * Moves waiting runs to another kind of waiting: see `makeAllDue` for groups. Returns how many became due.
   */
  moveRuns(uid: number, move: Move): number;
  /**
   * Gives a job's waiting runs the type version and the priority of the job. Leaves the version of runs with
   * their own payload that need a newer one. Returns the version's key.
   */
  requeueRuns(uid: number, job: Job): number;
  /** {@link Tables.requeueRuns} for one run of a type with limits. */
  requeueRun(runId: string, job: Job): void;
  /** Asks claimed runs to stop. Returns the ids of the runs that were not asked before. */
  requestCancels(runs: readonly LiveRun[], asked: AskedCancel): readonly string[];
  /** Moves finished locked runs to history, and returns the others to the queue. */
  endRuns(ends: RunEnds): void;
  /** Adds lines to the logs of locked runs. */
  appendLogs(logs: readonly RunLog[]): void;

  /**
   * Writes all changes that the unit of work has collected. The unit's `queued` and `finished` are complete
   * when the next call is answered, at the latest.
   */
  write(): void;
  /** Starts to write the changed jobs while the transaction decides about others. */
  writeJobs(): void;

  /** Locks due jobs, longest overdue first, and reads the data that planning and claiming need. */
  lockDue(input: PlanInput): DueJobs;
  /** When the jobs of the plan's types must be planned next. The plan writes nothing after this. */
  endPlan(planned: EndedPlan): PlanEnd;

  /** Locks the job of a command, if it exists. */
  lockJob(input: CommandInput): LockedJob;
  /** The run that the command's dedupe key made in the last 24 h (P15, run now). */
  dedupedRun(input: CommandInput, uid: number): Run | undefined;
  keepDedupeKey(kept: { readonly uid: number; readonly key: string; readonly runId: string }): void;
  /**
   * Keeps a definition that an edit replaces, marks the job's claimed runs with its version, and removes the
   * oldest kept versions that no run refers to, beyond {@link MAX_JOB_VERSIONS}.
   */
  keepVersion(replaced: ReplacedVersion): void;
  /**
   * Like {@link Tables.write}. Also returns the claim that the command asked for, if the store makes it here.
   */
  endCommand(input: CommandInput, before: StoredJob): ClaimResult | undefined;
  writeAudit(audit: AuditEntry, target: string): void;

  readPauseOfAll(): PauseOfAll | undefined;
  writePauseOfAll(pause: PauseOfAll): void;

  /** New uids, in rising order. */
  newUids(count: number): readonly number[];
  /** Adds the jobs whose ids are free, and returns their uids. `isLast`: no call follows. */
  insertJobs(jobs: readonly JobToInsert[], how: { readonly isLast: boolean }): ReadonlySet<number>;
  /**
   * How many jobs this caller has made that exist, `upTo` at most. Until the transaction ends, no other one
   * that asks for the same caller continues.
   */
  countJobsBy(by: string, upTo: number): number;
  /** The uids of the jobs that have these ids now. */
  uidsOf(ids: readonly string[]): ReadonlyMap<string, number>;

  /** Locks a live run, and first its job. A finished run is only read. */
  lockRun(runId: string): Run | undefined;
  findRun(runId: string): Run | undefined;
  /**
   * Makes a run due that waits for its time. False if it does not wait. A run that was made shortly before
   * its slot does not change.
   */
  makeRunDue(runId: string): boolean;
}

export interface LiveRunCounts {
  readonly claimed?: boolean;
  readonly putOff?: boolean;
  /** Counts exactly up to this number, if it is above the job's `maxRunning`. */
  readonly upTo?: number | undefined;
}

export interface ClaimKey {
  /** Text or number, as the caller has it. The store converts it. */
  readonly runId: string | number;
  readonly fence: number;
}

/**
 * `stale`: a newer claim of the run exists, or the run is finished (P10, fence). `held`: another transaction
 * has locked the job or the run. Strings and plain runs save one object for each claim: a batch has
 * thousands.
 */
export type ClaimState = LiveRun | MovedRun | 'stale' | 'held';

/** A succeeded run that the store has already moved to history. */
export interface MovedRun {
  readonly movedOf: number;
  readonly end: EndedRun;
}

export interface ReportState {
  /** The run was asked to stop. */
  readonly isToStop: boolean;
}

export interface RunEnds {
  readonly finished: readonly FinishedRun[];
  readonly putBack: readonly PutBack[];
}

/** A run that waits for its next attempt. */
export interface PutBack {
  readonly runId: string;
  readonly to: Extract<Settlement, { kind: 'waiting' }>;
  readonly progress?: Progress | undefined;
}

export interface RunLog {
  readonly runId: string | number;
  readonly lines: readonly LogLine[];
}

export interface DueJobs {
  /** Locked, longest overdue first. */
  readonly jobs: readonly StoredJob[];
  /** The live runs of each job. A store may read them on request. */
  readonly live: Pick<ReadonlyMap<number, LiveRuns>, 'get'>;
  /** What waits for a claim, if the plan may claim for its node. */
  readonly waiting?: SeenWaiting | undefined;
}

/** The waiting runs, as one look found them. */
export interface SeenWaiting {
  /** The time of the look. */
  readonly at: number;
  /** When the earliest run that is claimed in due order is due. */
  readonly runAt: number | undefined;
  /** When to look for these runs again, if not at `runAt`. */
  readonly againAt?: number | undefined;
  /** When the earliest slot is due that its plan did not claim, or that was put back. */
  readonly slotAt: number | undefined;
  readonly suspects: WaitingSuspects;
  /** When a claim has to look at a group (P29, limits and priority). */
  readonly groupAt?: number | undefined;
}

/** How many runs a claim takes: `places` runs start at once, and `prefetch` more wait at the node. */
export interface ClaimRoom {
  /** One due suspect; due slots; or runs in due order, including some that are about to become due. */
  readonly which: 'suspect' | 'slots' | 'due';
  readonly places: number;
  readonly prefetch: number;
  readonly ahead?: NonNullable<ClaimInput['ahead']>;
}

/** The index of each job in the list of a claim's jobs, by uid. */
export type JobIndexes = Map<number, number>;

export interface EndedPlan {
  readonly input: PlanInput;
  /** The jobs that {@link Tables.lockDue} locked. */
  readonly jobs: readonly StoredJob[];
  /** The plan took slots of at least one job. */
  readonly isDone: boolean;
}

export interface PlanEnd {
  /** The plan has handled everything that was due by then. */
  readonly now: number;
  readonly nextWakeAt?: number;
}

export interface LockedJob {
  readonly stored: StoredJob | undefined;
  /** Other transactions may change the job's row meanwhile. This transaction must not. */
  readonly isShared: boolean;
}

/** The definition of a job that an edit has replaced. */
export interface ReplacedVersion {
  readonly uid: number;
  /** The job as it was before the edit. */
  readonly job: Job;
  readonly by: string | undefined;
}

/** The most replaced definitions that a job keeps, besides those that kept runs ran with. */
export const MAX_JOB_VERSIONS = 100;

export type InsertInput = Parameters<JobStore['insertJob']>[0] & {
  /** Where code declares the job (P28, jobs in code). */
  readonly place?: string | undefined;
};

export interface JobToInsert {
  readonly input: InsertInput;
  readonly uid: number;
  readonly job: Job;
}
