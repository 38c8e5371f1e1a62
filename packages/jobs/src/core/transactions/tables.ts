import type { Job, LiveRuns } from '../model/job.ts';
import type { CancelReason, FinishedRun, LiveRun, Progress, Run } from '../model/run.ts';
import type { Move } from '../rules/decision.ts';
import type { EndedRun } from '../rules/ended-runs.ts';
import type { Settlement } from '../rules/settle.ts';
import type { WaitingSuspects } from '../rules/suspects.ts';
import type { JobStore } from '../store/store.ts';
import type { AuditEntry, CommandInput } from '../store/store-commands.ts';
import type {
  ClaimedRun,
  ClaimInput,
  ClaimResult,
  LogLine,
  PlanInput,
  Report,
} from '../store/store-passes.ts';
import type { StoredJob } from './stored-job.ts';

/**
 * What the transactions ask of a store: it reads, locks and writes rows, and decides nothing. Each method
 * belongs to the transaction that is under way. A job that it locks becomes one of the unit of work's `jobs`.
 */
export interface Tables extends PruneTables {
  /**
   * Locks the runs of these claims, and their jobs before them, deleted ones too. One answer for each claim,
   * in their order.
   */
  lockClaims(claims: readonly ClaimKey[]): readonly ClaimState[];
  /** The claims of a node, or those of every node that is gone, but for one. Locks nothing. */
  claimsOf(whose: { readonly node: string } | { readonly goneBut: string }): readonly ClaimKey[];
  /** What waits for a claim, by a look of now or by the last one. */
  openClaim(input: ClaimInput): SeenWaiting;
  /**
   * Claims waiting runs, each with a new fence (P10, fence): what starts at once, and what is held, is up to
   * {@link takeOf}. `jobs`: {@link indexOfJob}.
   */
  takeRuns(input: ClaimInput, room: ClaimRoom, jobs: JobIndexes): readonly ClaimedRun[];
  /** Reads the jobs of claimed runs, in their order, and what still waits. */
  endClaim(
    input: ClaimInput,
    uids: readonly number[],
  ): { readonly jobs: readonly Job[]; readonly seen: SeenWaiting };
  /** Writes reports. One answer for each, in their order; undefined: its claim is stale. */
  writeReports(batch: readonly Report[]): readonly (ReportState | undefined)[];

  /** What decisions need to know of the live runs of locked jobs. `counts`: see {@link LiveRuns}. */
  liveRuns(uids: readonly number[], counts?: LiveRunCounts): ReadonlyMap<number, LiveRuns>;
  /**
   * Locks all live runs of a locked job, oldest first; with `ownRuns` also those whose own `run_at` is to
   * come.
   */
  lockLiveRuns(uid: number, which: { readonly ownRuns: boolean }): readonly LiveRun[];
  /** Makes what waits for a later instant than `after` due now; gives how many can be claimed. */
  makeAllDue(uid: number, after: number): number;
  /** Moves waiting runs from one kind of waiting to another; gives how many became due. */
  moveRuns(uid: number, move: Move): number;
  /**
   * Gives the waiting runs of a job the type version that it has now, but for those with a payload of their
   * own that wait for a still newer one. Returns the version's key.
   */
  retypeRuns(uid: number, job: Job): number;
  /** Asks claimed runs to stop; returns the ids of those that were not asked before. */
  requestCancels(runs: readonly LiveRun[], reason: CancelReason): readonly string[];
  /** Moves locked runs into history, and puts others back. */
  endRuns(ends: RunEnds): void;
  /** Adds lines to the logs of locked runs. */
  appendLogs(logs: readonly RunLog[]): void;

  /**
   * Writes all that the unit of work has gathered. It is told what was made (`queued`, `finished`) by the
   * next answer at the latest.
   */
  write(): void;
  /** Begins to write the jobs that have changed, while the transaction decides about others. */
  writeJobs(): void;

  /** Locks jobs that are due, the longest overdue first, and reads what it takes to plan and claim them. */
  lockDue(input: PlanInput): DueJobs;
  /** When jobs of the plan's types have to be looked at next. The plan writes nothing more. */
  endPlan(planned: EndedPlan): PlanEnd;

  /** Locks the job that a command is for, if there is one. */
  lockJob(input: CommandInput): LockedJob;
  /** The run that the command's dedupe key made in the last 24 h (P15, run now). */
  dedupedRun(input: CommandInput, uid: number): Run | undefined;
  keepDedupeKey(kept: { readonly uid: number; readonly key: string; readonly runId: string }): void;
  /** {@link Tables.write}, and the claim that the command asks for, if the store makes it here. */
  endCommand(input: CommandInput, before: StoredJob): ClaimResult | undefined;
  writeAudit(audit: AuditEntry, target: string): void;

  /** New uids, in rising order. */
  newUids(count: number): readonly number[];
  /** Adds jobs whose ids are free; returns the uids of those. `isLast`: nothing is asked after it. */
  insertJobs(jobs: readonly JobToInsert[], how: { readonly isLast: boolean }): ReadonlySet<number>;
  /** The uids of the jobs that have these ids now. */
  uidsOf(ids: readonly string[]): ReadonlyMap<string, number>;

  /** Locks a live run, and its job before it; a finished one is only read. */
  lockRun(runId: string): Run | undefined;
  findRun(runId: string): Run | undefined;
  /**
   * Makes a run that waits for its time due now; false: it does not. One made a moment ahead of its slot
   * stays.
   */
  makeRunDue(runId: string): boolean;
}

/** What is read and removed of history. */
export interface PruneTables {
  /** Locks at most `limit` jobs with more history than this; `more`: there may be others. */
  lockOverfull(
    bounds: HistoryBounds,
    limit: number,
  ): { readonly jobs: readonly StoredJob[]; readonly more: boolean };
  /** The ids of the first finished runs of jobs. */
  firstRuns(toPrune: readonly RunsToPrune[]): readonly number[];
  /**
   * The ids of at most `limit` runs that finished before an instant, and locks their jobs; those whose jobs
   * others have locked are left out. `isFull`: with them, the limit was reached.
   */
  lockOldRuns(before: number, limit: number): { readonly ids: readonly number[]; readonly isFull: boolean };
  /**
   * Removes finished runs of locked jobs with their logs; dedupe keys keep the runs that they name. Returns
   * those that were still there.
   */
  removeRuns(ids: readonly number[]): readonly RemovedRun[];
  /** Adds removed runs to the hours of their jobs. */
  countInJobHours(runs: readonly RemovedRun[]): void;
  /** Removes at most `limit` rows from before an instant; returns how many. */
  removeOld(what: OldRows, before: number, limit: number): number;
}

export interface LiveRunCounts {
  readonly claimed?: boolean;
  readonly putOff?: boolean;
}

export interface ClaimKey {
  /** As text or as a number, whichever the caller has: a store reads it as it needs it. */
  readonly runId: string | number;
  readonly fence: number;
}

/**
 * `stale`: the claim is not the newest of the run any more, or the run is finished (P10, fence). `held`:
 * somebody's transaction has locked the job. Strings and the run itself, since a batch has thousands.
 */
export type ClaimState = LiveRun | MovedRun | 'stale' | 'held';

/** A run that succeeded, and that the store has moved into history already. */
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

/** A run that waits for another attempt. */
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
  /** Locked, the longest overdue first. */
  readonly jobs: readonly StoredJob[];
  /** Of each of them; a store may read it when it is asked for. */
  readonly live: Pick<ReadonlyMap<number, LiveRuns>, 'get'>;
  /** What waits for a claim, if the plan is to claim, too, and its node may. */
  readonly waiting?: SeenWaiting | undefined;
}

/** What waits for a claim, as a look has seen it. */
export interface SeenWaiting {
  /** The time of the look. */
  readonly at: number;
  /** The earliest run that is claimed in due order. */
  readonly runAt: number | undefined;
  /** When to look for those again, if not at `runAt`. */
  readonly againAt?: number | undefined;
  /** The earliest slot that no claim took as it was made, or that was put back. */
  readonly slotAt: number | undefined;
  readonly suspects: WaitingSuspects;
}

/** The runs that a claim takes next: `places` start at once, `prefetch` more are held. */
export interface ClaimRoom {
  /** One suspect that is due; due slots; or runs in due order, with some that are about to be. */
  readonly which: 'suspect' | 'slots' | 'due';
  readonly places: number;
  readonly prefetch: number;
  readonly ahead?: NonNullable<ClaimInput['ahead']>;
}

/** Where each job is in the list of a claim's jobs, by uid. */
export type JobIndexes = Map<number, number>;

export interface EndedPlan {
  readonly input: PlanInput;
  /** What {@link Tables.lockDue} gave. */
  readonly jobs: readonly StoredJob[];
  /** Something was taken of one of them. */
  readonly isDone: boolean;
}

export interface PlanEnd {
  /** All that was due by then was looked at. */
  readonly now: number;
  readonly nextWakeAt?: number;
}

export interface LockedJob {
  readonly stored: StoredJob | undefined;
  /** Others may change its row meanwhile, and this transaction may not. */
  readonly isShared: boolean;
}

export type InsertInput = Parameters<JobStore['insertJob']>[0];

export interface JobToInsert {
  readonly input: InsertInput;
  readonly uid: number;
  readonly job: Job;
}

/** Rows of history that a job may have. */
export interface HistoryBounds {
  readonly finished: number;
  readonly skipped: number;
}

/** The first `count` runs of a job: of those that ran, in the order they were made or ended; or skipped ones. */
export interface RunsToPrune {
  readonly uid: number;
  readonly first: 'made' | 'ended' | 'skipped';
  readonly count: number;
}

export type RemovedRun = Pick<FinishedRun, 'jobUid' | 'status' | 'finishedAt'>;

/**
 * `finishedJobs`: those whose last end, slot or start is older become tombstones. `tombstones`: those without
 * runs, however old. `nodeNames`: if the store keeps any of nodes that have not been seen since.
 */
export type OldRows = 'finishedJobs' | 'tombstones' | 'dedupeKeys' | 'hours' | 'jobHours' | 'nodeNames';
