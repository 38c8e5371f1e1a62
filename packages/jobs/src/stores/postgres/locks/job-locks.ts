import type { StoredJob } from '../../../core/transactions/stored-job.ts';
import { storedJobOf } from '../../rows/jobs/job-row.ts';
import { LOCK_WAIT_MS, SHORT_WAIT_MS } from '../connection/database.ts';
import { isLockTimeout } from '../connection/database-errors.ts';
import type { Queries } from '../connection/queries.ts';
import { SELECT_JOB } from '../rows/job-rows.ts';
import { SELECT_VARYING, SELECT_VARYING_AND_DECLARED } from '../shortcuts/known-jobs.ts';
import type { Shared } from '../tables/shared.ts';
import type { Unit } from '../tables/unit.ts';

/**
 * `FOR UPDATE` also waits for transactions that share the job. Use it for a command that must not run between
 * a trigger and its commit.
 */
export type LockKind = 'FOR UPDATE' | 'FOR NO KEY UPDATE';

/** Sends the lock for the current job with this id. Pass the answer to {@link lockJob}. */
export function askForLock(q: Queries, id: string, kind: LockKind): Promise<readonly unknown[]> {
  return q.objects(`${BY_ID} ${kind} OF jobs`, [id]);
}

/** Locks the current job with this id. `answer`: the answer to {@link askForLock}, if it was sent before. */
export async function lockJob(
  u: Unit,
  id: string,
  { kind, answer }: { readonly kind: LockKind; readonly answer?: readonly unknown[] | undefined },
): Promise<StoredJob | undefined> {
  const [found] = lockedIn(u, answer ?? (await askForLock(u.q, id, kind)));
  // While this waited, the job may have been deleted and created again. A second query finds the new job.
  return found ?? lockedIn(u, await askForLock(u.q, id, kind))[0];
}

/** Locks the current jobs with these ids, in the order of uids. Leaves out ids of no job. */
export async function lockJobsById(u: Unit, ids: readonly string[]): Promise<StoredJob[]> {
  return takeLocked(u, await u.q.objects(LOCK_BY_IDS, [ids]));
}

/**
 * Prevents edits and deletion of the current job with this id. Other transactions may still change its row.
 */
export async function shareJob(u: Unit, id: string): Promise<StoredJob | undefined> {
  const share = async () => lockedIn(u, await u.q.objects(SHARE_BY_ID, [id]));
  return (await share())[0] ?? (await share())[0];
}

/** Reads the current job with this id, without a lock. */
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

/** Locks the jobs of live runs in the order of uids. Leaves out jobs that other transactions have locked. */
export async function lockFreeJobsOf(u: Unit, runIds: readonly number[]): Promise<void> {
  await lockAll(u, `${LOCK_OF_RUNS} SKIP LOCKED`, runIds);
}

/** Locks those of these jobs that no other transaction has locked. */
export async function lockFreeJobs(u: Unit, uids: readonly number[]): Promise<void> {
  if (uids.length > 0) await lockAll(u, LOCK_FREE_BY_UIDS, uids);
}

/** Like {@link lockFreeJobs}, with their declarations. */
export function lockFreeDeclared(u: Unit, uids: readonly number[]): Promise<StoredJob[]> {
  return lockAll(u, LOCK_FREE_DECLARED, uids);
}

/** The wait before the next look at due jobs that other transactions have locked. */
export const HELD_AGAIN_MS = 200;

/**
 * After a wait for locks timed out, the node skips such waits for this long. Otherwise each of its writes
 * would wait.
 */
const NO_WAIT_MS = 2_000;

/** For this long after jobs were found locked, other transactions may want them again. */
const CONTENDED_MS = 10_000;

/** Locks the jobs of live runs in the order of uids. False, with nothing locked, if that takes too long. */
export async function tryLockJobs(u: Unit, runIds: readonly number[]): Promise<boolean> {
  return tryWithShortWaits(u, () => lockAll(u, LOCK_OF_RUNS, runIds));
}

/**
 * Locks jobs in the order of uids, except for those that other transactions have locked. If that happened
 * recently, it first waits briefly for all of them, so that nodes with the same busy jobs take turns.
 */
export async function lockJobsInTurn(u: Unit, uids: readonly number[]): Promise<void> {
  if (uids.length === 0) return;
  const lockInOrder = () => lockAll(u, LOCK_BY_UIDS, uids);
  if (areJobsContended(u.shared, u.now) && (await tryWithShortWaits(u, lockInOrder))) return;
  await takeFree(u, { uids, rows: await u.q.objects(LOCK_FREE_BY_UIDS, [uids]) });
}

/** Whether other transactions locked such jobs recently, so that {@link lockJobsInTurn} waits. */
export function areJobsContended({ lockWaits }: Pick<Shared, 'lockWaits'>, now: number): boolean {
  return Math.abs(now - lockWaits.foundLockedAt) < CONTENDED_MS;
}

/** Runs work that waits briefly for locks. If a wait times out, undoes the work and returns false. */
async function tryWithShortWaits(u: Unit, work: () => Promise<unknown>): Promise<boolean> {
  const { lockWaits } = u.shared;
  if (Math.abs(u.now - lockWaits.timedOutAt) < NO_WAIT_MS) return false;
  await u.q.script(`SAVEPOINT soon; SET LOCAL lock_timeout = ${SHORT_WAIT_MS}`);
  try {
    await work();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    lockWaits.timedOutAt = u.now;
    // The rollback also restores the previous lock timeout.
    await u.q.script('ROLLBACK TO SAVEPOINT soon');
    return false;
  }
  await u.q.script(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}; RELEASE SAVEPOINT soon`);
  return true;
}

/** Adds the jobs in the rows of {@link lockFreeByUids} to the unit. */
export async function takeFree(
  u: Unit,
  { uids, rows }: { readonly uids: readonly number[]; readonly rows: readonly unknown[] },
): Promise<void> {
  await takeLocked(u, rows);
  if (uids.some((uid) => !u.jobs.has(uid))) u.shared.lockWaits.foundLockedAt = u.now;
}

/** Reads only the varying columns of jobs whose fixed columns are known. */
async function lockAll(u: Unit, sql: string, keys: readonly number[]): Promise<StoredJob[]> {
  return takeLocked(u, await u.q.objects(sql, [keys]));
}

/** Adds locked jobs to the unit, from their rows. */
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

/** The lock clause for jobs. */
export const LOCK = 'FOR NO KEY UPDATE OF jobs';
const BY_ID = `${SELECT_JOB} WHERE id = $1 AND deleted_at IS NULL`;
const SHARE_BY_ID = `${BY_ID} FOR KEY SHARE OF jobs`;
const LOCK_BY_UIDS = `${SELECT_VARYING} WHERE uid = ANY($1::bigint[]) ORDER BY uid ${LOCK}`;
/** Pauses and resumes depend on the declaration. */
const LOCK_BY_IDS = `${SELECT_VARYING_AND_DECLARED} WHERE id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY uid ${LOCK}`;
/** Locks those jobs of the parameter that no other transaction has locked. */
export const lockFreeByUids = (param: string) =>
  `${SELECT_VARYING} WHERE uid = ANY(${param}::bigint[]) ORDER BY uid ${LOCK} SKIP LOCKED`;
const LOCK_FREE_BY_UIDS = lockFreeByUids('$1');
const LOCK_FREE_DECLARED = `${SELECT_VARYING_AND_DECLARED} WHERE uid = ANY($1::bigint[]) AND deleted_at IS NULL
  ORDER BY uid ${LOCK} SKIP LOCKED`;
const LOCK_OF_RUNS = `${SELECT_VARYING} WHERE uid IN
  (SELECT job_uid FROM greenvue_jobs.live_runs WHERE live_runs.id = ANY($1::bigint[])) ORDER BY uid ${LOCK}`;
