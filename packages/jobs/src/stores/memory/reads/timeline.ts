import { isOfAllJobs, isReadOf } from '../../../core/filters/jobs-read.ts';
import { isInTime } from '../../../core/filters/run-time.ts';
import { type FinishedRun, isLiveRun, type LiveRun } from '../../../core/model/run.ts';
import {
  MOST_TIMELINE_RUNS,
  type TimelineJob,
  type TimelineQuery,
  type TimelineRow,
  type TimelineRows,
  type TimelineRun,
} from '../../../core/timeline/run-timeline.ts';
import { columnsOf } from '../../../core/timeline/timeline-columns.ts';
import { hourOf } from '../../rows/hours.ts';
import { timelineRows } from '../../rows/runs/timeline-rows.ts';
import type { MemoryDatabase } from '../memory-database.ts';

type AnyRun = FinishedRun | LiveRun;

/** The runs of a window by job or by node. */
export function timelineIn(db: MemoryDatabase, query: TimelineQuery): TimelineRows {
  const { by, limit } = query;
  const keyOf = (run: AnyRun) => (by === 'job' ? Number(run.jobUid) : nodeOf(run));
  const runs = runsIn(db, query).filter((run) => keyOf(run) !== undefined);
  const byKey = Map.groupBy(runs, (run) => keyOf(run) ?? '');
  const keys = [...new Set([...byKey.keys(), ...(by === 'job' ? chosenJobs(db, query) : [])])];
  const counted = runs.map((run) => ({
    key: keyOf(run) ?? '',
    node: nodeOf(run) ?? 'unknown',
    span: spanOf(run, query),
  }));
  const jobs = by === 'job' ? new Map(keys.map((key) => [key, jobOf(db, Number(key))])) : undefined;
  const hours = by === 'job' ? prunedHours(db, query, keys) : [];
  const rows = timelineRows({ query, keys, counted, jobs, hours });
  return {
    rows: rows.slice(0, limit).map(({ key, ...row }) => withRuns(db, row, byKey.get(key) ?? [])),
    rowCount: rows.length,
  };
}

function runsIn(db: MemoryDatabase, query: TimelineQuery): readonly AnyRun[] {
  const { from, to } = query;
  const all = [...[...db.live.values()].map(({ run }) => run), ...db.runs.values()];
  return all.filter(
    (run) => isInTime(run, { time: 'ran', from, to }) && isMeant(db, Number(run.jobUid), query),
  );
}

function isMeant(db: MemoryDatabase, uid: number, { type, q, ...which }: TimelineQuery): boolean {
  const { job } = db.requireJob(uid);
  const has = (text: string) => q === undefined || text.toLowerCase().includes(q.toLowerCase());
  return isReadOf(which, job) && (type ?? job.type) === job.type && (has(job.id) || has(job.name));
}

/** Jobs that the filters name, which may have pruned runs alone. */
function chosenJobs(db: MemoryDatabase, query: TimelineQuery): readonly number[] {
  if (query.type === undefined && query.q === undefined && isOfAllJobs(query)) return [];
  return [...db.jobs.keys()].filter((uid) => isMeant(db, uid, query));
}

function jobOf(db: MemoryDatabase, uid: number): TimelineJob {
  const { job, deletedAt } = db.requireJob(uid);
  return { id: job.id, name: job.name, type: job.type, isDeleted: deletedAt !== undefined };
}

function nodeOf(run: AnyRun): string | undefined {
  return isLiveRun(run) ? run.claim?.node : run.node;
}

function spanOf(run: AnyRun, query: TimelineQuery) {
  const status = isLiveRun(run) ? ('running' as const) : run.status;
  const { startedAt } = run;
  const endedAt = isLiveRun(run) ? query.now : run.finishedAt;
  if (startedAt === undefined) return { first: -1, last: 0, status, count: 1 };
  return { ...columnsOf(query, startedAt, endedAt), status, count: 1 };
}

function prunedHours(db: MemoryDatabase, { from, to }: TimelineQuery, keys: readonly (number | string)[]) {
  const isAsked = new Set(keys.map(Number));
  return [...db.jobHourBuckets.values()]
    .filter(({ subject, hour }) => isAsked.has(Number(subject)) && hour >= hourOf(from) && hour < to)
    .map(({ subject, hour, measure, count }) => ({ key: Number(subject), at: hour, measure, count }))
    .sort((a, b) => a.at - b.at);
}

function withRuns(db: MemoryDatabase, row: TimelineRow, runs: readonly AnyRun[]): TimelineRow {
  const started = runs.flatMap((run) => runOf(db, run));
  if (started.length > MOST_TIMELINE_RUNS) return row;
  return { ...row, runs: started.sort((a, b) => Number(b.id) - Number(a.id)) };
}

function runOf(db: MemoryDatabase, run: AnyRun): TimelineRun[] {
  const { id, jobUid, startedAt } = run;
  if (startedAt === undefined) return [];
  const { id: jobId, name: jobName } = db.requireJob(jobUid).job;
  const which = { id, jobId, jobName, startedAt };
  if (isLiveRun(run)) return [{ ...which, status: 'running' }];
  const { status, reason, finishedAt } = run;
  return [{ ...which, status, finishedAt, ...(reason === undefined ? {} : { reason }) }];
}
