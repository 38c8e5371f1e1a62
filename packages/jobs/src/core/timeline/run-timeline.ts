import type { JobsRead } from '../filters/jobs-read.ts';
import type { FinishedStatus, RunReason } from '../model/run.ts';
import type { TimeInput } from '../time/time-input.ts';

export type TimelineBy = 'job' | 'node';
export type TimelineSort = 'failed' | 'runs';
/** The statuses of runs that a timeline shows: all but `queued`. */
export type TimelineStatus = FinishedStatus | 'running';

/** Which runs a timeline shows: those that were running at some time of the window. Times are in ms. */
export interface TimelineQuery extends JobsRead {
  readonly by: TimelineBy;
  readonly now: number;
  /** Included. */
  readonly from: number;
  /** Excluded. */
  readonly to: number;
  /** The width of a column. */
  readonly stepMs: number;
  readonly type?: string | undefined;
  /** Only runs of jobs whose id or name contains this text, in any case. */
  readonly q?: string | undefined;
  /** Highest first. */
  readonly sort: TimelineSort;
  /** Most rows. */
  readonly limit: number;
}

/** Runs that reach from one column into another one: how many of one status. */
export interface TimelineSpan {
  /** The index of a column, from 0. */
  readonly first: number;
  /** At least `first`. */
  readonly last: number;
  readonly status: TimelineStatus;
  readonly count: number;
}

export interface TimelineRun {
  readonly id: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly status: TimelineStatus;
  readonly reason?: RunReason;
  readonly startedAt: number;
  /** Absent while it runs. */
  readonly finishedAt?: number;
}

/** Runs of one hour whose rows were pruned. */
export interface TimelineHour {
  /** Its start (ms). */
  readonly at: number;
  readonly status: FinishedStatus;
  readonly count: number;
}

export interface TimelineJob {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly isDeleted: boolean;
}

/** The runs of one job, or those that one node ran. */
export interface TimelineRow {
  readonly job?: TimelineJob;
  readonly node?: string;
  /** Of all runs of the row, those without a start and pruned ones included. */
  readonly counts: Readonly<Record<TimelineStatus, number>>;
  readonly spans: readonly TimelineSpan[];
  /** Newest first. Absent if there are more than {@link MOST_TIMELINE_RUNS}: then `spans` say how many. */
  readonly runs?: readonly TimelineRun[];
  /** Only of a job. */
  readonly hours: readonly TimelineHour[];
  /** If the row has more runs than one read looks at: only those since this time are in it (ms). */
  readonly countedFrom?: number;
}

export interface TimelineRows {
  readonly rows: readonly TimelineRow[];
  /** How many jobs or nodes have runs in the window, as far as they were counted. */
  readonly rowCount: number;
  /**
   * If the window has more runs than one read looks at: rows are chosen, and rows of nodes are counted, from
   * the runs since this time (ms).
   */
  readonly countedFrom?: number;
}

/** How many runs were running during a column, by status. */
export interface TimelineColumn {
  /** Its index, from 0. */
  readonly step: number;
  readonly counts: Readonly<Partial<Record<TimelineStatus, number>>>;
}

/** A row as the engine answers with it. */
export interface RunTimelineRow extends Omit<TimelineRow, 'spans'> {
  /** Without `runs`: the columns in which runs were running, oldest first. A run counts in each. */
  readonly columns?: readonly TimelineColumn[];
}

/** What the engine answers with. */
export interface RunTimeline extends Omit<TimelineRows, 'rows'> {
  readonly rows: readonly RunTimelineRow[];
  readonly now: number;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly by: TimelineBy;
}

/** Which runs `runTimeline` shows. */
export interface RunTimelineQuery extends JobsRead {
  /** A row for each job, or for each node. Default: `job`. */
  readonly by?: TimelineBy | undefined;
  /** Default: an hour before `to`. */
  readonly from?: TimeInput | number | undefined;
  /** Default: now. */
  readonly to?: TimeInput | number | undefined;
  /** Into how many columns the window is divided, 1 to 500. Default: 120. */
  readonly steps?: number | undefined;
  readonly type?: string | undefined;
  /** Only runs of jobs whose id or name contains this text, in any case. */
  readonly q?: string | undefined;
  /** Most failures first, or most runs first. Default: `failed`. */
  readonly sort?: TimelineSort | undefined;
  /** Most rows, 1 to 100. Default: 20. */
  readonly limit?: number | undefined;
}

/** A row with at most this many runs lists each of them. */
export const MOST_TIMELINE_RUNS = 100;
/** The most finished runs of one job that a read looks at: the newest ones of the window. */
export const MOST_RUNS_OF_JOB = 1_000;
/** The most finished runs that a read looks at to choose the rows: the newest ones of the window. */
export const MOST_RUNS_TO_RANK = 100_000;
/** A run that was queued longer than this before the window is not in it, unless it still runs. */
export const LONGEST_LOOK_BACK_MS = 24 * 3_600_000;
