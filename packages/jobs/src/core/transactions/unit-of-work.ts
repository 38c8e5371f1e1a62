import type { FinishedRun, LiveRun } from '../model/run.ts';
import { without } from '../objects.ts';
import type { NewRun, SkippedRun } from '../rules/decision.ts';
import type { StoredJob } from './stored-job.ts';

/**
 * One transaction under way: the jobs that it has locked, and what it has decided and not written yet. Writes
 * are gathered, so that a store can write each table once, however many jobs and runs they are about.
 */
export interface UnitOfWork {
  readonly now: number;
  /** The locked jobs as they are now, by uid. */
  readonly jobs: Map<number, StoredJob>;
  /** Those that differ from what is written, as they were. */
  readonly unsaved: Map<number, StoredJob>;
  /** Runs to be made; the store gives them ids when it writes them. */
  readonly toMake: RunToMake[];
  /** The live runs that were made, in order. */
  readonly queued: LiveRun[];
  /** Slots that were skipped and runs that were cancelled, in order. */
  readonly finished: FinishedRun[];
}

export type RunToMake = RunToQueue | RunToSkip;

export interface RunToQueue {
  readonly kind: 'queue';
  readonly run: NewRun;
  readonly job: StoredJob;
  /** It is claimed from the start. */
  readonly claim?: { readonly node: string; readonly started: boolean };
}

export interface RunToSkip {
  readonly kind: 'skip';
  readonly skip: SkippedRun;
  readonly job: StoredJob;
}

export function createUnitOfWork(now: number): UnitOfWork {
  return { now, jobs: new Map(), unsaved: new Map(), toMake: [], queued: [], finished: [] };
}

/** A job that this transaction has locked. */
export function lockedJob(unit: UnitOfWork, uid: number): StoredJob {
  const stored = unit.jobs.get(uid);
  if (stored === undefined) throw new Error(`job ${uid} is not locked`);
  return stored;
}

/** Changes a locked job; the next write saves it. */
export function saveJob(unit: UnitOfWork, after: StoredJob): void {
  const before = lockedJob(unit, after.uid);
  if (before === after) return;
  if (!unit.unsaved.has(after.uid)) unit.unsaved.set(after.uid, before);
  unit.jobs.set(after.uid, after);
}

/** The live run that is made of one to queue; `fence`: of its claim, if it is claimed from the start. */
export function withClaim(run: LiveRun, { claim }: RunToQueue, fence: number | undefined): LiveRun {
  if (claim === undefined || fence === undefined) return run;
  const claimed = { ...run, claim: { node: claim.node, fence } };
  return claim.started ? { ...claimed, status: 'running', startedAt: run.queuedAt } : claimed;
}

/** A run as it was made, before a claim that came with it. */
export function asMade(run: LiveRun): LiveRun {
  return run.claim === undefined ? run : { ...without(run, 'claim', 'startedAt'), status: 'queued' };
}
