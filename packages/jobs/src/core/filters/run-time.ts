import { isLiveRun, type Run, type RunTime } from '../model/run.ts';
import { LONGEST_LOOK_BACK_MS } from '../timeline/run-timeline.ts';

/** A range of time of a list of runs, in ms. */
export interface RunTimeRange {
  /** Default: `queued`. */
  readonly time?: RunTime | undefined;
  /** Included. */
  readonly from?: number | undefined;
  /** Excluded. */
  readonly to?: number | undefined;
}

/**
 * Whether a run is in a range. `ran`: it was running at some time of it, as in a timeline; a run that never
 * started counts at its end.
 */
export function isInTime(run: Run, range: RunTimeRange): boolean {
  const { time = 'queued', from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = range;
  const { queuedAt, startedAt, status } = run;
  const ended = isLiveRun(run) ? undefined : run.finishedAt;
  switch (time) {
    case 'queued':
      return queuedAt >= from && queuedAt < to;
    case 'ran':
      if (ended === undefined) return status === 'running' && startedAt !== undefined && startedAt < to;
      return ended >= from && (startedAt ?? ended) < to && queuedAt >= from - LONGEST_LOOK_BACK_MS;
    case 'ended':
      return ended !== undefined && ended >= from && ended < to;
    default:
      return time satisfies never;
  }
}
