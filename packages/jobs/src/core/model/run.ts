import { keysOf } from '../objects.ts';

/** JSON as text: payloads and results cross threads and databases so, and are parsed where they are used. */
export type JsonText = string;

/** A claimed run is `queued` until its start is written, a short one to its end. Finished ones are final. */
export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
export type LiveStatus = 'queued' | 'running';
export type FinishedStatus = Exclude<RunStatus, LiveStatus>;
export const FINISHED_STATUSES: readonly FinishedStatus[] = ['succeeded', 'failed', 'cancelled', 'skipped'];
/** `chain`: the end of a run of another job (P32, chains and gates). */
export type RunTrigger = 'schedule' | 'manual' | 'chain';
/** What people see and filter by: a run that a backfill made is stored as a run of its slot. */
export const SHOWN_TRIGGERS = ['schedule', 'manual', 'backfill', 'chain'] as const;
export type ShownTrigger = (typeof SHOWN_TRIGGERS)[number];
/** What the bounds of a list of runs are about: when a run was queued, when it was running, or its end. */
export const RUN_TIMES = ['queued', 'ran', 'ended'] as const;
export type RunTime = (typeof RUN_TIMES)[number];

/**
 * Why runs were skipped, failed or cancelled, each reason with its code in the database. Never change a code.
 * New codes count up from 500 for skipped, 300 for failed and 400 for cancelled runs, as SQLite's CHECK asks.
 */
export const REASONS = {
  skipped: { overlap: 0, missed: 1, expired: 500, blackout: 501, upstream: 502 },
  failed: { error: 2, timeout: 3, lost: 4, payload_invalid: 5 },
  cancelled: { user: 6, deleted: 7, replaced: 400 },
} as const;
export type SkipReason = keyof typeof REASONS.skipped;
export type FailReason = keyof typeof REASONS.failed;
export type CancelReason = keyof typeof REASONS.cancelled;
export type RunReason = SkipReason | FailReason | CancelReason;
export const FAIL_REASONS: readonly FailReason[] = keysOf(REASONS.failed);
export const REASON_CODES = { ...REASONS.skipped, ...REASONS.failed, ...REASONS.cancelled } as const;
export const RUN_REASONS: readonly RunReason[] = keysOf(REASON_CODES);

export function isSkipReason(reason: RunReason | undefined): reason is SkipReason {
  return reason !== undefined && Object.hasOwn(REASONS.skipped, reason);
}

/**
 * Why a queued run is outside the due index: it waits for room (P7, overlap), for a resume (P14, pause), or
 * for its own `run_at` (P15, run now). A run that waits for its `run_at` is not live yet.
 */
export type Held = 'no' | 'overlap' | 'pause' | 'run_at';

export function isLiveStatus(status: RunStatus): status is LiveStatus {
  return status === 'queued' || status === 'running';
}

/** An error behind another one: its `cause`, or one of the `errors` of an AggregateError. */
export interface ErrorCause {
  /** 1: a direct cause of the error; n + 1: a cause of the nearest entry with depth n before it. */
  readonly depth: number;
  readonly name: string;
  readonly message: string;
  /** Such as `ECONNREFUSED`. */
  readonly code?: string;
  readonly stack?: string;
}

/** What `fingerprintOf` makes. */
export const FINGERPRINT = /^[0-9a-f]{16}$/;

/**
 * One failed attempt of a run, in `errors` of a run, an event or a `RunError`. Don't send it to clients: its
 * `stack`, `message` and `causes` show the insides of your server. The REST API sends it only to requests
 * that may read runs.
 */
export interface AttemptError extends Omit<ErrorCause, 'depth'> {
  readonly attempt: number;
  /** When the attempt ended, in ms since 1970, as all times that the engine returns. */
  readonly at: number;
  readonly reason: FailReason;
  /** The errors that led to this one, at most 10; each error comes before its own causes. */
  readonly causes?: readonly ErrorCause[];
}

/** One for all runs that have none. */
export const NO_ERRORS: readonly AttemptError[] = [];

export interface Progress {
  readonly done: number;
  readonly total?: number;
  readonly note?: string;
}

/** The part of a run that never changes after it was made. */
export interface RunOrigin {
  readonly id: string;
  readonly jobUid: string;
  readonly trigger: RunTrigger;
  /** A run by hand has no slot, unless it is the retry of a run that has one. */
  readonly scheduledFor?: number;
  /** Makes up for missed slots (P6, catch-up). */
  readonly catchUp: boolean;
  /** Slots covered, its own included; 0 when it covers none but its own, on time. */
  readonly missed: number;
  readonly missedFrom?: number;
  /** An override for this run alone. */
  readonly payload?: JsonText;
  readonly retryOf?: string;
  readonly queuedAt: number;
  /** Who asked for it, such as `user:42`; absent for a slot, and where the caller named nobody. */
  readonly requestedBy?: string;
}

/** The newest claim of a run (P10, fence). */
export interface Claim {
  readonly node: string;
  readonly fence: number;
}

export interface LiveRun extends RunOrigin {
  readonly status: LiveStatus;
  readonly held: Held;
  readonly availableAt: number;
  /** The run is skipped if it has not started by then; absent once it has started (P35, expiry). */
  readonly expiresAt?: number;
  /** The run whose end made this one. Rows keep it apart, so only a run that was just made has it. */
  readonly triggeredBy?: { readonly runId: string; readonly jobId: string };
  /** The traceparent of the request that triggered the run; history does not keep it. */
  readonly trace?: string;
  readonly claim?: Claim;
  /** Of the current attempt; absent until it starts. */
  readonly startedAt?: number;
  readonly failures: number;
  /** Claims lost with their node (P9, lost nodes). */
  readonly recoveries: number;
  readonly errors: readonly AttemptError[];
  /** A cancel was asked for; the run is never started again (P12, cancel). */
  readonly cancel?: CancelReason;
  /** Who asked for the cancel, such as `user:42`. */
  readonly cancelledBy?: string;
  /** Since when an inline handler has ignored its signal (P11, timeout). */
  readonly zombieSince?: number;
  readonly progress?: Progress;
  /** Of the job when the run was claimed, if an edit has replaced it since. */
  readonly jobVersion?: number;
}

export interface FinishedRun extends RunOrigin {
  readonly status: FinishedStatus;
  readonly reason?: RunReason;
  /** Attempts made that count. */
  readonly attempt: number;
  readonly recoveries: number;
  readonly node?: string;
  /** When its last attempt was due, if neither `scheduledFor` nor `queuedAt` says so. */
  readonly dueAt?: number;
  readonly startedAt?: number;
  readonly finishedAt: number;
  readonly progress?: Progress;
  readonly result?: JsonText;
  readonly errors: readonly AttemptError[];
  /** Of the job when the run was last claimed. Absent for a run that was never claimed, and in older rows. */
  readonly jobVersion?: number;
  readonly cancelledBy?: string;
  /** As in {@link LiveRun}. */
  readonly triggeredBy?: { readonly runId: string; readonly jobId: string };
  /** Of its last error, if the run failed: see `fingerprintOf`. */
  readonly fingerprint?: string;
}

/**
 * A run that ended when its claim was taken back: its node died too often, it was being cancelled, or its
 * handler had completed it.
 */
export interface RunOver {
  readonly runId: string;
  readonly jobId: string;
  readonly status: FinishedStatus;
  readonly reason?: RunReason | undefined;
  /** Of its last attempt, if it failed. */
  readonly error?: AttemptError | undefined;
}

/**
 * Whether a run was made by a backfill. It is a run of its slot that makes up for it, and covers no other: no
 * other run makes up for a slot that it does not count.
 */
export function isBackfillRun({
  trigger,
  catchUp,
  missed,
}: Pick<RunOrigin, 'trigger' | 'catchUp' | 'missed'>) {
  return trigger === 'schedule' && catchUp && missed === 0;
}

/** Whether a run was asked for by hand to run the slot of an earlier run again. */
export function isRetryOfSlot({ trigger, scheduledFor }: Pick<RunOrigin, 'trigger' | 'scheduledFor'>) {
  return trigger === 'manual' && scheduledFor !== undefined;
}

/** The slots that a run is for. */
export type RunSlots = Pick<RunOrigin, 'scheduledFor' | 'catchUp' | 'missed' | 'missedFrom'>;

export function slotsOf({ scheduledFor, catchUp, missed, missedFrom }: RunSlots): RunSlots {
  return {
    ...(scheduledFor === undefined ? {} : { scheduledFor }),
    catchUp,
    missed,
    ...(missedFrom === undefined ? {} : { missedFrom }),
  };
}

/** The trigger of most runs with or without a slot. */
export function usualTrigger({ scheduledFor }: Pick<RunOrigin, 'scheduledFor'>): RunTrigger {
  return scheduledFor === undefined ? 'manual' : 'schedule';
}

export function shownTrigger(run: Pick<RunOrigin, 'trigger' | 'catchUp' | 'missed'>): ShownTrigger {
  return isBackfillRun(run) ? 'backfill' : run.trigger;
}

export type Run = LiveRun | FinishedRun;

export function isLiveRun(run: Run): run is LiveRun {
  return isLiveStatus(run.status);
}

/** Whether a run has ended without doing its slot. A later run of the slot may have done it. */
export function isSlotOpen(run: Run): boolean {
  return run.scheduledFor !== undefined && !isLiveRun(run) && run.status !== 'succeeded';
}

/** The number of the attempt that runs, or of the last one that ran. */
export function attemptOf(run: LiveRun): number {
  return run.status === 'running' || run.claim !== undefined ? run.failures + 1 : run.failures;
}
