import type { Job } from '../model/job.ts';
import type { FinishedStatus, JsonText, Progress, RunOver, SkipReason } from '../model/run.ts';
import type { TypeVersions } from '../nodes/membership.ts';
import type { Outcome } from '../rules/settle.ts';

export interface PlanInput {
  readonly types: TypeVersions;
  /** Jobs at most. */
  readonly limit: number;
  /** Slots that come within so long are taken, too, where they can be (0). */
  readonly aheadMs?: number;
  /** To be claimed with it, as if it were asked for right after. */
  readonly claim?: ClaimInput;
}

export interface PlanResult {
  /** The plan saw all that was due by then: the time by which it decided, or a little earlier. */
  readonly now: number;
  readonly queued: readonly PlannedRun[];
  readonly skipped: readonly PlannedRun[];
  /** Jobs that could not be planned, and why; put off by a minute. */
  readonly failed: readonly { readonly jobId: string; readonly message: string }[];
  /** More may be due: the limit was reached, or the {@link createCountBudget} was spent. */
  readonly more: boolean;
  /** When to look again: the earliest instant at which a job of these types has to be planned, or sooner. */
  readonly nextWakeAt?: number;
  /** If a claim was asked for with it. */
  readonly claimed?: ClaimResult;
}

/** What a pass tells of a run that it made or skipped. */
export interface PlannedRun {
  readonly id: string;
  readonly jobId: string;
  readonly jobUid: string;
  readonly scheduledFor?: number;
  readonly reason?: SkipReason;
}

export interface ClaimInput {
  readonly node: string;
  readonly types: TypeVersions;
  /**
   * Free places: most runs that start at once, with `startedAt` now. At most one of them is a suspect, and
   * only while no node has claimed another one (P9, lost nodes).
   */
  readonly places: number;
  /** Most further runs, held until a place is free; none that was recovered before (P9, lost nodes). */
  readonly prefetch: number;
  /** During a backlog: most slots that go before runs due earlier, marked `hasPriority`. */
  readonly prioritySlots?: number;
  /** Also at most `runs` runs due within `ms`, held until then; none that was recovered before. */
  readonly ahead?: { readonly ms: number; readonly runs: number };
}

/** A claim as its node needs it: small, since it crosses a thread for each run. */
export interface ClaimedRun {
  readonly id: string;
  /** Index into `jobs` of the claim. */
  readonly job: number;
  readonly fence: number;
  readonly attempt: number;
  readonly availableAt: number;
  /** False for a run to be held: until a place is free, or it comes due. */
  readonly started: boolean;
  readonly catchUp: boolean;
  readonly missed: number;
  readonly scheduledFor?: number;
  readonly payload?: JsonText;
  readonly trace?: string;
  /** Claimed before runs that were due earlier (`prioritySlots`). */
  readonly hasPriority?: true;
}

export interface ClaimResult {
  readonly now: number;
  readonly jobs: readonly Job[];
  readonly runs: readonly ClaimedRun[];
  /**
   * When the next unclaimed run comes due; in the past when more may be due than was asked for. While other
   * transactions lock all that is due, or not all could be looked at: when to look again.
   */
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

/** How a claim has ended, but for which one it is and what it has logged. */
export type ClaimEnd = Omit<SettleInput, 'runId' | 'fence' | 'logs'>;

export type SettleResult =
  | { readonly kind: 'finished'; readonly status: FinishedStatus }
  | { readonly kind: 'waiting'; readonly availableAt: number; readonly failures: number }
  /** Not the newest claim of the run, or the run is finished: nothing was written (P10, fence). */
  | { readonly kind: 'stale' }
  /** Somebody's transaction holds the job: nothing was written. It has to be settled again in a while. */
  | { readonly kind: 'later' };

export interface SettleBatchResult {
  readonly results: readonly SettleResult[];
  /** A run may be claimed now, or a job planned sooner than known. */
  readonly wake: boolean;
}

export interface LogLine {
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: JsonText;
}

export interface TakeBackInput {
  readonly node: string;
  /** The answer is to tell what is over. */
  readonly withEnded?: boolean;
}

/** Claims that were taken back. */
export interface TakenBack {
  /** The runs that are over with that, if asked for: failed, or cancelled. */
  readonly ended?: readonly RunOver[];
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
