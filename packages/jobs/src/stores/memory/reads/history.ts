import { isOfAllJobs, isReadOf } from '../../../core/filters/jobs-read.ts';
import type { FinishedRun } from '../../../core/model/run.ts';
import type { HistoryCount, HistoryQuery, HourCount } from '../../../core/store/store-views.ts';
import { ALL_JOBS, bucketsOf, type HourBucket, subjectOfTag, subjectOfType } from '../../rows/hour-tally.ts';
import { HOUR_MS, newestHoursFirst } from '../../rows/hours.ts';
import type { MemoryDatabase } from '../memory-database.ts';

/** The finished runs of some jobs by hour: the pruned runs as they were counted, and those that are kept. */
export function hoursOf(db: MemoryDatabase, isOneOf: (uid: number) => boolean): readonly HourBucket[] {
  const pruned = [...db.jobHourBuckets.values()].filter(({ subject }) => isOneOf(Number(subject)));
  return [...pruned, ...runsOf(db, isOneOf).flatMap(bucketsOf)];
}

function runsOf(db: MemoryDatabase, isOneOf: (uid: number) => boolean): FinishedRun[] {
  return [...db.runs.values()].filter(({ jobUid }) => isOneOf(Number(jobUid)));
}

export function historyOf(db: MemoryDatabase, query: HistoryQuery): readonly HistoryCount[] | undefined {
  const { jobId, idPrefix, anyTag, type, tag, from, to, stepMs } = query;
  const scope = { idPrefix, anyTag };
  const uid = jobId === undefined ? undefined : db.findJob(jobId)?.uid;
  if (jobId !== undefined && uid === undefined) return undefined;
  const isOneOf = (other: number) => {
    const { job } = db.requireJob(other);
    const isOfSubject = (uid ?? other) === other && (type ?? job.type) === job.type;
    return isOfSubject && isReadOf({ ...scope, tags: tag === undefined ? [] : [tag] }, job);
  };
  const subject = type !== undefined ? subjectOfType(type) : tag !== undefined ? subjectOfTag(tag) : ALL_JOBS;
  // By the end of each run, if the steps are shorter than an hour.
  const byEnd = () =>
    runsOf(db, isOneOf).flatMap((run) => bucketsOf(run).map((row) => ({ ...row, hour: run.finishedAt })));
  const rows: readonly HourBucket[] =
    stepMs < HOUR_MS
      ? byEnd()
      : uid !== undefined || !isOfAllJobs(scope)
        ? hoursOf(db, isOneOf)
        : [...db.hourBuckets.values()].filter((row) => row.subject === subject);
  const counts = new Map<string, HistoryCount>();
  for (const { hour, measure, bucket, count } of rows) {
    if (hour < from || hour >= to) continue;
    const step = Math.floor((hour - from) / stepMs);
    const key = `${step} ${measure} ${bucket}`;
    counts.set(key, { step, measure, bucket, count: count + (counts.get(key)?.count ?? 0) });
  }
  return [...counts.values()];
}

export function hourCounts(rows: readonly HourBucket[], first: number): readonly HourCount[] {
  const counts = new Map<string, HourCount>();
  for (const { hour, measure, count } of rows) {
    if (hour < first || measure === 'lateness') continue;
    const key = `${hour} ${measure}`;
    counts.set(key, { hour, status: measure, count: count + (counts.get(key)?.count ?? 0) });
  }
  return newestHoursFirst([...counts.values()]);
}
