import type { FinishedRun } from '../../model/run.ts';
import type { StoredJob } from '../stored-job.ts';

/** The operations on history for pruning. */
export interface PruneTables {
  /** Locks at most `limit` jobs with more history than the bounds. `more`: there may be others. */
  lockOverfull(
    bounds: HistoryBounds,
    limit: number,
  ): { readonly jobs: readonly StoredJob[]; readonly more: boolean };
  /** The ids of the first finished runs of each job. */
  firstRuns(toPrune: readonly RunsToPrune[]): readonly number[];
  /**
   * Finds at most `limit` runs that finished before an instant, locks their jobs, and returns the run ids.
   * Leaves out runs whose jobs other transactions have locked. `isFull`: the limit was reached, with those
   * counted.
   */
  lockOldRuns(before: number, limit: number): { readonly ids: readonly number[]; readonly isFull: boolean };
  /**
   * Removes finished runs of locked jobs, with their logs. Dedupe keys keep a copy of their run. Returns the
   * removed runs.
   */
  removeRuns(ids: readonly number[]): readonly RemovedRun[];
  /** Keeps how removed runs of backfills ended (P37, backfill). */
  keepBackfillEnds(runs: readonly RemovedRun[]): void;
  /** Adds removed runs to the hourly counts of their jobs. */
  countInJobHours(runs: readonly RemovedRun[]): void;
  /** Removes at most `limit` rows older than an instant. Returns how many. */
  removeOld(what: OldRows, before: number, limit: number): number;
  /**
   * Removes groups of limits that have no live runs, and at which no claim has looked since an instant. Reads
   * at most `limit` groups. `more`: there may be others.
   */
  removeUnusedGroups(before: number, limit: number): { readonly removed: number; readonly more: boolean };
}

/** How many rows of history a job may have. */
export interface HistoryBounds {
  readonly finished: number;
  readonly skipped: number;
}

/** The first `count` runs of a job: executed runs in the order they were made or ended, or skipped ones. */
export interface RunsToPrune {
  readonly uid: number;
  readonly first: 'made' | 'ended' | 'skipped';
  readonly count: number;
}

export type RemovedRun = Pick<
  FinishedRun,
  | 'jobUid'
  | 'status'
  | 'startedAt'
  | 'finishedAt'
  | 'dueAt'
  | 'trigger'
  | 'scheduledFor'
  | 'catchUp'
  | 'missed'
  | 'queuedAt'
>;

/**
 * `finishedJobs`: jobs become tombstones when their last end, slot and start are older. `tombstones`: those
 * without history, whatever their age. `nodeNames`: names of nodes not seen since, if the store keeps any.
 * `alertDeliveries`: looks only at the `limit` oldest. `checkpoints`: those of runs that are not live,
 * whatever their age.
 */
export type OldRows =
  | 'finishedJobs'
  | 'tombstones'
  | 'dedupeKeys'
  | 'hours'
  | 'jobHours'
  | 'hourBuckets'
  | 'jobHourBuckets'
  | 'backfills'
  | 'checkpoints'
  | 'nodeNames'
  | 'alertDeliveries';
