import type { AlertChannel, AlertDelivery } from '../../core/alerts/alert.ts';
import type { AlertQueue } from '../../core/alerts/alert-queue.ts';
import type { Backfill } from '../../core/backfills/backfill.ts';
import type { StoredBulkCommand } from '../../core/bulk/store-bulk.ts';
import type { Calendar } from '../../core/calendars/calendar.ts';
import { StoreError } from '../../core/model/errors.ts';
import type { FinishedRun, FinishedStatus, LiveRun, Run } from '../../core/model/run.ts';
import { without } from '../../core/objects.ts';
import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import { dueAtOf } from '../../core/rules/run-measures.ts';
import type { StoredCheckpoint } from '../../core/store/checkpoint-store.ts';
import type { LogLine } from '../../core/store/store-passes.ts';
import type { AuditRow, ChainLink, JobVersion } from '../../core/store/store-views.ts';
import type { ToldCondition } from '../../core/transactions/alerts/alert-tables.ts';
import type { NotedEnd } from '../../core/transactions/chains/upstream-tables.ts';
import type { SecretRow } from '../../core/transactions/secrets/secret-tables.ts';
import type { StoredJob } from '../../core/transactions/stored-job.ts';
import type { UnitOfWork } from '../../core/transactions/unit-of-work.ts';
import type { GroupLook, Starts } from '../../core/type-limits/group-room.ts';
import type { StoredLimits } from '../../core/type-limits/type-limits.ts';
import { type HourBucket, HourTally } from '../rows/hour-tally.ts';

/** A live run, and the version of its job's type that may claim it (P22, types and deploys). */
export interface LiveRow {
  readonly run: LiveRun;
  readonly typeVersion: number;
  /** A slot that no claim took when it was planned, or that was put back. */
  readonly slotHasWaited: boolean;
  /** Of its {@link LimitKeyRow}, if its type has limits: then only claims of its group take it. */
  readonly groupKey?: number;
}

/** A group in one version of its type (P29, limits and priority). */
export interface LimitKeyRow {
  readonly key: number;
  readonly group: number;
  readonly type: string;
  readonly version: number;
  readonly value: string;
}

/** The run of a dedupe key, and its last state if its row was pruned. */
export interface DedupeRow {
  readonly uid: number;
  readonly key: string;
  readonly runId: number;
  readonly at: number;
  readonly pruned?: Run;
}

/** `subject`: as in {@link SubjectHour}, or the uid of a job. */
export interface HourRow extends HourBucket {
  readonly subject: string | number;
}

/** A channel, its queue, and how its last try ended. */
export interface ChannelRow {
  readonly channel: AlertChannel;
  readonly queue: AlertQueue;
  readonly lastSentAt?: number;
  readonly lastError?: string;
}

export interface BackfillRow extends Omit<Backfill, 'jobId'> {
  readonly uid: number;
}

/** `takenAt`: when its run was made. `ended`: how a run ended that was pruned. */
export interface BackfillSlotRow {
  readonly backfillId: number;
  readonly uid: number;
  readonly slot: number;
  takenAt?: number;
  ended?: FinishedStatus;
}

/** The tables of one or more stores in a process. They end with it. */
export class MemoryDatabase {
  readonly jobs = new Map<number, StoredJob>();
  readonly live = new Map<number, LiveRow>();
  readonly runs = new Map<number, FinishedRun>();
  readonly checkpoints = new Map<number, StoredCheckpoint>();
  readonly logs = new Map<number, readonly LogLine[]>();
  readonly dedupeKeys = new Map<string, DedupeRow>();
  /** Replaced definitions, by uid and version. */
  readonly versions = new Map<string, JobVersion & { readonly uid: number }>();
  readonly hourBuckets = new Map<string, HourRow>();
  readonly jobHourBuckets = new Map<string, HourRow>();
  readonly backfills = new Map<number, BackfillRow>();
  /** In the order of their backfills and instants. */
  backfillSlots: BackfillSlotRow[] = [];
  /** Ends that no plan has turned into runs yet, oldest first. */
  upstreamEnds: NotedEnd[] = [];
  /** The runs whose ends made other runs, by the ids of those. */
  readonly chainedRuns = new Map<string, ChainLink>();
  readonly bulkCommands = new Map<number, StoredBulkCommand>();
  readonly audit: AuditRow[] = [];
  readonly secrets = new Map<string, SecretRow>();
  readonly calendars = new Map<string, Calendar>();
  readonly typeLimits = new Map<string, StoredLimits>();
  readonly limitKeys = new Map<number, LimitKeyRow>();
  /** By group. */
  readonly groupStarts = new Map<number, Starts>();
  /** When a claim last looked at a group. */
  readonly groupUses = new Map<number, number>();
  /** By key of a group. */
  readonly groupLooks = new Map<number, GroupLook>();
  readonly alertChannels = new Map<string, ChannelRow>();
  readonly deliveries = new Map<number, AlertDelivery>();
  /** Told conditions, as `condition jobId`. */
  readonly told = new Map<string, ToldCondition>();
  alertWatchUntil = 0;
  pauseOfAll: PauseOfAll | undefined;
  /** Whether the process of another node has ended. By default, a start takes all others for dead. */
  isDead: (node: string) => boolean = () => true;
  #lastId = 0;

  /** Jobs, runs, fences and audit rows share one sequence. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Writes a job. Rejects a row that the rules never make, as the CHECKs of the other stores do. */
  putJob(stored: StoredJob): void {
    const { maxAttempts } = stored.job;
    if (maxAttempts < 1) throw new StoreError('unavailable', `a job can't have ${maxAttempts} attempts`);
    this.jobs.set(stored.uid, { ...stored, job: without(stored.job, 'windows') });
  }

  /** By id. */
  listCalendars(): readonly Calendar[] {
    return [...this.calendars.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The job that has this id now. */
  findJob(id: string): StoredJob | undefined {
    return [...this.jobs.values()].find(({ job, deletedAt }) => job.id === id && deletedAt === undefined);
  }

  requireJob(uid: number | string): StoredJob {
    const stored = this.jobs.get(Number(uid));
    if (stored === undefined) throw new Error(`a run belongs to no job (uid ${uid})`);
    return stored;
  }

  findRun(runId: string): Run | undefined {
    return this.findLive(runId) ?? this.runs.get(Number(runId));
  }

  findLive(runId: string | number): LiveRun | undefined {
    return this.live.get(Number(runId))?.run;
  }

  /** The live runs of a job in the order of their creation. */
  liveRunsOf(uid: number): readonly LiveRun[] {
    return [...this.live.values()].map(({ run }) => run).filter(({ jobUid }) => Number(jobUid) === uid);
  }

  requireLive(runId: string): LiveRow {
    const row = this.live.get(Number(runId));
    if (row === undefined) throw new Error(`run ${runId} is not live`);
    return row;
  }

  putLive(row: LiveRow): void {
    this.live.set(Number(row.run.id), row);
  }

  changeRun(runId: string, changes: Partial<LiveRun>): void {
    const row = this.requireLive(runId);
    this.putLive({ ...row, run: { ...row.run, ...changes } });
  }

  /** Adds a finished run, and counts it in its hour. */
  addFinished(run: FinishedRun): void {
    this.runs.set(Number(run.id), run);
    const tally = new HourTally();
    tally.add(this.requireJob(run.jobUid).job, run, dueAtOf(run));
    for (const row of tally.take()) addToHour(this.hourBuckets, row);
  }
}

/** Makes an empty database for a memory store. */
export function createMemoryDatabase(): MemoryDatabase {
  return new MemoryDatabase();
}

/** The current transaction. */
export interface MemoryUnit {
  readonly db: MemoryDatabase;
  /** The most that a job may have. */
  readonly limits: { readonly maxLiveRuns: number; readonly maxRunsPutOff: number };
  readonly unit: UnitOfWork;
}

/** The earliest due first. */
export function byDue(a: LiveRun, b: LiveRun): number {
  return a.availableAt - b.availableAt || Number(a.id) - Number(b.id);
}

export function lock({ unit: { jobs } }: MemoryUnit, stored: StoredJob): StoredJob {
  if (!jobs.has(stored.uid)) jobs.set(stored.uid, stored);
  return stored;
}

export function addToHour(hours: Map<string, HourRow>, row: HourRow): void {
  const key = `${row.subject} ${row.hour} ${row.measure} ${row.bucket}`;
  hours.set(key, { ...row, count: row.count + (hours.get(key)?.count ?? 0) });
}
