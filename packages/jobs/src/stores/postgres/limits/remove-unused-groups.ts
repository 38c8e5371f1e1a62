import { numbersIn } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import type { Unit } from '../tables/unit.ts';

/** Removes keys of groups without live runs, and groups without keys. Returns how many keys. */
export async function removeUnusedGroups({ q }: Unit, before: number, limit: number): Promise<number> {
  const keys = numbersIn(await q.arrays(LOCK_UNUSED_KEYS, [before, limit]));
  if (keys.length === 0) return 0;
  // Not before the locks: a transaction that made a run has shared the lock of its key until its commit.
  const groups = numbersIn(await q.arrays(REMOVE_UNUSED_KEYS, [keys]));
  await q.run(REMOVE_LOOKS, [keys]);
  await q.run(REMOVE_UNUSED_GROUPS, [groups]);
  return groups.length;
}

const IS_UNUSED = `NOT EXISTS (
    SELECT FROM greenvue_jobs.live_runs WHERE live_runs.type_key < ${GROUP_KEYS_BELOW} AND live_runs.type_key = keys.key)`;
/** The last of the `starts`, which are `[[at, count], …]`. */
const LAST_START = 'coalesce((of.starts::jsonb -> -1 ->> 0)::bigint, 0)';
const LOCK_UNUSED_KEYS = `SELECT keys.key FROM greenvue_jobs.limit_keys AS keys
    JOIN greenvue_jobs.limit_groups AS of ON of.id = keys.group_id
  WHERE ${LAST_START} < $1::bigint AND ${IS_UNUSED} LIMIT $2::integer FOR UPDATE OF keys SKIP LOCKED`;
const REMOVE_UNUSED_KEYS = `DELETE FROM greenvue_jobs.limit_keys AS keys WHERE key = ANY($1::integer[]) AND ${IS_UNUSED}
  RETURNING group_id`;
const REMOVE_LOOKS = `DELETE FROM greenvue_jobs.limit_looks WHERE key = ANY($1::integer[])
  AND NOT EXISTS (SELECT FROM greenvue_jobs.limit_keys AS keys WHERE keys.key = limit_looks.key)`;
const REMOVE_UNUSED_GROUPS = `DELETE FROM greenvue_jobs.limit_groups WHERE id = ANY(ARRAY(
    SELECT id FROM greenvue_jobs.limit_groups AS of WHERE id = ANY($1::bigint[])
      AND NOT EXISTS (SELECT FROM greenvue_jobs.limit_keys AS keys WHERE keys.group_id = of.id)
    FOR UPDATE SKIP LOCKED))`;
