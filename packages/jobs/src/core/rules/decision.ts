import {
  backfillRoomOf,
  type FixedDelay,
  isFixedDelay,
  type Job,
  type LiveRuns,
  liveCount,
  nextSlotOf,
  roomOf,
  withNextSlot,
} from '../model/job.ts';
import {
  type CancelReason,
  type Held,
  type LiveRun,
  NO_ERRORS,
  type RunOrigin,
  type SkipReason,
} from '../model/run.ts';
import { without } from '../objects.ts';
import { hasEnd, runsLeft } from '../schedule/schedule.ts';
import { untilEnd } from '../schedule/schedule-slots.ts';
import { withExpiry } from './expiry.ts';
import { slotTakenAt } from './slot-taken-at.ts';

/** A run to be made; the store gives it its id and `queuedAt`. */
export interface NewRun extends Omit<RunOrigin, 'id' | 'jobUid' | 'queuedAt'> {
  /** The type version that checked `payload`, if newer than the job's own (P22, types and deploys). */
  readonly typeVersion?: number;
  readonly trace?: string;
  /** The run whose end makes it (P32, chains and gates). */
  readonly triggeredBy?: NonNullable<LiveRun['triggeredBy']>;
  readonly held: Held;
  readonly availableAt: number;
  readonly expiresAt?: number;
}

/** A finished row for slots that nothing ran, or for the end of an upstream run. */
export interface SkippedRun extends Pick<RunOrigin, 'scheduledFor' | 'catchUp' | 'missed' | 'missedFrom'> {
  readonly reason: SkipReason;
  /** The run whose end made no run (P32, chains and gates). */
  readonly triggeredBy?: NonNullable<LiveRun['triggeredBy']>;
}

/** Moves unclaimed queued runs of the job from one kind of waiting to another, earliest available first. */
export interface Move {
  readonly from: readonly Held[];
  readonly to: Held;
  readonly limit?: number;
  /** Only those with `availableAt` at or before it. */
  readonly dueBy?: number;
  /** They are due at this instant at the earliest: the time of a pause is no lateness (P14, pause). */
  readonly dueFrom?: number;
  /** Only manual runs asked for at or after it (`since`), or all but those (`before`). */
  readonly asked?: { readonly since: number } | { readonly before: number };
}

/**
 * All that one decision about a job writes, in one transaction under the job row's lock. The order: waiting
 * runs that are due now; moves; skipped rows, new runs and the job row in any order; cancels. Stores apply it
 * and decide nothing.
 */
export interface Decision {
  readonly job: Job;
  /** Unclaimed runs that wait for a later instant than this, not a `run_at`, are due now (P17, clock). */
  readonly dueIfAfter?: number;
  readonly moves: readonly Move[];
  readonly skip: readonly SkippedRun[];
  readonly queue: readonly NewRun[];
  /** Slots of backfills that got a run, or have one (P37, backfill). */
  readonly backfill?: readonly number[];
  /** Cancel every live run: waiting ones at once, claimed ones by request (P12, cancel). */
  readonly cancelLive?: CancelReason;
}

/** Whether what waits already may come due by it. */
export function touchesWaiting({ dueIfAfter, moves }: Decision): boolean {
  return dueIfAfter !== undefined || moves.length > 0;
}

/** Whether a decision makes a run that replaces live ones (P7, overlap). */
export function replacesLive({ overlap }: Job, live: LiveRuns, { queue }: Decision): boolean {
  // A backfill makes no run beside a live one.
  return overlap === 'cancel_previous' && liveCount(live) > 0 && queue.length > 0;
}

/** Whether a job has to be planned sooner than before. */
export function isSooner(wakeAt: number | undefined, than: number | undefined): boolean {
  return wakeAt !== undefined && (than === undefined || wakeAt < than);
}

/** The live run that a decision makes. */
export function queuedOf(
  run: NewRun,
  made: { readonly id: string; readonly jobUid: string; readonly now: number },
): LiveRun {
  return {
    ...without(run, 'typeVersion'),
    id: made.id,
    jobUid: made.jobUid,
    queuedAt: made.now,
    status: 'queued',
    failures: 0,
    recoveries: 0,
    errors: NO_ERRORS,
  };
}

/** A decision in the making: the rules of one command work on it one after the other. */
export interface Draft {
  job: Job;
  dueIfAfter?: number;
  live: LiveRuns;
  readonly moves: Move[];
  readonly skip: SkippedRun[];
  readonly queue: NewRun[];
  /** Slots of backfills that got a run. */
  readonly backfill: number[];
  /** As many runs of backfills are live as may be. */
  isBackfillFull?: boolean;
  /** It moves runs that may be due later, so the planner counts again (P29, limits and priority). */
  mustCount?: boolean;
}

export function draftOf(job: Job, live: LiveRuns): Draft {
  return { job, live, moves: [], skip: [], queue: [], backfill: [] };
}

export function queueRun(draft: Draft, run: NewRun, now: number): void {
  draft.queue.push(withExpiry(run, draft.job, now));
  const { live } = draft;
  if (run.held === 'no') draft.live = { ...live, active: live.active + 1 };
  else if (run.held === 'run_at')
    draft.live = { ...live, nextOwnRunAt: earliest(live.nextOwnRunAt, run.availableAt) ?? run.availableAt };
  else if (run.held === 'pause') draft.live = { ...live, paused: live.paused + 1 };
  else {
    draft.live = { ...live, waiting: live.waiting + 1 };
    if (run.availableAt > now) draft.mustCount = true;
  }
}

/** Closes a draft: derives the status, the next run of a `fixed_delay` job, and when to plan next. */
export function decide(draft: Draft, now: number, cancelLive?: CancelReason): Decision {
  const next = withFixedDelay(draft.job, draft.live, now);
  const job = withWakeAt(withDerivedStatus(next, draft.live, now), draft, now);
  const { dueIfAfter, moves, skip, queue, backfill } = draft;
  return {
    job,
    ...(dueIfAfter === undefined ? {} : { dueIfAfter }),
    moves,
    skip,
    queue,
    ...(backfill.length === 0 ? {} : { backfill }),
    ...(cancelLive === undefined ? {} : { cancelLive }),
  };
}

/** P3, grid: `fixed_delay` has no next run while a run is live. */
function withFixedDelay(job: Job, live: LiveRuns, now: number): Job {
  const { schedule } = job;
  if (!isFixedDelay(schedule) || job.status !== 'active') return job;
  if (liveCount(live) + live.dueOwnRuns > 0) return without(job, 'nextRunAt', 'nextSlotAt');
  if (job.nextRunAt !== undefined) return job;
  const next = afterDelay(job, schedule, { at: now, now });
  return next === undefined ? job : withNextSlot(job, next);
}

/**
 * P3, grid: the next run of a `fixed_delay` job without a live run, as seen `at` an instant. It is the last
 * end (or creation) plus the interval, or `at` plus the interval if that is past; never before `start_at`,
 * never after `end_at`, never based on an end in the future, and always after the last slot (P5).
 */
export function afterDelay(
  job: Job,
  schedule: FixedDelay,
  { at, now }: { readonly at: number; readonly now: number },
): number | undefined {
  const { everyMs, startAt } = schedule;
  const next = Math.min(job.lastEndAt ?? job.createdAt, now) + everyMs;
  const first = Math.max(
    startAt ?? Number.NEGATIVE_INFINITY,
    (job.lastSlotAt ?? Number.NEGATIVE_INFINITY) + 1,
  );
  return untilEnd(schedule, Math.max(next > at ? next : at + everyMs, first));
}

/** A job whose schedule ends is finished once no slot and no run is left; a manual run makes it active. */
function withDerivedStatus(job: Job, live: LiveRuns, now: number): Job {
  if (job.status === 'paused') return job;
  const ownRuns = live.dueOwnRuns > 0 || live.nextOwnRunAt !== undefined;
  const slots = nextSlotOf(job) !== undefined || job.backfillLeft !== undefined || mayFollow(job, now);
  const isLeft = liveCount(live) > 0 || ownRuns || slots;
  const status = hasEnd(job.schedule) && !isLeft ? 'finished' : 'active';
  return job.status === status ? job : { ...job, status };
}

/** Whether the end of an upstream run may still make a run of the job (P32, chains and gates). */
function mayFollow({ schedule, runsMade }: Job, now: number): boolean {
  if (schedule.kind !== 'after' || runsLeft(schedule, runsMade) === 0) return false;
  return schedule.endAt === undefined || now <= schedule.endAt;
}

/** When the planner has to finish a job that follows another one until a time. */
function finishAt({ schedule, status }: Job): number | undefined {
  if (schedule.kind !== 'after' || schedule.endAt === undefined || status !== 'active') return undefined;
  return schedule.endAt + 1;
}

function withWakeAt(job: Job, draft: Draft, now: number): Job {
  const { live, isBackfillFull = false } = draft;
  // With `all`, slots wait as `nextRunAt`, not as queued runs: without room, the next settlement takes the
  // next slot (P6, catch-up).
  const full = job.catchUp === 'all' && liveCount(live) >= roomOf(job.overlap);
  const own =
    job.status === 'paused' ? job.pause?.until : full ? undefined : (slotTakenAt(job) ?? finishAt(job));
  // A run whose own `run_at` has come waits for the planner, even if a command changes the job first (P15,
  // run now).
  const ownRunAt = live.dueOwnRuns > 0 ? Math.min(job.wakeAt ?? now, now) : live.nextOwnRunAt;
  const wakeAt = earliest(
    earliest(own, ownRunAt),
    earliest(isBackfillFull ? undefined : backfillWakeAt(job, live, now), roomWakeAt(job, draft, now)),
  );
  if (wakeAt === job.wakeAt) return job;
  return wakeAt === undefined ? without(job, 'wakeAt') : { ...job, wakeAt };
}

/**
 * A node of an earlier version ends runs and releases none, so the planner looks at a full job now and then.
 */
const LOOK_AGAIN_MS = 60_000;

/** When a run that waits, also for its retry, needs room or may have it (P29, limits and priority). */
function roomWakeAt(job: Job, { live, mustCount, dueIfAfter }: Draft, now: number): number | undefined {
  if (job.overlap !== 'allow' || job.maxRunning === undefined) return undefined;
  if (mustCount === true || (dueIfAfter !== undefined && live.waiting > 0)) return now;
  const { active, waiting, dueWaiting = 0, nextWaitingAt } = live;
  if (active < job.maxRunning) return dueWaiting > 0 ? Math.min(job.wakeAt ?? now, now) : nextWaitingAt;
  if (waiting === 0) return undefined;
  const again = now + LOOK_AGAIN_MS;
  // Most settlements of a full job leave its wake-up as it is.
  return job.wakeAt !== undefined && job.wakeAt > now ? Math.min(job.wakeAt, again) : again;
}

/** Now, if a backfill has room for a run (P37, backfill). A settlement that makes room wakes it again. */
function backfillWakeAt(job: Job, live: LiveRuns, now: number): number | undefined {
  if (job.backfillLeft === undefined || job.status !== 'active') return undefined;
  return liveCount(live) + live.dueOwnRuns < backfillRoomOf(job) ? now : undefined;
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
