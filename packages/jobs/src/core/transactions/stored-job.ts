import type { Job } from '../model/job.ts';

/** A job's row: the job, and what only the store needs to know of it. */
export interface StoredJob {
  readonly job: Job;
  /** `job.uid` as a number. */
  readonly uid: number;
  /** The store's key of the job's type in the job's version; rules don't use it. */
  readonly typeKey: number;
  /** A tombstone: the job is deleted, its history is not (P13, delete). */
  readonly deletedAt?: number;
  /** Rows of it in history: what retention goes by (P18, bounds). */
  readonly finishedCount: number;
  readonly skippedCount: number;
}
