import type { JobsRead } from '../filters/jobs-read.ts';
import type { Cursor, RunView } from './store-views.ts';

export type FailureSort = 'last_seen' | 'count';

/** Which failed runs to group. Times are in ms, and of the ends of runs. */
export interface FailureQuery extends JobsRead {
  /** Included. */
  readonly from: number;
  /** Excluded. */
  readonly to: number;
  readonly jobId?: string | undefined;
  readonly type?: string | undefined;
  /** Only this group. */
  readonly fingerprint?: string | undefined;
  /** Highest first. */
  readonly sort: FailureSort;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: Cursor | undefined;
}

/** Failed runs with one fingerprint. */
export interface FailureGroup {
  readonly fingerprint: string;
  readonly count: number;
  /** How many jobs have such runs. */
  readonly jobCount: number;
  /** The jobs with most of them, at most {@link FAILURE_JOBS}. */
  readonly jobs: readonly FailedJob[];
  /** The types of all these jobs. */
  readonly types: readonly string[];
  readonly firstAt: number;
  readonly lastAt: number;
  /** The newest of the runs, with all of its errors. */
  readonly sample: RunView;
}

export interface FailurePage {
  readonly groups: readonly FailureGroup[];
  readonly next?: Cursor;
  /** Of all pages. */
  readonly groupCount: number;
  /** Of all pages: runs. */
  readonly runCount: number;
  /**
   * The oldest end that was counted, if there were more failures than a read may count. Otherwise absent: all
   * failures since `from` are counted.
   */
  readonly countedFrom?: number;
}

/** A job, and how many of its runs are in a group. */
export interface FailedJob {
  readonly jobId: string;
  readonly jobName: string;
  readonly count: number;
}

/** How many jobs a group names. */
export const FAILURE_JOBS = 5;
/** The most failed runs that one read counts: the newest ones. Counting them takes about 300 ms. */
export const MOST_FAILURES = 50_000;
/** The most groups that one read tells apart: those that were seen last. */
export const MOST_GROUPS = 10_000;
