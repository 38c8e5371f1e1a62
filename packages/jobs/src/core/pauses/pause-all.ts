import { UNTIL_PAST } from '../commands/command-refusals.ts';
import type { Refusal } from '../commands/refusal.ts';
import type { PauseOfAll } from './pause-of-all.ts';

/** What `pauseAll` asks for. */
export interface PauseOfAllInput {
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  readonly until?: number | undefined;
}

/** P36, tags and bulk: whether no node may plan or claim now. */
export function isPausingAll(pause: PauseOfAll | undefined, now: number): boolean {
  return pause !== undefined && (endOf(pause) ?? Number.POSITIVE_INFINITY) > now;
}

/**
 * P36, tags and bulk: the earliest instant at which runs and slots can begin to be late. What was due while
 * all jobs were paused waits since the end of that pause.
 */
export function lateFrom(pause: PauseOfAll | undefined): number | undefined {
  return pause === undefined ? undefined : (endOf(pause) ?? Number.POSITIVE_INFINITY);
}

/** P36, tags and bulk: a second pause replaces the reason and the end of the first. */
export function pauseAllJobs(
  before: PauseOfAll | undefined,
  { reason, by, until }: PauseOfAllInput,
  now: number,
): PauseOfAll | Refusal {
  if (until !== undefined && until <= now) return UNTIL_PAST;
  return {
    at: before !== undefined && isPausingAll(before, now) ? before.at : now,
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
    ...(until === undefined ? {} : { until }),
  };
}

/** P36, tags and bulk: undefined if no pause of all jobs is left to end. */
export function resumeAllJobs(before: PauseOfAll | undefined, now: number): PauseOfAll | undefined {
  return before !== undefined && isPausingAll(before, now) ? { ...before, endedAt: now } : undefined;
}

function endOf({ until, endedAt }: PauseOfAll): number | undefined {
  return endedAt ?? until;
}
