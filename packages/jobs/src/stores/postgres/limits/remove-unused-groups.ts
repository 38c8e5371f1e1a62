import type { PruneTables } from '../../../core/transactions/tables/prune-tables.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import type { Unit } from '../tables/unit.ts';

/**
 * Removes groups that no claim has used since an instant and that have no live runs. Returns how many keys.
 * Reads only these groups, and those with live runs once in a while: they count as used now.
 */
export async function removeUnusedGroups(
  { q, now }: Unit,
  before: number,
  limit: number,
): Promise<ReturnType<PruneTables['removeUnusedGroups']>> {
  const claims = await q.run(REMOVE_LEFT_CLAIMS, [limit]);
  const groups = numbersIn(await q.arrays(LOCK_OLD_GROUPS, [before, limit]));
  const more = Math.max(claims, groups.length) === limit;
  if (groups.length === 0) return { removed: 0, more };
  const keys = numbersIn(await q.arrays(LOCK_UNUSED_KEYS, [groups, before]));
  // Not before the locks: a transaction that made a run has shared the lock of its key until its commit.
  const removed = keys.length === 0 ? 0 : await q.run(REMOVE_UNUSED_KEYS, [keys]);
  if (keys.length > 0) await q.run(REMOVE_LOOKS, [keys]);
  await q.run(REMOVE_UNUSED_GROUPS, [groups]);
  await q.run(KEEP_GROUPS, [groups, now]);
  return { removed, more };
}

const IS_UNUSED = `NOT EXISTS (
    SELECT FROM greenvue_jobs.live_runs WHERE live_runs.type_key < ${GROUP_KEYS_BELOW} AND live_runs.type_key = keys.key)`;
const HAS_NO_KEY = 'NOT EXISTS (SELECT FROM greenvue_jobs.limit_keys AS keys WHERE keys.group_id = of.id)';
const LOCK_OLD_GROUPS = `SELECT id FROM greenvue_jobs.limit_groups WHERE used_at < $1::bigint
  ORDER BY used_at LIMIT $2::integer FOR UPDATE SKIP LOCKED`;
/** A group that no claim has used yet counts as used when it is first seen here: its first run may come. */
const LOCK_UNUSED_KEYS = `SELECT keys.key FROM greenvue_jobs.limit_keys AS keys
    JOIN greenvue_jobs.limit_groups AS of ON of.id = keys.group_id
  WHERE of.id = ANY($1::bigint[]) AND of.used_at > 0 AND keys.made_at < $2::bigint AND ${IS_UNUSED} FOR UPDATE OF keys SKIP LOCKED`;
const REMOVE_UNUSED_KEYS = `DELETE FROM greenvue_jobs.limit_keys AS keys WHERE key = ANY($1::integer[]) AND ${IS_UNUSED}`;
const REMOVE_LOOKS = `DELETE FROM greenvue_jobs.limit_looks WHERE key = ANY($1::integer[])
  AND NOT EXISTS (SELECT FROM greenvue_jobs.limit_keys AS keys WHERE keys.key = limit_looks.key)`;
const REMOVE_UNUSED_GROUPS = `DELETE FROM greenvue_jobs.limit_groups AS of
  WHERE id = ANY($1::bigint[]) AND used_at > 0 AND ${HAS_NO_KEY}`;
const KEEP_GROUPS = 'UPDATE greenvue_jobs.limit_groups SET used_at = $2::bigint WHERE id = ANY($1::bigint[])';
/** A node of an older version removes no claims. By fence: meanwhile, the run may be claimed again. */
const REMOVE_LEFT_CLAIMS = `WITH ended AS MATERIALIZED (
    SELECT run_id, fence FROM greenvue_jobs.limit_claims AS claims
    WHERE NOT EXISTS (SELECT FROM greenvue_jobs.live_runs WHERE id = claims.run_id AND live_runs.fence = claims.fence)
    LIMIT $1::integer)
  DELETE FROM greenvue_jobs.limit_claims AS claims USING ended
  WHERE claims.run_id = ended.run_id AND claims.fence = ended.fence`;
