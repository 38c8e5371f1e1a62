import { type JobCalendar, sameCalendar } from '../calendars/job-calendar.ts';
import { type Gate, type LastSuccesses, sameGate } from '../chains/gate.ts';
import { keysOf, without } from '../objects.ts';
import { assignedTime } from '../schedule/assigned-time.ts';
import { slotThatRuns } from '../schedule/blackout.ts';
import { runsLeft, type Schedule, sameSchedule } from '../schedule/schedule.ts';
import { sameWatching, type Watching } from '../watching/watching.ts';
import type { Declaration } from './declaration.ts';
import type { Pause } from './job-pause.ts';
import type { Priority } from './priority.ts';
import type { Backoff } from './retry.ts';
import type { FinishedStatus, JsonText, SkipReason } from './run.ts';
import type { JOB_STATUSES } from './statuses.ts';

export type Overlap = 'skip' | 'queue' | 'allow' | 'cancel_previous';
export type CatchUp = 'once' | 'skip' | 'all';
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What people decide about a job. A change of any of it is a new version (the ETag). */
export interface JobDefinition extends Watching {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  /** The version of the type that checked the payload (P22, types and deploys). */
  readonly typeVersion: number;
  readonly schedule: Schedule;
  /** Whether slots get a run (P32, chains and gates). */
  readonly onlyIf?: Gate;
  /** The calendar whose windows skip or move its slots (P33, calendars and ends). */
  readonly calendar?: JobCalendar;
  /** With the type's defaults filled in; or {@link NO_PAYLOAD}. */
  readonly payload: JsonText;
  readonly overlap: Overlap;
  readonly catchUp: CatchUp;
  /** At most this many runs run at once; only under overlap `allow` (P29, limits and priority). */
  readonly maxRunning?: number;
  readonly timeoutMs: number;
  /** A run that has not started this long after it was due is skipped (P35, expiry). */
  readonly expireAfterMs?: number;
  /** Which of the due runs start first; absent: normal (P29, limits and priority). */
  readonly priority?: Exclude<Priority, 'normal'>;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
}

/** The payload of an on-demand job that has none: each trigger brings its own (P21, payloads). */
export const NO_PAYLOAD: JsonText = 'null';

export function hasPayload({ payload }: Pick<JobDefinition, 'payload'>): boolean {
  return payload !== NO_PAYLOAD;
}

/** A job that the engine has paused, because its failure budget is used up (P23, failure budget). */
export interface PausedJob {
  readonly jobId: string;
  readonly pause: Pause;
  /** The runs of slots that were due at its pause, if any: those that it holds, and skipped ones. */
  readonly taken?: readonly TakenSlot[];
}

export interface TakenSlot {
  readonly runId: string;
  /** Why the slot was skipped. Absent: it has a run, which waits. */
  readonly skipped?: SkipReason;
}

/** A job: its definition, and what the engine keeps with it. The row is the truth (P4, stored next run). */
export interface Job extends JobDefinition {
  /** This generation of the id (P1, identity). */
  readonly uid: string;
  readonly version: number;
  readonly status: JobStatus;
  readonly pause?: Pause;
  /** The level of its options, if this version does not know them all: see `levelOf`. */
  readonly needsLevel?: number;
  /** Only of a job in code. Plans, claims and settlements do not read it. */
  readonly declaration?: Declaration;
  /** Where the interval grid stands: slots lie on `anchorAt + k * interval`. */
  readonly anchorAt: number;
  /** The last slot taken; the next one is always later (P5, one run per slot). */
  readonly lastSlotAt?: number;
  /** When the next slot is due that runs. */
  readonly nextRunAt?: number;
  /**
   * The slot to take next, if it is another instant than `nextRunAt`: see `assignedTime` (P34, spread). While
   * a window skips it, a later slot is due at `nextRunAt` (P33, calendars and ends).
   */
  readonly nextSlotAt?: number;
  /** See `WithCalendar`: scripts and reads add it, and no store keeps it. */
  readonly windows?: string;
  /** Runs made of its slots since it has had `maxRuns`; only while it has (P33, calendars and ends). */
  readonly runsMade?: number;
  /** When the planner has to look at the job next: a slot, the end of a pause, or the `run_at` of a run. */
  readonly wakeAt?: number;
  /** Of the latest started run that has finished. */
  readonly lastRunAt?: number;
  readonly lastStatus?: FinishedStatus;
  readonly lastSuccessAt?: number;
  /** The end of the latest run: `fixed_delay` counts from it. */
  readonly lastEndAt?: number;
  /** Past slots that backfills still have to run (P37, backfill). */
  readonly backfillLeft?: number;
  /** Failed runs in a row, and since when. */
  readonly failedInRow: number;
  readonly failingSince?: number;
  /** Only with a failure budget: see `RecentFailures` (P23, failure budget). */
  readonly recentFailures?: number;
  /** The end of the last success; only for a job that must succeed within a time (P25, expectations). */
  readonly lastSuccessEndAt?: number;
  /** Other jobs may have this one as the job that they follow: its ends are noted (P32, chains and gates). */
  readonly isFollowed?: true;
  /** How long the last attempt of the last run took (ms); only for a job with an expected duration. */
  readonly lastTookMs?: number;
  /** When the last pause ended. */
  readonly resumedAt?: number;
  readonly createdBy?: string;
  /** The traceparent (W3C Trace Context) of the request that made the job; edits leave it as it is. */
  readonly trace?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/**
 * A job's live runs, exact up to 2 (`queue` has room for 2), or up to `maxRunning`. Runs that wait for a
 * `run_at` are not live.
 */
export interface LiveRuns {
  /** In the due index, claimed or running; retries included. */
  readonly active: number;
  /** Held for room. */
  readonly waiting: number;
  /** Of a job with `maxRunning`: those of `waiting` that are due. Others wait for their retry. */
  readonly dueWaiting?: number;
  /** When the first of the others is due. */
  readonly nextWaitingAt?: number;
  /** Held by a pause. */
  readonly paused: number;
  /** Claimed or running. Counted only for edits that take room away, and for a job over its room. */
  readonly claimed: number;
  /** Whose own `run_at` has come, and which the planner has not let go yet. */
  readonly dueOwnRuns: number;
  /** Too many live runs, counted now and then: triggers are refused, slots skipped (P7, overlap). */
  readonly isAtCap?: boolean;
  /** The job has its most runs with a future `run_at`. Counted only for a trigger that adds one. */
  readonly isPutOffFull?: boolean;
  /** The earliest own `run_at` still to come. */
  readonly nextOwnRunAt?: number;
  /** Of the jobs that the job's gate names. Read only for a job with a gate. */
  readonly lastSuccesses?: LastSuccesses;
}

export const NO_LIVE_RUNS: LiveRuns = {
  active: 0,
  waiting: 0,
  paused: 0,
  claimed: 0,
  dueOwnRuns: 0,
};

export function liveCount(live: LiveRuns): number {
  return live.active + live.waiting + live.paused;
}

/** The slot to take next. */
export function nextSlotOf({
  nextSlotAt,
  nextRunAt,
}: Pick<Job, 'nextSlotAt' | 'nextRunAt'>): number | undefined {
  return nextSlotAt ?? nextRunAt;
}

/**
 * The job with another slot to take next, or with none: after its last run, it has none (P33, calendars and
 * ends).
 */
export function withNextSlot(job: Job, slot: number | undefined): Job {
  if (slot === undefined || runsLeft(job.schedule, job.runsMade) === 0)
    return without(job, 'nextRunAt', 'nextSlotAt');
  const runs = slotThatRuns(job, slot);
  if (runs === undefined) return { ...without(job, 'nextRunAt'), nextSlotAt: slot };
  const due = assignedTime(job, runs);
  // Most jobs have nothing to take out: then the copy has the same shape, and costs a tenth.
  return due === slot
    ? { ...without(job, 'nextSlotAt'), nextRunAt: due }
    : { ...job, nextRunAt: due, nextSlotAt: slot };
}

/** How many live runs a job has room for (P7, overlap). With `cancel_previous`, a new run ends the others. */
export function roomOf(overlap: Overlap): number {
  switch (overlap) {
    case 'skip':
      return 1;
    case 'queue':
      return 2;
    case 'allow':
    case 'cancel_previous':
      return Number.POSITIVE_INFINITY;
    default:
      return overlap satisfies never;
  }
}

/**
 * How many of them may be active: in the due index, claimed or running (P7, overlap; P29, limits and
 * priority).
 */
export function activeRoomOf({ overlap, maxRunning }: Pick<JobDefinition, 'overlap' | 'maxRunning'>): number {
  return overlap === 'allow' ? (maxRunning ?? Number.POSITIVE_INFINITY) : 1;
}

/** {@link roomOf} for a run of a backfill: it replaces no other (P37, backfill). */
export function backfillRoomOf({ overlap }: Pick<JobDefinition, 'overlap'>): number {
  return overlap === 'cancel_previous' ? 1 : roomOf(overlap);
}

/** An interval without a grid: it counts from the end of the last run (P3, grid). */
export type FixedDelay = Extract<Schedule, { kind: 'interval' }> & { readonly mode: 'fixed_delay' };

export function isFixedDelay(schedule: Schedule): schedule is FixedDelay {
  return schedule.kind === 'interval' && schedule.mode === 'fixed_delay';
}

/** Whether two handlers of the job must never run at one instant (P7, overlap; P3, grid). */
export function mustNotOverlap({ overlap, schedule }: Pick<JobDefinition, 'overlap' | 'schedule'>): boolean {
  return overlap !== 'allow' || isFixedDelay(schedule);
}

/** The fields of a job that are no part of its definition. */
const STATE_FIELDS = keysOf({
  uid: true,
  version: true,
  status: true,
  pause: true,
  needsLevel: true,
  declaration: true,
  anchorAt: true,
  lastSlotAt: true,
  nextRunAt: true,
  nextSlotAt: true,
  windows: true,
  runsMade: true,
  wakeAt: true,
  lastRunAt: true,
  lastStatus: true,
  lastSuccessAt: true,
  lastEndAt: true,
  backfillLeft: true,
  failedInRow: true,
  failingSince: true,
  recentFailures: true,
  lastSuccessEndAt: true,
  lastTookMs: true,
  isFollowed: true,
  resumedAt: true,
  createdBy: true,
  trace: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Readonly<Record<Exclude<keyof Job, keyof JobDefinition>, true>>);

/** The definition of a job without its state. */
export function definitionOf(job: Job): JobDefinition {
  return without(job, ...STATE_FIELDS);
}

/** Equal in value: an edit to it is a no-op, and keeps the version (P16, edit). */
export function sameDefinition(a: JobDefinition, b: JobDefinition): boolean {
  return (
    a.name === b.name &&
    a.description === b.description &&
    a.type === b.type &&
    a.typeVersion === b.typeVersion &&
    a.payload === b.payload &&
    a.overlap === b.overlap &&
    a.catchUp === b.catchUp &&
    a.maxRunning === b.maxRunning &&
    a.timeoutMs === b.timeoutMs &&
    a.expireAfterMs === b.expireAfterMs &&
    a.priority === b.priority &&
    a.maxAttempts === b.maxAttempts &&
    a.backoff.initialMs === b.backoff.initialMs &&
    a.backoff.maxMs === b.backoff.maxMs &&
    a.backoff.factor === b.backoff.factor &&
    a.backoff.jitter === b.backoff.jitter &&
    sameSchedule(a.schedule, b.schedule) &&
    sameGate(a.onlyIf, b.onlyIf) &&
    sameCalendar(a.calendar, b.calendar) &&
    sameWatching(a, b)
  );
}

/** An instant of the job's past; undefined after the clock jumped back to before it (P17, clock). */
export function unlessFuture(at: number | undefined, now: number): number | undefined {
  return at !== undefined && at <= now ? at : undefined;
}
