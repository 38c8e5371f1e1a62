import {
  isFixedDelay,
  type Job,
  type LiveRuns,
  nextSlotOf,
  unlessFuture,
  withNextSlot,
} from '../model/job.ts';
import type { AttemptError, FinishedStatus, RunOrigin, RunReason } from '../model/run.ts';
import { type Mutable, without } from '../objects.ts';
import { pauseJob } from '../pauses/pause-job.ts';
import { baseOf } from '../pauses/resume.ts';
import { hasEnd, hasGrid } from '../schedule/schedule.ts';
import { nextSlot } from '../schedule/schedule-slots.ts';
import { ENGINE_ACTOR, isBudgetSpent, spentReason, withOutcome } from '../watching/failure-budget.ts';
import { type Decision, decide, draftOf } from './decision.ts';
import { isOverRoom, releaseWaiting, shrinkRoom } from './room.ts';
import type { Outcome } from './settle.ts';

/** A run that has ended, or a failed attempt that will be retried: what the job's row needs of it. */
export interface EndedRun
  extends Partial<Pick<RunOrigin, 'trigger' | 'scheduledFor' | 'missed' | 'missedFrom' | 'queuedAt'>> {
  readonly status: FinishedStatus;
  readonly reason?: RunReason;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** The attempt failed, and the run waits for the next one. */
  readonly isRetried?: boolean;
  /** Absent where nobody needs it: of succeeded runs, and of attempts. */
  readonly id?: string;
  readonly errors?: readonly AttemptError[];
}

/** What the job's row needs to know of a claim that put its run back; nothing when no attempt was made. */
export function retriedOf(
  outcome: Outcome,
  { startedAt }: { readonly startedAt?: number | undefined },
): EndedRun | undefined {
  if (outcome.kind !== 'failed' || startedAt === undefined) return undefined;
  return { status: 'failed', startedAt, isRetried: true };
}

/** How many of them are rows of history: skipped ones, and the others. */
export function countRows(ended: readonly EndedRun[]): {
  readonly finished: number;
  readonly skipped: number;
} {
  let retried = 0;
  let skipped = 0;
  for (const { status, isRetried } of ended) {
    if (isRetried === true) retried += 1;
    else if (status === 'skipped') skipped += 1;
  }
  return { finished: ended.length - retried - skipped, skipped };
}

/**
 * Whether the end of a claim may change the job in a way that depends on its other live runs: it frees room
 * (P7, overlap; P29, limits and priority), the next run counts from an end (P3, grid), a backfill goes on
 * (P37, backfill), or the job ends with its runs.
 */
export function dependsOnLive({
  overlap,
  maxRunning,
  schedule,
  backfillLeft,
}: Pick<Job, 'overlap' | 'maxRunning' | 'schedule' | 'backfillLeft'>): boolean {
  if (overlap !== 'allow' || maxRunning !== undefined) return true;
  return backfillLeft !== undefined || isFixedDelay(schedule) || hasEnd(schedule);
}

/** Whether these ends may use up the job's failure budget: a pause depends on its live runs. */
export function mayPause({ status, pauseAfter }: Job, ended: readonly EndedRun[]): boolean {
  if (pauseAfter === undefined || status !== 'active') return false;
  return ended.some((run) => run.status === 'failed' && run.isRetried !== true);
}

/**
 * What ended runs do to their job: last run and health, the next run of a `fixed_delay` job (P3, grid), room
 * for a waiting run (P7, overlap), the end of a `run_at` job, or a pause (P23, failure budget). `live`: what
 * is left, with `claimed` only if {@link isOverRoom}; undefined where nothing depends on it.
 */
export function afterSettlements(
  job: Job,
  live: LiveRuns | undefined,
  ended: readonly EndedRun[],
  now: number,
): Decision {
  const after = withExpiredGivenBack(withEnded(job, ended, now), ended, now);
  if (live === undefined) return { job: after, moves: [], skip: [], queue: [] };
  const draft = draftOf(after, live);
  // What comes back unstarted after an edit took its room is not let go beside the others.
  if (isOverRoom(job, live)) shrinkRoom(draft, now);
  else releaseWaiting(draft, now);
  const decision = decide(draft, now);
  return isBudgetSpent(decision.job) ? pausedByBudget(after, live, now) : decision;
}

/**
 * P33, calendars and ends: expired runs do not count for `max_runs`. If one of them was the last run, the job
 * has slots again.
 */
function withExpiredGivenBack(job: Job, ended: readonly EndedRun[], now: number): Job {
  const { runsMade, schedule, anchorAt, status } = job;
  if (runsMade === undefined) return job;
  const count = ended.filter(({ reason, trigger }) => reason === 'expired' && trigger !== 'manual').length;
  if (count === 0) return job;
  const after = { ...job, runsMade: Math.max(runsMade - count, 0) };
  if (status !== 'active' || nextSlotOf(job) !== undefined || !hasGrid(schedule)) return after;
  return withNextSlot(after, nextSlot(schedule, anchorAt, baseOf(job, { at: now, now })));
}

/** P23, failure budget: instead of letting a waiting run go, it holds all of them. */
function pausedByBudget(job: Job, live: LiveRuns, now: number): Decision {
  const draft = draftOf(job, live);
  pauseJob(draft, { by: ENGINE_ACTOR, reason: spentReason(job) }, now);
  return decide(draft, now);
}

function withEnded(job: Job, ended: readonly EndedRun[], now: number): Job {
  if (ended.length === 0) return job;
  let { failedInRow, failingSince, lastStatus } = job;
  let lastRunAt = unlessFuture(job.lastRunAt, now);
  let lastSuccessAt = unlessFuture(job.lastSuccessAt, now);
  let lastEndAt = unlessFuture(job.lastEndAt, now);
  for (const { status, startedAt, finishedAt = now, isRetried } of ended) {
    if (startedAt !== undefined && startedAt >= (lastRunAt ?? 0)) {
      lastRunAt = startedAt;
      lastStatus = status;
    }
    if (isRetried === true) continue;
    const endAt = Math.min(finishedAt, now);
    // Written after a later end, which has told whether the job fails.
    const isLate = endAt < (lastEndAt ?? 0);
    if (!isLate) lastEndAt = endAt;
    if (status === 'failed') {
      if (isLate && failedInRow === 0) continue;
      failedInRow += 1;
      failingSince ??= now;
    } else if (status === 'succeeded') {
      lastSuccessAt = Math.max(startedAt ?? now, lastSuccessAt ?? 0);
      if (isLate) continue;
      failedInRow = 0;
      failingSince = undefined;
    }
  }
  const after: Mutable<Job> = { ...without(job, 'failingSince'), failedInRow };
  if (lastEndAt !== undefined) after.lastEndAt = lastEndAt;
  if (failingSince !== undefined) after.failingSince = failingSince;
  if (lastRunAt !== undefined) after.lastRunAt = lastRunAt;
  if (lastStatus !== undefined) after.lastStatus = lastStatus;
  if (lastSuccessAt !== undefined) after.lastSuccessAt = lastSuccessAt;
  return isWatched(job) ? watched(after, ended, now) : after;
}

function isWatched({ pauseAfter, expect }: Job): boolean {
  return pauseAfter !== undefined || expect !== undefined;
}

/** Keeps what budget and expectations are judged by, only where the job has them (P23, P25). */
function watched(job: Mutable<Job>, ended: readonly EndedRun[], now: number): Job {
  const { pauseAfter, expect, status: ofJob } = job;
  let recent = job.recentFailures;
  for (const { status, startedAt, finishedAt = now, isRetried } of ended) {
    if (isRetried === true) continue;
    const endAt = Math.min(finishedAt, now);
    if (expect?.durationMs !== undefined && startedAt !== undefined && startedAt === job.lastRunAt)
      job.lastTookMs = Math.max(endAt - startedAt, 0);
    if (status !== 'succeeded' && status !== 'failed') continue;
    if (pauseAfter !== undefined && ofJob === 'active') recent = withOutcome(recent, pauseAfter, status);
    if (expect?.successWithinMs !== undefined && status === 'succeeded')
      job.lastSuccessEndAt = Math.max(endAt, unlessFuture(job.lastSuccessEndAt, now) ?? 0);
  }
  if (recent === undefined) delete job.recentFailures;
  else job.recentFailures = recent;
  return job;
}
