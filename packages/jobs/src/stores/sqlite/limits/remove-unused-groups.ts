import type { PruneTables } from '../../../core/transactions/tables/prune-tables.ts';
import { numbersIn } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import type { Writer } from '../writer/writer.ts';

/**
 * Removes groups that no claim has used since an instant and that have no live runs. Returns how many keys.
 * Reads only these groups, and those with live runs once in a while: they count as used now.
 */
export function removeUnusedGroups(
  { db, unit }: Writer,
  before: number,
  limit: number,
): ReturnType<PruneTables['removeUnusedGroups']> {
  const old = numbersIn(db.arrays(OLD_GROUPS).all(before, limit));
  if (old.length === 0) return { removed: 0, more: false };
  const groups = JSON.stringify(old);
  const { changes } = db.statement(REMOVE_UNUSED_KEYS).run(groups);
  db.write(REMOVE_UNUSED_GROUPS, groups);
  db.write(KEEP_GROUPS, unit.now, groups);
  return { removed: Number(changes), more: old.length === limit };
}

const OLD_GROUPS = 'SELECT id FROM limit_groups WHERE used_at < ? ORDER BY used_at LIMIT ?';
const REMOVE_UNUSED_KEYS = `DELETE FROM limit_keys WHERE group_id IN (SELECT value FROM json_each(?))
  AND NOT EXISTS (SELECT 1 FROM live_runs WHERE live_runs.type_key < ${GROUP_KEYS_BELOW} AND live_runs.type_key = key)`;
const REMOVE_UNUSED_GROUPS = `DELETE FROM limit_groups WHERE id IN (SELECT value FROM json_each(?))
  AND NOT EXISTS (SELECT 1 FROM limit_keys WHERE group_id = limit_groups.id)`;
const KEEP_GROUPS = 'UPDATE limit_groups SET used_at = ? WHERE id IN (SELECT value FROM json_each(?))';
