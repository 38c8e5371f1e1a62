import type { JobsRead } from '../filters/jobs-read.ts';
import type { TimeInput } from '../time/time-input.ts';
import type { Clash, QuietTime } from './busy-times.ts';
import type { ForecastJob } from './forecast-job.ts';

export interface ForecastWindow {
  readonly now: number;
  /** Start of the first step (ms). */
  readonly from: number;
  readonly steps: number;
  readonly stepMs: number;
  /** Most jobs to list. */
  readonly listed: number;
  /** The end of the pause of all jobs (ms); Infinity: it has none. Absent: there is no such pause. */
  readonly pausedUntil?: number | undefined;
}

/** What begins in one step of the window. */
export interface ForecastStep {
  /** Its start (ms). */
  readonly at: number;
  readonly runs: number;
  /** How long these runs will take together, as runs have usually taken (ms). */
  readonly busyMs: number;
  /** Runs that paused jobs would add, and all jobs during a pause of all. */
  readonly pausedRuns: number;
  /** The start of the minute that has the fewest runs in and around it, and is not past. */
  readonly quietAt: number;
  /** Whether one of its minutes is a clash. */
  readonly hasClash: boolean;
}

export interface ForecastType {
  readonly type: string;
  readonly runs: number;
  /** The median of kept runs that succeeded (ms). */
  readonly typicalMs?: number;
  /** Runs in each step. */
  readonly bySteps: readonly number[];
}

export interface ForecastTag extends Omit<ForecastType, 'type' | 'typicalMs'> {
  readonly tag: string;
}

export interface ForecastJobRuns extends Pick<ForecastJob, 'id' | 'name' | 'type'> {
  readonly runs: number;
  /** The start of the minute of its first run in the window. */
  readonly firstAt: number;
  readonly typicalMs?: number;
  readonly isPaused: boolean;
}

/** Runs to come, as schedules and kept runs foretell them (P38, forecast). Instants and durations are ms. */
export interface Forecast {
  readonly now: number;
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** True: the figures are estimates from `jobsCounted` of `jobs` jobs. */
  readonly sampled: boolean;
  /** Jobs with slots to come; paused jobs included. */
  readonly jobs: number;
  readonly jobsCounted: number;
  /** Jobs left out, because their slots can't be computed, such as in a time zone that is not known here. */
  readonly jobsFailed: number;
  readonly runs: number;
  readonly busyMs: number;
  readonly paused: { readonly jobs: number; readonly runs: number };
  readonly steps: readonly ForecastStep[];
  /** With the most runs first. */
  readonly types: readonly ForecastType[];
  readonly tags: readonly ForecastTag[];
  /** The mean of all minutes of the window. */
  readonly runsPerMinute: number;
  readonly clashes: readonly Clash[];
  readonly quiet: readonly QuietTime[];
  /** The jobs with the most runs in the window, if they were asked for. */
  readonly listed: readonly ForecastJobRuns[];
}

/** Which jobs and hours to look at. */
export interface ForecastQuery extends JobsRead {
  /** Only jobs of this type. */
  readonly type?: string | undefined;
  /** Default: now. The window begins with the step that contains it. */
  readonly from?: TimeInput | number | undefined;
  /** Default: 168, a week. At most 744; at most 24 with `step: 'minute'`. */
  readonly hours?: number | undefined;
  /** Default: `hour`. */
  readonly step?: 'minute' | 'hour' | undefined;
  /** Most jobs to list, at most 1,000. Default: 0. */
  readonly jobs?: number | undefined;
}
