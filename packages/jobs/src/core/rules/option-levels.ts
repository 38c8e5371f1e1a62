import type { Job, JobDefinition } from '../model/job.ts';
import { boundsOf } from '../schedule/schedule.ts';

/**
 * Whether a job uses an option that came with a level of this library (P22, types and deploys). A version
 * that adds an option which decides about slots or runs adds one function. Released functions never change.
 */
const LEVELS: readonly ((definition: JobDefinition) => boolean)[] = [
  ({ schedule, overlap, ...options }) => {
    const { endAt, maxRuns, spreadMs } = boundsOf(schedule);
    const { onlyIf, calendar, expireAfterMs, priority, maxRunning } = options;
    const isNewKind = schedule.kind === 'rrule' || schedule.kind === 'after' || overlap === 'cancel_previous';
    return (
      isNewKind ||
      [endAt, maxRuns, spreadMs, onlyIf, calendar, expireAfterMs, priority, maxRunning].some(
        (value) => value !== undefined,
      )
    );
  },
];

/** The level of this version: it knows all options of this level and of the levels below. */
export const LEVEL = LEVELS.length;

/** The lowest level that knows all options of a job. 0: the options of the first version. */
export function levelOf(definition: JobDefinition): number {
  return LEVELS.findLastIndex((isUsedBy) => isUsedBy(definition)) + 1;
}

/** Whether a newer version has given the job an option that this version does not know. */
export function needsNewerVersion(job: Pick<Job, 'needsLevel'>): boolean {
  return needsLevelAbove(LEVEL, job);
}

/** {@link needsNewerVersion} for a version of this level. */
export function needsLevelAbove(level: number, { needsLevel = 0 }: Pick<Job, 'needsLevel'>): boolean {
  return needsLevel > level;
}
