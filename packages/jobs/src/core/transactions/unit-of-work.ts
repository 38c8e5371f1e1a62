import type { RaisedAlert } from '../alerts/alert.ts';
import type { PausedJob } from '../model/job.ts';
import type { FinishedRun, LiveRun } from '../model/run.ts';
import { without } from '../objects.ts';
import type { NewRun, SkippedRun } from '../rules/decision.ts';
import type { EndEffects } from '../store/store-passes.ts';
import { type LimitsByType, NO_TYPE_LIMITS } from '../type-limits/type-limits.ts';
import type { StoredJob } from './stored-job.ts';

/**
 * One transaction in progress: the jobs that it has locked, and its decisions that are not written yet. It
 * collects all writes, so that a store writes each table once.
 */
export interface UnitOfWork {
  readonly now: number;
  /** Of the types that have limits, or whose runs may still be in groups (P29, limits and priority). */
  readonly limits: LimitsByType;
  /** The locked jobs with all changes so far, by uid. */
  readonly jobs: Map<number, StoredJob>;
  /** Jobs with unwritten changes, as they were last written. */
  readonly unsaved: Map<number, StoredJob>;
  /** Runs to make. The store assigns their ids when it writes them. */
  readonly toMake: RunToMake[];
  /** The live runs that were made, in order. */
  readonly queued: LiveRun[];
  /** Skipped slots and cancelled runs, in order. */
  readonly finished: FinishedRun[];
  /** What this transaction made true, for the outbox. */
  readonly alerts: RaisedAlert[];
  /** The jobs whose failure budget is used up by ends in this transaction. */
  readonly paused: PausedJob[];
  /** Ends were noted that this transaction does not turn into runs of other jobs (P32, chains and gates). */
  hasEnds: boolean;
}

export type RunToMake = RunToQueue | RunToSkip;

export interface RunToQueue {
  readonly kind: 'queue';
  readonly run: NewRun;
  readonly job: StoredJob;
  /** Set if the run is made as already claimed. */
  readonly claim?: { readonly node: string; readonly started: boolean };
}

export interface RunToSkip {
  readonly kind: 'skip';
  readonly skip: SkippedRun;
  readonly job: StoredJob;
}

export function createUnitOfWork(now: number, limits = NO_TYPE_LIMITS): UnitOfWork {
  return {
    now,
    limits,
    jobs: new Map(),
    unsaved: new Map(),
    toMake: [],
    queued: [],
    finished: [],
    alerts: [],
    paused: [],
    hasEnds: false,
  };
}

/** Whether the runs of a locked job may be in groups (P29, limits and priority). */
export function isLimited({ limits, jobs }: UnitOfWork, uid: number): boolean {
  const type = limits.size === 0 ? undefined : jobs.get(uid)?.job.type;
  return type !== undefined && limits.has(type);
}

/** Of all jobs, or of one: commands that share a transaction share its unit of work, too. */
export function effectsOf({ paused, hasEnds }: UnitOfWork, ofJob?: string): EndEffects {
  const own = ofJob === undefined ? paused : paused.filter(({ jobId }) => jobId === ofJob);
  return { ...(own.length === 0 ? {} : { paused: own }), ...(hasEnds ? { hasEnds } : {}) };
}

/** A job that this transaction has locked. */
export function lockedJob(unit: UnitOfWork, uid: number): StoredJob {
  const stored = unit.jobs.get(uid);
  if (stored === undefined) throw new Error(`job ${uid} is not locked`);
  return stored;
}

/** Changes a locked job. The next write saves the change. */
export function saveJob(unit: UnitOfWork, after: StoredJob): void {
  const before = lockedJob(unit, after.uid);
  if (before === after) return;
  if (!unit.unsaved.has(after.uid)) unit.unsaved.set(after.uid, before);
  unit.jobs.set(after.uid, after);
}

/** The live run to store for a run to queue. `fence`: the fence of its claim, if it is made claimed. */
export function withClaim(run: LiveRun, { claim }: RunToQueue, fence: number | undefined): LiveRun {
  if (claim === undefined || fence === undefined) return run;
  const claimed = { ...run, claim: { node: claim.node, fence } };
  return claim.started ? { ...claimed, status: 'running', startedAt: run.queuedAt } : claimed;
}

/** The run as it was before the claim that it was made with. */
export function asMade(run: LiveRun): LiveRun {
  return run.claim === undefined ? run : { ...without(run, 'claim', 'startedAt'), status: 'queued' };
}
