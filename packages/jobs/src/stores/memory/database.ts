import { StoreError } from '../../core/model/errors.ts';
import type { FinishedRun, LiveRun, Run } from '../../core/model/run.ts';
import type { LogLine } from '../../core/store/store-passes.ts';
import type { AuditRow, HourCount } from '../../core/store/store-views.ts';
import type { StoredJob } from '../../core/transactions/stored-job.ts';
import { hourOf } from '../rows/hours.ts';

/** A live run, and the version of its job's type that may claim it (P22, types and deploys). */
export interface LiveRow {
  readonly run: LiveRun;
  readonly typeVersion: number;
  /** A slot that no claim took as it was made, or that was put back. */
  readonly slotHasWaited: boolean;
}

/** What a dedupe key made, and the run as it was when its row was pruned. */
export interface DedupeRow {
  readonly uid: number;
  readonly key: string;
  readonly runId: number;
  readonly at: number;
  readonly pruned?: Run;
}

/** `uid`: of one job. */
export interface HourRow extends HourCount {
  readonly uid?: number;
}

/** The tables of one or more stores in a process. They are gone with it. */
export type MemoryDatabase = ReturnType<typeof createMemoryDatabase>;

export function createMemoryDatabase() {
  return {
    jobs: new Map<number, StoredJob>(),
    live: new Map<number, LiveRow>(),
    runs: new Map<number, FinishedRun>(),
    logs: new Map<number, readonly LogLine[]>(),
    dedupeKeys: new Map<string, DedupeRow>(),
    hours: new Map<string, HourRow>(),
    jobHours: new Map<string, HourRow>(),
    audit: [] as AuditRow[],
    /** The last id given: jobs, runs, fences and audit rows share one sequence. */
    lastId: 0,
  };
}

export function nextId(db: MemoryDatabase): number {
  db.lastId += 1;
  return db.lastId;
}

/** Writes a job. Rejects a row that the rules never make, as the CHECKs of the other stores do. */
export function putJob(db: MemoryDatabase, stored: StoredJob): void {
  const { maxAttempts } = stored.job;
  if (maxAttempts < 1) throw new StoreError('unavailable', `a job can't have ${maxAttempts} attempts`);
  db.jobs.set(stored.uid, stored);
}

/** The job that has this id now. */
export function findJob(db: MemoryDatabase, id: string): StoredJob | undefined {
  return [...db.jobs.values()].find(({ job, deletedAt }) => job.id === id && deletedAt === undefined);
}

export function requireJob(db: MemoryDatabase, uid: number): StoredJob {
  const stored = db.jobs.get(uid);
  if (stored === undefined) throw new Error(`a run belongs to no job (uid ${uid})`);
  return stored;
}

export function findRun(db: MemoryDatabase, runId: string): Run | undefined {
  return db.live.get(Number(runId))?.run ?? db.runs.get(Number(runId));
}

/** The live runs of a job, in the order in which they were made. */
export function liveRowsOf(db: MemoryDatabase, uid: number): readonly LiveRow[] {
  return [...db.live.values()].filter(({ run }) => Number(run.jobUid) === uid);
}

export function changeRun(db: MemoryDatabase, runId: string, change: (row: LiveRow) => LiveRow): void {
  const row = db.live.get(Number(runId));
  if (row === undefined) throw new Error(`run ${runId} is not live`);
  db.live.set(Number(runId), change(row));
}

/** Adds a finished run, and counts it in its hour. */
export function addFinished(db: MemoryDatabase, run: FinishedRun): void {
  db.runs.set(Number(run.id), run);
  addToHour(db.hours, { hour: hourOf(run.finishedAt), status: run.status, count: 1 });
}

export function addToHour(hours: Map<string, HourRow>, row: HourRow): void {
  const key = `${row.uid} ${row.hour} ${row.status}`;
  hours.set(key, { ...row, count: row.count + (hours.get(key)?.count ?? 0) });
}
