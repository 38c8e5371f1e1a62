import type { CancelRequest } from '../commands/cancel.ts';
import type { Job, PausedJob } from '../model/job.ts';
import type {
  FinishedStatus,
  JsonText,
  LiveRun,
  Progress,
  RunOrigin,
  RunOver,
  RunReason,
  RunTrigger,
  SkipReason,
} from '../model/run.ts';
import type { TypeVersions } from '../nodes/membership.ts';
import type { Outcome } from '../rules/settle.ts';

export interface PlanInput {
  readonly types: TypeVersions;
  readonly limit: number;
  /** Also takes slots that come within this time, where possible. Default 0. */
  readonly aheadMs?: number;
  /**
   * Also turns noted ends of upstream runs into runs (P32, chains and gates). `all`: also the ends that nodes
   * of earlier versions have left to this one (P22, types and deploys).
   */
  readonly startsChains?: 'noted' | 'all';
  /** A claim in the same transaction, right after the plan. */
  readonly claim?: ClaimInput;
}

export interface PlanResult extends EndEffects {
  /** The plan saw all that was due by then: the time by which it decided, or a little earlier. */
  readonly now: number;
  readonly queued: readonly PlannedRun[];
  readonly skipped: readonly PlannedRun[];
  /** Jobs that could not be planned, and why; put off by a minute. */
  readonly failed: readonly { readonly jobId: string; readonly message: string }[];
  /** More may be due: the limit was reached, or the plan spent its budget of counted slots. */
  readonly more: boolean;
  /** When to look again: the earliest instant at which a job of these types has to be planned, or sooner. */
  readonly nextWakeAt?: number;
  readonly claimed?: ClaimResult;
  /** The plan put alerts into the outbox. */
  readonly hasAlerts?: true;
  /** Waiting runs that ended because new ones replace them. */
  readonly replaced?: readonly RunOver[];
  /** Claimed runs that must stop, because new ones replace them. */
  readonly cancelRequests?: readonly CancelRequest[];
}

/** A run that a plan made or skipped. */
export interface PlannedRun extends Pick<RunOrigin, 'id' | 'jobUid' | 'scheduledFor'> {
  readonly jobId: string;
  readonly reason?: SkipReason;
}

export interface ClaimInput {
  readonly node: string;
  readonly types: TypeVersions;
  /** Free places: most runs that start at once. At most one is a suspect, while no other is claimed (P9). */
  readonly places: number;
  /** Most further runs, held until a place is free; none that was recovered before (P9, lost nodes). */
  readonly prefetch: number;
  /** During a backlog: most slots that go before runs due earlier, marked `hasPriority`. */
  readonly prioritySlots?: number;
  /** Also at most `runs` runs due within `ms`, held until then; none that was recovered before. */
  readonly ahead?: { readonly ms: number; readonly runs: number };
}

/** A claim as its node needs it: small, since it crosses a thread for each run. */
export interface ClaimedRun
  extends Pick<
    LiveRun,
    'id' | 'availableAt' | 'catchUp' | 'missed' | 'scheduledFor' | 'payload' | 'trace' | 'expiresAt'
  > {
  /** Index into `jobs` of the claim. */
  readonly job: number;
  readonly fence: number;
  readonly attempt: number;
  /** False for a run to be held: until a place is free, or it comes due. */
  readonly started: boolean;
  /** Claimed before runs that were due earlier (`prioritySlots`). */
  readonly hasPriority?: true;
  /** Absent: it is the {@link usualTrigger}. */
  readonly trigger?: RunTrigger;
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
  /** Of the job as its claim gave it to the node. */
  readonly jobVersion?: number;
  readonly progress?: Progress;
  readonly logs?: readonly LogLine[];
  /** The run has a saved state that this attempt has read or written (P30, resume). */
  readonly isSaved?: true;
  /** The handler has completed the run in a transaction of its own, which may be rolled back or open. */
  readonly isCompleting?: true;
}

/** How a claim ended, without its ids and logs. */
export type ClaimEnd = Omit<SettleInput, 'runId' | 'fence' | 'logs'>;

/** `outcome`: how the attempt has ended, if not as the input says, because of a completion. */
export type SettleResult =
  | {
      readonly kind: 'finished';
      readonly status: FinishedStatus;
      readonly reason?: RunReason;
      /** Who cancelled it, if somebody did. */
      readonly by?: string;
      readonly outcome?: Outcome;
    }
  | {
      readonly kind: 'waiting';
      readonly availableAt: number;
      readonly failures: number;
      readonly outcome?: Outcome;
    }
  /** Not the newest claim of the run, or the run is finished: nothing was written (P10, fence). */
  | { readonly kind: 'stale' }
  /** Another transaction has locked the job or the run: nothing was written. Settle it again later. */
  | { readonly kind: 'later' };

/** What ends of runs did beside the runs. Most transactions did nothing. */
export interface EndEffects {
  /** The jobs whose failure budget they have used up, if any. */
  readonly paused?: readonly PausedJob[];
  /** Noted ends of runs that other jobs follow are left: a plan turns them into runs. */
  readonly hasEnds?: true;
}

export interface SettleBatchResult extends EndEffects {
  readonly results: readonly SettleResult[];
  /** A run may be claimed now, or a job planned sooner than known. */
  readonly wake: boolean;
  /** The transaction put alerts into the outbox. */
  readonly hasAlerts?: true;
}

export interface LogLine {
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: JsonText;
}

export interface TakeBackInput {
  readonly node: string;
  /** The answer includes `ended`. */
  readonly withEnded?: boolean;
}

/** Claims that were taken back. */
export interface TakenBack extends EndEffects {
  /** The runs that ended with it, if requested: failed, cancelled, or completed by their handlers. */
  readonly ended?: readonly RunOver[];
  /** The transaction put alerts into the outbox. */
  readonly hasAlerts?: true;
}

/** What a claim reports of its running run, guarded by its fence. */
export interface Report extends Pick<SettleInput, 'runId' | 'fence' | 'startedAt' | 'progress' | 'logs'> {
  readonly zombieSince?: number;
}
