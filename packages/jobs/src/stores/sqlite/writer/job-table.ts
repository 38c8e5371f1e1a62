import { BoundedMap } from '../../../bounded-map.ts';
import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import type { HistoryBounds } from '../../../core/transactions/tables.ts';
import {
  JOB_COLUMNS,
  NEW_JOB_COLUMNS,
  onlyStateChanged,
  paramsOf,
  STATE_COLUMNS,
  storedJobOf,
} from '../../rows/job-row.ts';
import type { Database } from '../database.ts';
import { INSERT_JOB, SELECT_JOB, UPDATE_JOB, UPDATE_JOB_STATE, UPDATE_JOB_WAKE } from '../rows/job-rows.ts';

/** So much of the jobs is kept in memory: this connection is the only one that changes them. */
const MAX_CACHED_BYTES = 128 * 1024 * 1024;
/** A job without its texts. */
const BYTES_OF_JOB = 1_000;
/** A text with one letter that is not Latin takes two bytes for each. */
const BYTES_OF_CHARACTER = 2;

export type JobTable = ReturnType<typeof createJobTable>;

/** The jobs, as many as there is room for in memory. */
export function createJobTable(db: Database, maxCachedBytes = MAX_CACHED_BYTES) {
  const cached = new BoundedMap<number, StoredJob>({ maxBytes: maxCachedBytes, bytesOf });
  const uids = new Map<string, number>();
  const overfull = new Set<number>();
  let bounds: HistoryBounds = { finished: Number.POSITIVE_INFINITY, skipped: Number.POSITIVE_INFINITY };
  const freeId = ({ uid, job }: StoredJob) => {
    if (uids.get(job.id) === uid) uids.delete(job.id);
  };
  const keep = (stored: StoredJob) => {
    for (const gone of cached.put(stored.uid, stored)) freeId(gone);
    if (stored.finishedCount > bounds.finished || stored.skippedCount > bounds.skipped)
      overfull.add(stored.uid);
    else overfull.delete(stored.uid);
    return stored;
  };
  /** A job that was made, or read since it was not kept: it can be found by its id from now on. */
  const keepNew = (stored: StoredJob) => {
    if (stored.deletedAt === undefined) uids.set(stored.job.id, stored.uid);
    return keep(stored);
  };
  return {
    /** A job by its uid, deleted or not. */
    require(uid: number): StoredJob {
      const known = cached.get(uid);
      if (known !== undefined) return known;
      const row = db.statement(JOB_BY_UID).get(uid);
      if (row === undefined) throw new Error(`a run belongs to no job (uid ${uid})`);
      return keepNew(storedJobOf(row));
    },
    /** The job that has this id now. */
    find(id: string): StoredJob | undefined {
      const uid = uids.get(id);
      const known = uid === undefined ? undefined : cached.get(uid);
      if (known !== undefined) return known;
      const row = db.statement(JOB_BY_ID).get(id);
      return row === undefined ? undefined : keepNew(storedJobOf(row));
    },
    insert(stored: StoredJob): void {
      db.write(INSERT_JOB, ...paramsOf(NEW_JOB_COLUMNS, stored));
      keepNew(stored);
    },
    /** Writes no more columns than have changed. */
    save(before: StoredJob, after: StoredJob): void {
      if (!onlyStateChanged(before, after)) {
        db.write(UPDATE_JOB, ...paramsOf(JOB_COLUMNS, after), after.uid);
      } else if (before.job.wakeAt === after.job.wakeAt) {
        db.write(UPDATE_JOB_STATE, ...paramsOf(STATE_COLUMNS, after), after.uid);
      } else {
        db.write(UPDATE_JOB_WAKE, ...paramsOf(STATE_COLUMNS, after), after.job.wakeAt ?? null, after.uid);
      }
      if (after.deletedAt !== undefined) freeId(after);
      keep(after);
    },
    /** Removes a tombstone. */
    remove(uid: number): void {
      const known = cached.get(uid);
      if (known !== undefined) freeId(known);
      cached.delete(uid);
      overfull.delete(uid);
      db.write(REMOVE_JOB, uid);
    },
    /** Jobs that were saved with more history than `setBounds` allows, until they are saved with less. */
    overfull,
    setBounds(to: HistoryBounds): void {
      bounds = to;
    },
  };
}

const bytesOf = ({ job: { payload, description, name } }: StoredJob) =>
  BYTES_OF_JOB + BYTES_OF_CHARACTER * (payload.length + description.length + name.length);

const REMOVE_JOB = 'DELETE FROM jobs WHERE uid = ?';
const JOB_BY_UID = `${SELECT_JOB} WHERE uid = ?`;
const JOB_BY_ID = `${SELECT_JOB} WHERE id = ? AND deleted_at IS NULL`;
