import type { Job } from '../../core/model/job.ts';
import type { FinishedStatus } from '../../core/model/run.ts';
import {
  BUCKET_BOUNDS_MS,
  bucketOf,
  dueAtOf,
  type Measure,
  UNMEASURED,
} from '../../core/rules/run-measures.ts';
import { HOUR_MS, hourOf } from './hours.ts';

/** How many runs of an hour have a value in a bucket. */
export interface HourBucket {
  /** Start of the hour (ms). */
  readonly hour: number;
  readonly measure: Measure;
  readonly bucket: number;
  readonly count: number;
}

/** {@link HourBucket} of the jobs that a subject names. */
export interface SubjectHour extends HourBucket {
  readonly subject: string;
}

/** The subject of all jobs. */
export const ALL_JOBS = '';
const TYPE = 'type:';
const TAG = 'tag:';
export const subjectOfType = (type: string): string => `${TYPE}${type}`;
export const subjectOfTag = (tag: string): string => `${TAG}${tag}`;

/** What is counted of a run. */
export interface CountedRun {
  readonly status: FinishedStatus;
  readonly startedAt?: number;
  readonly finishedAt: number;
}

const MEASURES: readonly Measure[] = ['succeeded', 'failed', 'cancelled', 'skipped', 'lateness'];
/** The places of one measure: its buckets, and one before them for runs without a duration. */
const PLACES = BUCKET_BOUNDS_MS.length + 1;
const PLACE_OF_MEASURE: Readonly<Record<Measure, number>> = {
  succeeded: 0,
  failed: PLACES,
  cancelled: 2 * PLACES,
  skipped: 3 * PLACES,
  lateness: 4 * PLACES,
};

/** The bucket of a run's duration. */
export function durationBucket({ startedAt, finishedAt }: Omit<CountedRun, 'status'>): number {
  return startedAt === undefined ? UNMEASURED : bucketOf(finishedAt - startedAt);
}

/** The buckets that a finished run counts in, each once. */
export function bucketsOf(run: CountedRun & Parameters<typeof dueAtOf>[0]): HourBucket[] {
  const hour = hourOf(run.finishedAt);
  const ended = { hour, measure: run.status, bucket: durationBucket(run), count: 1 };
  if (run.startedAt === undefined) return [ended];
  return [ended, { hour, measure: 'lateness', bucket: bucketOf(run.startedAt - dueAtOf(run)), count: 1 }];
}

type Counts = Map<number, number>;

/** The counts of an hour, by the place of measure and bucket. */
interface Hour {
  readonly types: Map<string, Counts>;
  readonly tags: Map<string, Counts>;
}

/** Counts the finished runs of a transaction by hour, in memory, so that each count is written once (P18). */
export class HourTally {
  #hours = new Map<number, Hour>();

  /** `dueAt`: when the last attempt was due. */
  add({ type, tags }: Pick<Job, 'type' | 'tags'>, run: CountedRun, dueAt: number): void {
    const hour = this.#hourOf(run.finishedAt);
    const ended = PLACE_OF_MEASURE[run.status] + 1 + durationBucket(run);
    const late =
      run.startedAt === undefined
        ? undefined
        : PLACE_OF_MEASURE.lateness + 1 + bucketOf(run.startedAt - dueAt);
    count(hour.types, type, ended, late);
    if (tags !== undefined) for (const tag of tags) count(hour.tags, tag, ended, late);
  }

  /** All counts since the last call, ordered by subject, hour, measure and bucket. */
  take(): SubjectHour[] {
    if (this.#hours.size === 0) return [];
    const rows: SubjectHour[] = [];
    for (const [number, { types, tags }] of this.#hours) {
      const hour = number * HOUR_MS;
      const all: Counts = new Map();
      for (const [type, counts] of types) {
        push(rows, { subject: subjectOfType(type), hour }, counts);
        // Each run has one type.
        for (const [place, n] of counts) increase(all, place, n);
      }
      for (const [tag, counts] of tags) push(rows, { subject: subjectOfTag(tag), hour }, counts);
      push(rows, { subject: ALL_JOBS, hour }, all);
    }
    this.#hours = new Map();
    return rows.sort(inKeyOrder);
  }

  /** Adds what {@link take} returned, because it could not be written. */
  putBack(rows: readonly SubjectHour[]): void {
    for (const { subject, hour, measure, bucket, count: n } of rows) {
      const { types, tags } = this.#hourOf(hour);
      const place = PLACE_OF_MEASURE[measure] + 1 + bucket;
      if (subject.startsWith(TYPE)) increase(countsOf(types, subject.slice(TYPE.length)), place, n);
      else if (subject.startsWith(TAG)) increase(countsOf(tags, subject.slice(TAG.length)), place, n);
    }
  }

  #hourOf(at: number): Hour {
    const number = Math.floor(at / HOUR_MS);
    let hour = this.#hours.get(number);
    if (hour === undefined) {
      hour = { types: new Map(), tags: new Map() };
      this.#hours.set(number, hour);
    }
    return hour;
  }
}

function count(counted: Map<string, Counts>, name: string, ended: number, late: number | undefined): void {
  const counts = countsOf(counted, name);
  increase(counts, ended, 1);
  if (late !== undefined) increase(counts, late, 1);
}

function countsOf(counted: Map<string, Counts>, name: string): Counts {
  let counts = counted.get(name);
  if (counts === undefined) {
    counts = new Map();
    counted.set(name, counts);
  }
  return counts;
}

function increase(counts: Counts, place: number, by: number): void {
  counts.set(place, (counts.get(place) ?? 0) + by);
}

function push(rows: SubjectHour[], of: Pick<SubjectHour, 'subject' | 'hour'>, counts: Counts): void {
  for (const [place, n] of counts) {
    const measure = MEASURES[Math.floor(place / PLACES)];
    if (measure === undefined) throw new Error(`${place} is the place of no measure`);
    rows.push({ ...of, measure, bucket: (place % PLACES) - 1, count: n });
  }
}

/** All transactions write in this order, so that no two of them wait for each other. */
function inKeyOrder(a: SubjectHour, b: SubjectHour): number {
  if (a.subject !== b.subject) return a.subject < b.subject ? -1 : 1;
  if (a.hour !== b.hour) return a.hour - b.hour;
  if (a.measure !== b.measure) return a.measure < b.measure ? -1 : 1;
  return a.bucket - b.bucket;
}
