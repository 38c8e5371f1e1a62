import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { storedJobOf } from '../../rows/job-row.ts';
import { LOCK_WAIT_MS, SHORT_WAIT_MS } from '../connection/database.ts';
import { isLockTimeout } from '../connection/database-errors.ts';
import type { Queries } from '../connection/queries.ts';
import { SELECT_JOB } from '../rows/job-rows.ts';
import { SELECT_VARYING } from '../shortcuts/known-jobs.ts';
import type { Shared } from '../tables/shared.ts';
import type { Unit } from '../tables/unit.ts';

/**
 * `FOR UPDATE` waits for all who share the job, too: for what may not come between a trigger and its commit.
 */
export type LockKind = 'FOR UPDATE' | 'FOR NO KEY UPDATE';

/** Asks for the lock on the job that has this id now; {@link lockJob} goes on with the answer. */
export function askForLock(q: Queries, id: string, kind: LockKind): Promise<readonly unknown[]> {
  return q.objects(`${BY_ID} ${kind} OF jobs`, [id]);
}

/** Locks the job that has this id now. `answer`: to {@link askForLock}, if that was asked before. */
export async function lockJob(
  u: Unit,
  id: string,
  { kind, answer }: { readonly kind: LockKind; readonly answer?: readonly unknown[] | undefined },
): Promise<StoredJob | undefined> {
  const [found] = lockedIn(u, answer ?? (await askForLock(u.q, id, kind)));
  // One that was deleted and created again while this waited for its row shows itself to the second look.
  return found ?? lockedIn(u, await askForLock(u.q, id, kind))[0];
}

/**
 * Keeps the job that has this id now from being edited or deleted; all else goes on, and may change its row.
 */
export async function shareJob(u: Unit, id: string): Promise<StoredJob | undefined> {
  const share = async () => lockedIn(u, await u.q.objects(SHARE_BY_ID, [id]));
  return (await share())[0] ?? (await share())[0];
}

/** The job that has this id now, unlocked. */
export async function findJob(q: Queries, id: string): Promise<StoredJob | undefined> {
  const [row] = await q.objects(BY_ID, [id]);
  return row === undefined ? undefined : storedJobOf(row);
}

/** Locks a job by its uid, deleted or not. */
export async function requireJob(u: Unit, uid: number): Promise<StoredJob> {
  const [stored] = await lockAll(u, LOCK_BY_UIDS, [uid]);
  if (stored === undefined) throw new Error(`a run belongs to no job (uid ${uid})`);
  return stored;
}

/** Locks the jobs of some live runs, in the order of their uids, but for those that others have locked. */
export async function lockFreeJobsOf(u: Unit, runIds: readonly number[]): Promise<void> {
  await lockAll(u, `${LOCK_OF_RUNS} SKIP LOCKED`, runIds);
}

/** The wait before another look at due jobs that others have locked. */
export const HELD_AGAIN_MS = 200;

/**
 * After a wait for locks that failed, a node waits for none for this long: else all its writes would wait as
 * well.
 */
const IMPATIENT_MS = 2_000;

/** For this long after jobs were found locked, others may want them again. */
const SHARED_MS = 10_000;

/**
 * Locks the jobs of some live runs, in the order of their uids, if they become free soon; else false, and
 * nothing is locked.
 */
export async function lockJobsSoon(u: Unit, runIds: readonly number[]): Promise<boolean> {
  return soon(u, () => lockAll(u, LOCK_OF_RUNS, runIds));
}

/**
 * Locks jobs by their uids, in that order, but for those that others have locked. Where that happened of
 * late, it waits for them a little, while it holds none that is behind them, so that nodes which share busy
 * jobs take turns.
 */
export async function lockJobsInTurn(u: Unit, uids: readonly number[]): Promise<void> {
  if (uids.length === 0) return;
  if (areShared(u.shared, u.now) && (await soon(u, () => lockAll(u, LOCK_BY_UIDS, uids)))) return;
  await takeFree(u, { uids, rows: await u.q.objects(LOCK_FREE_BY_UIDS, [uids]) });
}

/** Whether jobs are locked by others now and then, so that {@link lockJobsInTurn} waits for them. */
export function areShared({ patience }: Pick<Shared, 'patience'>, now: number): boolean {
  return Math.abs(now - patience.sharedAt) < SHARED_MS;
}

/** Does what waits for locks, each for a little; else it is undone, and false. */
async function soon(u: Unit, work: () => Promise<unknown>): Promise<boolean> {
  const { patience } = u.shared;
  if (Math.abs(u.now - patience.gaveUpAt) < IMPATIENT_MS) return false;
  await u.q.script(`SAVEPOINT soon; SET LOCAL lock_timeout = ${SHORT_WAIT_MS}`);
  try {
    await work();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    patience.gaveUpAt = u.now;
    // The timeout of before comes back with it.
    await u.q.script('ROLLBACK TO SAVEPOINT soon');
    return false;
  }
  await u.q.script(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}; RELEASE SAVEPOINT soon`);
  return true;
}

/** Goes on with the rows of {@link lockFreeByUids}. */
export async function takeFree(
  u: Unit,
  { uids, rows }: { readonly uids: readonly number[]; readonly rows: readonly unknown[] },
): Promise<void> {
  await takeLocked(u, rows);
  if (uids.some((uid) => !u.jobs.has(uid))) u.shared.patience.sharedAt = u.now;
}

/** Only what varies is read of jobs of which the rest is known. */
async function lockAll(u: Unit, sql: string, keys: readonly number[]): Promise<StoredJob[]> {
  return takeLocked(u, await u.q.objects(sql, [keys]));
}

/** Goes on with the answer to a lock of many. */
export async function takeLocked(u: Unit, rows: readonly unknown[]): Promise<StoredJob[]> {
  const found = await u.shared.known.complete(u.q, rows);
  for (const stored of found) u.jobs.set(stored.uid, stored);
  return found;
}

function lockedIn(u: Unit, rows: readonly unknown[]): StoredJob[] {
  const found = rows.map(storedJobOf);
  for (const stored of found) u.jobs.set(stored.uid, stored);
  return found;
}

/** Locks the rows of jobs. */
export const LOCK = 'FOR NO KEY UPDATE OF jobs';
const BY_ID = `${SELECT_JOB} WHERE id = $1 AND deleted_at IS NULL`;
const SHARE_BY_ID = `${BY_ID} FOR KEY SHARE OF jobs`;
const LOCK_BY_UIDS = `${SELECT_VARYING} WHERE uid = ANY($1::bigint[]) ORDER BY uid ${LOCK}`;
/** Locks the jobs of the parameter that nobody else has locked. */
export const lockFreeByUids = (param: string) =>
  `${SELECT_VARYING} WHERE uid = ANY(${param}::bigint[]) ORDER BY uid ${LOCK} SKIP LOCKED`;
const LOCK_FREE_BY_UIDS = lockFreeByUids('$1');
const LOCK_OF_RUNS = `${SELECT_VARYING} WHERE uid IN
  (SELECT job_uid FROM greenvue_jobs.live_runs WHERE live_runs.id = ANY($1::bigint[])) ORDER BY uid ${LOCK}`;
