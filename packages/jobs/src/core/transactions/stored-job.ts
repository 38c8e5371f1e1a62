import type { Job } from '../model/job.ts';

/** A job's row: the job, and columns that only the store needs. */
export interface StoredJob {
  readonly job: Job;
  /** `job.uid` as a number. */
  readonly uid: number;
  /** The store's key for the type of the job and its version. Rules do not use it. */
  readonly typeKey: number;
  /** Set on a tombstone: the job is deleted, but its history remains (P13, delete). */
  readonly deletedAt?: number;
  /** The number of its rows in history. Retention uses these counts (P18, bounds). */
  readonly finishedCount: number;
  readonly skippedCount: number;
}
