import { BoundedMap } from '../../../bounded-map.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { HistoryBounds } from '../../../core/transactions/tables/prune-tables.ts';
import { numberOf, numbersIn } from '../../rows/first-column.ts';
import {
  hasChanged,
  JOB_COLUMNS,
  NEW_JOB_COLUMNS,
  onlyStateChanged,
  paramsOf,
  STATE_COLUMNS,
  storedJobOf,
  WATCHED_COLUMNS,
} from '../../rows/jobs/job-row.ts';
import type { Database } from '../database.ts';
import {
  INSERT_JOB,
  SELECT_JOB,
  UPDATE_JOB,
  UPDATE_JOB_STATE,
  UPDATE_JOB_WAKE,
  UPDATE_WATCHED_JOB,
  WATCHED_STATE_COLUMNS,
} from '../rows/job-rows.ts';

/** The size of the cache of jobs. Only this connection changes them. */
const MAX_CACHED_BYTES = 128 * 1024 * 1024;
/** A job without its texts. */
const BYTES_OF_JOB = 1_000;
/** A text with one non-Latin character uses two bytes for each. */
const BYTES_OF_CHARACTER = 2;
/** The number of jobs in one scan: about a millisecond. */
const SCAN_STEP = 2_000;

/** The jobs, with as many in memory as fit. */
export class JobTable {
  readonly #db: Database;
  readonly #cached: BoundedMap<number, StoredJob>;
  readonly #uids = new Map<string, number>();
  /** Jobs with more history than the bounds of {@link JobTable.scan} allow, as last saved. */
  readonly overfull = new Set<number>();
  #bounds: HistoryBounds = { finished: Number.POSITIVE_INFINITY, skipped: Number.POSITIVE_INFINITY };
  /** The scan has reached this uid; undefined at its end. */
  #scannedTo: number | undefined = 0;

  constructor(db: Database, maxBytes = MAX_CACHED_BYTES) {
    this.#db = db;
    this.#cached = new BoundedMap({ maxBytes, bytesOf });
  }

  /** A job by its uid, deleted or not. */
  require(uid: number): StoredJob {
    const known = this.#cached.get(uid);
    if (known !== undefined) return known;
    const row = this.#db.statement(JOB_BY_UID).get(uid);
    if (row === undefined) throw new Error(`a run belongs to no job (uid ${uid})`);
    return this.#keepNew(storedJobOf(row));
  }

  /** Call when another statement has changed the row. */
  forget(uid: number): void {
    this.#cached.delete(uid);
  }

  /** The job that has this id now. */
  find(id: string): StoredJob | undefined {
    const uid = this.#uids.get(id);
    const known = uid === undefined ? undefined : this.#cached.get(uid);
    if (known !== undefined) return known;
    const row = this.#db.statement(JOB_BY_ID).get(id);
    return row === undefined ? undefined : this.#keepNew(storedJobOf(row));
  }

  insert(stored: StoredJob): void {
    this.#db.write(INSERT_JOB, ...paramsOf(NEW_JOB_COLUMNS, stored));
    this.#keepNew(stored);
    if (this.#db.arrays(FOLLOWER).get(stored.job.id) === undefined) return;
    this.save(stored, { ...stored, job: { ...stored.job, isFollowed: true } });
  }

  /** Writes only the changed columns. */
  save(before: StoredJob, after: StoredJob): void {
    if (!onlyStateChanged(before, after)) {
      this.#db.write(UPDATE_JOB, ...paramsOf(JOB_COLUMNS, after), after.uid);
    } else if (hasChanged(WATCHED_COLUMNS, before, after)) {
      this.#db.write(UPDATE_WATCHED_JOB, ...paramsOf(WATCHED_STATE_COLUMNS, after), after.uid);
    } else if (before.job.wakeAt === after.job.wakeAt) {
      this.#db.write(UPDATE_JOB_STATE, ...paramsOf(STATE_COLUMNS, after), after.uid);
    } else {
      const wakeAt = after.job.wakeAt ?? null;
      this.#db.write(UPDATE_JOB_WAKE, ...paramsOf(STATE_COLUMNS, after), wakeAt, after.uid);
    }
    if (after.deletedAt !== undefined) this.#freeId(after);
    this.#keep(after);
  }

  /** Removes a tombstone. */
  remove(uid: number): void {
    const known = this.#cached.get(uid);
    if (known !== undefined) this.#freeId(known);
    this.#cached.delete(uid);
    this.overfull.delete(uid);
    this.#db.write(REMOVE_JOB, uid);
  }

  /**
   * Looks at more jobs for too much history; returns true if some are left. `save` notices growing jobs, and
   * this scan finds older ones.
   */
  scan(bounds: HistoryBounds): boolean {
    if (this.#bounds.finished !== bounds.finished || this.#bounds.skipped !== bounds.skipped) {
      this.#bounds = bounds;
      this.#scannedTo = 0;
    }
    if (this.#scannedTo === undefined) return false;
    const from = this.#scannedTo;
    const last = numberOf(this.#db.arrays(LAST_OF_STEP).get(from, SCAN_STEP));
    const found = this.#db.arrays(OVERFULL).all(from, last ?? from, bounds.finished, bounds.skipped);
    for (const uid of numbersIn(found)) this.overfull.add(uid);
    this.#scannedTo = last;
    return last !== undefined;
  }

  /** Caches a job that was created or read, also by its id. */
  #keepNew(stored: StoredJob): StoredJob {
    if (stored.deletedAt === undefined) this.#uids.set(stored.job.id, stored.uid);
    this.#keep(stored);
    return stored;
  }

  #keep(stored: StoredJob): void {
    for (const gone of this.#cached.put(stored.uid, stored)) this.#freeId(gone);
    const { finished, skipped } = this.#bounds;
    if (stored.finishedCount > finished || stored.skippedCount > skipped) this.overfull.add(stored.uid);
    else this.overfull.delete(stored.uid);
  }

  #freeId({ uid, job }: StoredJob): void {
    if (this.#uids.get(job.id) === uid) this.#uids.delete(job.id);
  }
}

const bytesOf = ({ job: { payload, description, name } }: StoredJob) =>
  BYTES_OF_JOB + BYTES_OF_CHARACTER * (payload.length + description.length + name.length);

/** Parameter: an id. A job that follows the job with this id. */
const FOLLOWER = 'SELECT 1 FROM jobs WHERE after_job = ? AND deleted_at IS NULL LIMIT 1';
const REMOVE_JOB = 'DELETE FROM jobs WHERE uid = ?';
const JOB_BY_UID = `${SELECT_JOB} WHERE uid = ?`;
const JOB_BY_ID = `${SELECT_JOB} WHERE id = ? AND deleted_at IS NULL`;
const LAST_OF_STEP = `SELECT uid FROM (SELECT uid FROM jobs WHERE uid > ? ORDER BY uid LIMIT ?)
  ORDER BY uid DESC LIMIT 1`;
const OVERFULL = `SELECT uid FROM jobs
  WHERE uid > ? AND uid <= ? AND (finished_count > ? OR skipped_count > ?)`;
