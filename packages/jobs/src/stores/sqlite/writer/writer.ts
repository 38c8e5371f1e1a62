import type { FinishedRun } from '../../../core/model/run.ts';
import { dueAtOf } from '../../../core/rules/run-measures.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { createUnitOfWork, type UnitOfWork } from '../../../core/transactions/unit-of-work.ts';
import { RUN_LIMITS, type RunLimits } from '../../rows/bounds.ts';
import { HourTally } from '../../rows/hour-tally.ts';
import { HOUR_MS } from '../../rows/hours.ts';
import { LiveRunCap } from '../../rows/runs/live-run-cap.ts';
import type { Database } from '../database.ts';
import { GroupKeys } from '../limits/group-keys.ts';
import { MEASURE, STATUS } from '../rows/codes.ts';
import type { KeyedRun } from '../rows/run-rows.ts';
import { JobTable } from './job-table.ts';
import { Ids } from './keys/ids.ts';
import { NodeKeys } from './keys/node-keys.ts';
import { TypeKeys } from './keys/type-keys.ts';

/** More than a node can have claimed. */
const MAX_KEPT = 20_000;

/** The writing connection, its transaction and caches. A rollback ends it: create a new writer then. */
export class Writer {
  readonly db: Database;
  readonly ids: Ids;
  readonly types: TypeKeys;
  readonly nodes: NodeKeys;
  readonly groups: GroupKeys;
  readonly jobs: JobTable;
  readonly liveRunCap: LiveRunCap;
  readonly maxRunsPutOff: number;
  /**
   * Claimed runs by id in their state at the claim: most are settled before any other write. Each other write
   * of a run removes it here.
   */
  readonly claimed = new Map<number, KeyedRun>();
  readonly #finishedInHours = new Map<number, number>();
  readonly #durations = new HourTally();
  #unit = createUnitOfWork(0);

  constructor(db: Database, { maxLiveRuns, maxRunsPutOff }: RunLimits = RUN_LIMITS) {
    this.db = db;
    this.liveRunCap = new LiveRunCap(maxLiveRuns, 1 / 2);
    this.maxRunsPutOff = maxRunsPutOff;
    this.ids = new Ids(db);
    this.types = new TypeKeys(db);
    this.nodes = new NodeKeys(db);
    this.groups = new GroupKeys(db);
    this.jobs = new JobTable(db);
  }

  /** The current transaction. */
  get unit(): UnitOfWork {
    return this.#unit;
  }

  begin(now: number): UnitOfWork {
    this.#unit = createUnitOfWork(now, this.groups.limits);
    return this.#unit;
  }

  /** Adds a job to the transaction. The only writing connection needs no lock in the database. */
  lock(uid: number): StoredJob {
    const { jobs } = this.#unit;
    const known = jobs.get(uid);
    if (known !== undefined) return known;
    const stored = this.jobs.require(uid);
    jobs.set(uid, stored);
    return stored;
  }

  /** Keeps a claimed run in memory. */
  keepClaimed(claimed: KeyedRun): void {
    if (this.claimed.size > MAX_KEPT) this.claimed.clear();
    this.claimed.set(claimed.id, claimed);
  }

  /** Counts a finished run in its hour. */
  count(run: FinishedRun): void {
    const { status, finishedAt } = run;
    // Eight codes fit beside the hour.
    const key = Math.floor(finishedAt / HOUR_MS) * 8 + STATUS[status];
    this.#finishedInHours.set(key, (this.#finishedInHours.get(key) ?? 0) + 1);
    this.#durations.add(this.lock(Number(run.jobUid)).job, run, dueAtOf(run));
  }

  /** Writes the counts of a transaction. Call it before the commit. */
  flush(): void {
    for (const [key, count] of this.#finishedInHours) {
      this.db.write(ADD_TO_HOUR, Math.floor(key / 8) * HOUR_MS, key % 8, count);
    }
    this.#finishedInHours.clear();
    for (const { subject, hour, measure, bucket, count } of this.#durations.take())
      this.db.write(ADD_TO_BUCKET, subject, hour, MEASURE[measure], bucket, count);
    this.ids.save();
  }
}

const ADD_TO_HOUR = `INSERT INTO hour_counts (hour, status, count) VALUES (?, ?, ?)
  ON CONFLICT (hour, status) DO UPDATE SET count = count + excluded.count`;
const ADD_TO_BUCKET = `INSERT INTO hour_buckets (subject, hour, measure, bucket, count) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (subject, hour, measure, bucket) DO UPDATE SET count = count + excluded.count`;
