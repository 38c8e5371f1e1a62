import { type Job, type LiveRuns, liveCount, roomOf } from '../model/job.ts';
import { isBackfillRun, type LiveRun, type RunOrigin } from '../model/run.ts';
import { without } from '../objects.ts';

type NewRun = Pick<RunOrigin, 'trigger' | 'catchUp' | 'missed'> & Pick<LiveRun, 'availableAt' | 'expiresAt'>;

/**
 * P35, expiry: until when a new run may start. It counts from when the run is due, or from now if that is
 * later. Runs of a backfill never expire: somebody asked for their slots.
 */
export function withExpiry<Run extends NewRun>(run: Run, { expireAfterMs }: Job, now: number): Run {
  if (expireAfterMs === undefined || isBackfillRun(run)) return run;
  return { ...run, expiresAt: Math.max(run.availableAt, now) + expireAfterMs };
}

/** P35, expiry: whether a run may not start any more. */
export function isExpired({ expiresAt }: Pick<LiveRun, 'expiresAt'>, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** A run that was claimed after its time: its node would have skipped it, so its handler has not started. */
export function notStartedIfLate(run: LiveRun): LiveRun {
  return run.startedAt !== undefined && isExpired(run, run.startedAt) ? without(run, 'claim') : run;
}

/** P35, expiry: whether a new run of the job may need the room of expired ones. */
export function mayNeedRoomOfExpired({ expireAfterMs, overlap }: Job, live: LiveRuns): boolean {
  return expireAfterMs !== undefined && liveCount(live) >= roomOf(overlap);
}
