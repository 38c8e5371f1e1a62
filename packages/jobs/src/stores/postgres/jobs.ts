import type { Queries } from './database.ts';
import { SELECT_JOB, type StoredJob, storedJobOf } from './job-rows.ts';
import { KEYS_KNOWN } from './type-keys.ts';
import type { Unit } from './unit.ts';

/** Locks the job that has this id now. */
export async function lockJob(u: Unit, id: string): Promise<StoredJob | undefined> {
  // One that was deleted and made anew while this waited for its row shows itself to the second look.
  return (await lock(u, LOCK_BY_ID, [id]))[0] ?? (await lock(u, LOCK_BY_ID, [id]))[0];
}

/** Locks a job by its uid, deleted or not. */
export async function requireJob(u: Unit, uid: number): Promise<StoredJob> {
  const [stored] = await lock(u, LOCK_BY_UID, [uid]);
  if (stored === undefined) throw new Error(`a run belongs to no job (uid ${uid})`);
  return stored;
}

/** Locks the jobs of some live runs, in the order of their uids. */
export async function lockJobsOf(u: Unit, runIds: readonly number[]): Promise<void> {
  await lock(u, LOCK_OF_RUNS, [runIds]);
}

/** Locks due jobs of these types that nobody else has locked, the longest overdue first. */
export async function lockDueJobs(
  u: Unit,
  { versions, limit }: { readonly versions: string; readonly limit: number },
): Promise<StoredJob[]> {
  return lock(u, LOCK_DUE, [versions, u.now, limit]);
}

/** Jobs as they are, unlocked. */
export async function readJobs(q: Queries, uids: readonly number[]): Promise<StoredJob[]> {
  if (uids.length === 0) return [];
  return (await q.objects(READ_BY_UIDS, [uids])).map(storedJobOf);
}

async function lock(
  u: Unit,
  sql: string,
  params: readonly (string | number | readonly number[])[],
): Promise<StoredJob[]> {
  const found = (await u.q.objects(sql, params)).map(storedJobOf);
  for (const stored of found) u.jobs.set(stored.uid, stored);
  return found;
}

const LOCK = 'FOR NO KEY UPDATE OF jobs';
const LOCK_BY_ID = `${SELECT_JOB} WHERE id = $1 AND deleted_at IS NULL ${LOCK}`;
const LOCK_BY_UID = `${SELECT_JOB} WHERE uid = $1 ${LOCK}`;
const LOCK_OF_RUNS = `${SELECT_JOB} WHERE uid IN
  (SELECT job_uid FROM greenvue_jobs.live_runs WHERE live_runs.id = ANY($1::bigint[])) ORDER BY uid ${LOCK}`;
/** The earliest of each type, merged: no more is read of a type than is taken. */
const LOCK_DUE = `${SELECT_JOB} WHERE uid IN (
  SELECT due.uid FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
    SELECT uid, wake_at FROM greenvue_jobs.jobs
    WHERE type_key = known.key AND wake_at IS NOT NULL AND wake_at <= $2::bigint
    ORDER BY wake_at, uid LIMIT $3::integer) AS due
  ORDER BY due.wake_at, due.uid LIMIT $3::integer) AND wake_at <= $2::bigint
  ORDER BY wake_at, uid ${LOCK} SKIP LOCKED`;
const READ_BY_UIDS = `${SELECT_JOB} WHERE uid = ANY($1::bigint[])`;
