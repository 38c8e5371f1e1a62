import type { JobsRead } from '../filters/jobs-read.ts';
import type { Job } from '../model/job.ts';

/** What a forecast needs to know of a job that has slots to come. */
export interface ForecastJob
  extends Pick<
    Job,
    | 'id'
    | 'name'
    | 'type'
    | 'tags'
    | 'schedule'
    | 'calendar'
    | 'windows'
    | 'catchUp'
    | 'status'
    | 'pause'
    | 'anchorAt'
    | 'lastSlotAt'
    | 'runsMade'
    | 'nextRunAt'
    | 'nextSlotAt'
  > {
  /** How long its newest kept runs took that succeeded (ms). Empty if there are none, or none were read. */
  readonly durationsMs: readonly number[];
}

/** Which jobs a forecast reads. */
export interface ForecastJobsRead extends JobsRead {
  /** Only jobs of this type. */
  readonly type?: string | undefined;
  /** The most jobs to read. If there are more, an even sample of about this size is read. */
  readonly most: number;
}

/** The jobs of a forecast, or an even sample of them. */
export interface ForecastJobs {
  readonly jobs: readonly ForecastJob[];
  /** How many jobs have slots to come, those outside the sample included. */
  readonly total: number;
}

/** Uids are spread by the golden ratio, so that a sample of jobs that were made in turns is even. */
export const SAMPLE_PARTS = 65_536;
const SPREAD = 40_503;
const PRIME = 1_048_573;

/**
 * The SQL expression that places a job in one of {@link SAMPLE_PARTS} parts; {@link samplePartOf} in code.
 */
export const SAMPLE_PART = `((uid % ${PRIME}) * ${SPREAD}) % ${SAMPLE_PARTS}`;

export function samplePartOf(uid: number): number {
  return ((uid % PRIME) * SPREAD) % SAMPLE_PARTS;
}

/** Jobs in the parts below this are in the sample. All jobs are, if there are at most `most`. */
export function partsToRead(total: number, most: number): number {
  return total <= most ? SAMPLE_PARTS : Math.ceil((SAMPLE_PARTS * most) / total);
}
