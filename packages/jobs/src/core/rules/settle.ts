import { fingerprintOf } from '../failures/fingerprint.ts';
import type { Job, Overlap } from '../model/job.ts';
import { retryDelayMs } from '../model/retry.ts';
import {
  type AttemptError,
  attemptOf,
  type CancelReason,
  type FinishedRun,
  type FinishedStatus,
  type Held,
  isBackfillRun,
  isRetryOfSlot,
  type JsonText,
  type LiveRun,
  type Progress,
  type RunOver,
  type RunReason,
} from '../model/run.ts';
import { type Mutable, without } from '../objects.ts';
import { isHeldByPause } from '../pauses/pause.ts';
import { CLOCK_TOLERANCE_MS } from '../pauses/resume.ts';
import { hasGrid } from '../schedule/schedule.ts';
import type { SkippedRun } from './decision.ts';
import { notStartedIfLate } from './expiry.ts';
import { dueAtOf } from './run-measures.ts';
import { isSuspect, suspectBackoffMs } from './suspects.ts';

/** A run may lose this many claims with their nodes; one more fails it (P9, lost nodes). */
const MAX_RECOVERIES = 5;

/** How a claim ended. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly result?: JsonText }
  | { readonly kind: 'failed'; readonly error: AttemptError; readonly permanent: boolean }
  /** The handler threw after it was told to stop by a cancel. */
  | { readonly kind: 'cancelled' }
  /** Not started, or stopped by a shutdown: costs nothing. Due again after `delayMs`, or at once. */
  | { readonly kind: 'given_back'; readonly delayMs?: number }
  /** It was not started, because its time to start was over (P35, expiry). */
  | { readonly kind: 'expired' }
  /** Its node died. */
  | { readonly kind: 'lost' };

/** Where a claim that ended leaves its run. */
export type Settlement =
  | {
      readonly kind: 'finished';
      readonly status: FinishedStatus;
      readonly reason?: RunReason;
      readonly attempt: number;
      readonly recoveries: number;
      readonly result?: JsonText;
      readonly errors: readonly AttemptError[];
    }
  | {
      readonly kind: 'waiting';
      readonly held: Held;
      readonly availableAt: number;
      readonly failures: number;
      readonly recoveries: number;
      readonly errors: readonly AttemptError[];
      /** Only of a run that has never started. */
      readonly expiresAt?: number;
    };

/** `random` is in [0, 1). `isSaved`: the next attempt continues where this one ended (P30, resume). */
interface ClaimEndedAt {
  readonly now: number;
  readonly random: number;
  readonly isSaved?: true | undefined;
}

/** What becomes of a run whose claim ended with `outcome` (P8, P9, P11, P12). */
export function settleRun(job: Job, run: LiveRun, outcome: Outcome, at: ClaimEndedAt): Settlement {
  switch (outcome.kind) {
    case 'succeeded':
      return finished(run, {
        status: 'succeeded',
        ...(outcome.result === undefined ? {} : { result: outcome.result }),
      });
    case 'failed':
      return run.cancel === undefined
        ? failedOrRetried(job, run, outcome, at)
        : cancelled(run, run.cancel, outcome.error);
    case 'cancelled':
      return cancelled(run, run.cancel ?? 'user');
    case 'given_back':
      return run.cancel === undefined
        ? waiting(job, run, { availableAt: dueAgainAt(run, at.now + (outcome.delayMs ?? 0)), now: at.now })
        : cancelled(run, run.cancel);
    case 'expired':
      return run.cancel === undefined
        ? finished(run, { status: 'skipped', reason: 'expired' })
        : cancelled(run, run.cancel);
    case 'lost':
      return lost(job, run, at.now);
    default:
      return outcome satisfies never;
  }
}

/** Whether a run that was put back needs a pass: it is due, or another node may claim it ahead. */
export function needsPass(
  { kind }: Outcome,
  { availableAt }: { readonly availableAt: number },
  now: number,
): boolean {
  return availableAt <= now || kind === 'given_back';
}

/** P7, overlap: a run that was replaced after a failed attempt has failed with its last error. */
function cancelled(run: LiveRun, reason: CancelReason, error?: AttemptError): Settlement {
  const last = error ?? run.errors.at(-1);
  if (reason !== 'replaced' || run.failures === 0 || last === undefined)
    return finished(run, { status: 'cancelled', reason, ...(error === undefined ? {} : { error }) });
  return finished(run, { status: 'failed', reason: last.reason, ...(error === undefined ? {} : { error }) });
}

function failedOrRetried(
  job: Job,
  run: LiveRun,
  { error, permanent }: Extract<Outcome, { kind: 'failed' }>,
  { now, random, isSaved }: ClaimEndedAt,
): Settlement {
  const failures = run.failures + 1;
  const availableAt = now + retryDelayMs(job.backoff, failures, random);
  const isReplaced = isReplacedByNextSlot(job, run, { availableAt, isSaved: isSaved === true });
  if (permanent || failures >= job.maxAttempts || isReplaced) {
    return finished(run, { status: 'failed', reason: error.reason, error });
  }
  return waiting(job, { ...run, failures, errors: [...run.errors, error] }, { availableAt, now });
}

const REPLACING: ReadonlySet<Overlap> = new Set(['skip', 'cancel_previous']);

/**
 * P8, retries: under `skip` and `cancel_previous`, the next slot of a job with a grid replaces a retry as
 * late as it.
 */
function isReplacedByNextSlot(
  job: Job,
  run: LiveRun,
  retry: { readonly availableAt: number; readonly isSaved: boolean },
): boolean {
  // The next slot does not make up for a past one.
  if (isBackfillRun(run) || isRetryOfSlot(run)) return false;
  // The gate may skip it.
  if (job.onlyIf !== undefined) return false;
  // The next slot would start from the beginning (P30, resume).
  if (retry.isSaved && job.overlap === 'skip') return false;
  if (!hasGrid(job.schedule) || !REPLACING.has(job.overlap) || job.status !== 'active') return false;
  return job.nextRunAt !== undefined && retry.availableAt >= job.nextRunAt;
}

function lost(job: Job, run: LiveRun, now: number): Settlement {
  const recoveries = run.recoveries + 1;
  const again = { ...run, recoveries };
  if (run.cancel !== undefined) return cancelled(again, run.cancel);
  if (recoveries <= MAX_RECOVERIES)
    return waiting(job, notStartedIfLate(again), { availableAt: dueAfterLoss(again, now), now });
  const message = `The process ended ${recoveries} times during this run. Find out why: too little memory, a crash in native code, or a kill from outside.`;
  return finished(again, {
    status: 'failed',
    reason: 'lost',
    error: { attempt: attemptOf(run), at: now, reason: 'lost', name: 'LostError', message },
  });
}

function dueAfterLoss(run: LiveRun, now: number): number {
  if (isSuspect(run)) return now + suspectBackoffMs(run);
  return Math.min(run.availableAt, dueAgainAt(run, now));
}

/** At once; a run claimed ahead of its time keeps its time, unless the clock has jumped back. */
function dueAgainAt({ availableAt }: LiveRun, now: number): number {
  return availableAt > now && availableAt <= now + CLOCK_TOLERANCE_MS ? availableAt : now;
}

function waiting(
  job: Job,
  run: LiveRun,
  { availableAt, now }: { readonly availableAt: number; readonly now: number },
): Settlement {
  const { failures, recoveries, errors, expiresAt } = run;
  // A run that waits for its retry takes no room (P29, limits and priority).
  const isOutside = job.maxRunning !== undefined && availableAt > now;
  // A claim that is still there may have started the handler: such a run never expires (P35, expiry).
  const keepsTime = expiresAt !== undefined && run.claim === undefined;
  return {
    kind: 'waiting',
    held: isHeldByPause(job, run) ? 'pause' : isOutside ? 'overlap' : 'no',
    availableAt,
    failures,
    recoveries,
    errors,
    ...(keepsTime ? { expiresAt } : {}),
  };
}

function finished(
  run: LiveRun,
  end: {
    readonly status: FinishedStatus;
    readonly reason?: RunReason;
    readonly result?: JsonText;
    readonly error?: AttemptError;
  },
): Settlement {
  const { error, ...how } = end;
  const errors = error === undefined ? run.errors : [...run.errors, error];
  return { kind: 'finished', attempt: attemptOf(run), recoveries: run.recoveries, errors, ...how };
}

/** A run as its claim leaves it: without a start of its handler, no attempt was made. */
export function runAtClaimEnd(
  run: LiveRun,
  { outcome, startedAt }: { readonly outcome: Outcome; readonly startedAt?: number | undefined },
): LiveRun {
  const isUnstarted =
    outcome.kind === 'expired' || (outcome.kind === 'given_back' && startedAt === undefined);
  if (!isUnstarted) return run;
  return { ...without(run, 'claim', 'startedAt'), status: 'queued' };
}

export function finishedOf(
  run: LiveRun,
  end: Extract<Settlement, { kind: 'finished' }>,
  at: {
    readonly finishedAt: number;
    readonly startedAt?: number | undefined;
    readonly progress?: Progress | undefined;
    /** Of the job when the run was claimed. */
    readonly jobVersion?: number | undefined;
  },
): FinishedRun {
  const finished: Mutable<FinishedRun> = {
    id: run.id,
    jobUid: run.jobUid,
    trigger: run.trigger,
    catchUp: run.catchUp,
    missed: run.missed,
    queuedAt: run.queuedAt,
    status: end.status,
    attempt: end.attempt,
    recoveries: end.recoveries,
    finishedAt: at.finishedAt,
    errors: end.errors,
  };
  const startedAt = at.startedAt ?? run.startedAt;
  const progress = at.progress ?? run.progress;
  if (run.scheduledFor !== undefined) finished.scheduledFor = run.scheduledFor;
  if (run.missedFrom !== undefined) finished.missedFrom = run.missedFrom;
  if (run.payload !== undefined) finished.payload = run.payload;
  if (run.retryOf !== undefined) finished.retryOf = run.retryOf;
  if (run.requestedBy !== undefined) finished.requestedBy = run.requestedBy;
  if (end.reason !== undefined) finished.reason = end.reason;
  if (run.claim !== undefined) finished.node = run.claim.node;
  if (startedAt !== undefined) {
    finished.startedAt = startedAt;
    if (run.availableAt !== dueAtOf(run)) finished.dueAt = run.availableAt;
  }
  if (progress !== undefined) finished.progress = progress;
  if (end.result !== undefined) finished.result = end.result;
  if (run.claim !== undefined && at.jobVersion !== undefined) finished.jobVersion = at.jobVersion;
  if (end.status === 'cancelled' && run.cancelledBy !== undefined) finished.cancelledBy = run.cancelledBy;
  const error = end.status === 'failed' ? end.errors.at(-1) : undefined;
  if (error !== undefined) finished.fingerprint = fingerprintOf(error);
  return finished;
}

export function skippedOf(
  skip: SkippedRun,
  made: { readonly id: string; readonly jobUid: string; readonly now: number },
): FinishedRun {
  return {
    ...skip,
    id: made.id,
    jobUid: made.jobUid,
    trigger: skip.scheduledFor === undefined ? 'chain' : 'schedule',
    status: 'skipped',
    queuedAt: made.now,
    finishedAt: made.now,
    attempt: 0,
    recoveries: 0,
    errors: [],
  };
}

/** The report of a run that ended when its claim was taken back. */
export function overOf(
  { id }: LiveRun,
  job: Job,
  { status, reason, errors }: Extract<Settlement, { kind: 'finished' }>,
): RunOver {
  const error = status === 'failed' ? errors.at(-1) : undefined;
  return { runId: id, jobId: job.id, status, reason, error };
}

export function countFailed(ended: readonly RunOver[]): number {
  return ended.filter(({ status }) => status === 'failed').length;
}
