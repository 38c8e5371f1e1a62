import type { JsonText } from '../../../core/model/run.ts';
import { groupValueOf } from '../../../core/type-limits/group-value.ts';
import { hasLimits, type LimitsByType, type StoredLimits } from '../../../core/type-limits/type-limits.ts';
import { numberOf } from '../../rows/first-column.ts';
import { GROUP_KEYS_BELOW, storedLimitsOf } from '../../rows/limit-rows.ts';
import { startOrderIn } from '../../rows/queue-key.ts';
import type { Database } from '../database.ts';

/** The limits in force, and the keys of groups (P29, limits and priority). */
export class GroupKeys {
  readonly #db: Database;
  limits: LimitsByType;

  constructor(db: Database) {
    this.#db = db;
    this.limits = limitsIn(readTypeLimits(db));
  }

  changed(): void {
    this.limits = limitsIn(readTypeLimits(this.#db));
  }

  /** The key of a run's group, if its type has limits. `typeKey`: of its type and version. */
  keyOf(type: string, typeKey: number, payload: JsonText): number | undefined {
    const limits = this.limits.get(type);
    if (limits === undefined || !hasLimits(limits)) return undefined;
    return this.keyOfValue(type, typeKey, groupValueOf(limits, payload));
  }

  keyOfValue(type: string, typeKey: number, value: string): number {
    const db = this.#db;
    const known = numberOf(db.arrays(FIND_KEY).get(type, value, typeKey));
    if (known !== undefined) return known;
    db.write(ADD_GROUP, type, value);
    const made = numberOf(db.arrays(ADD_KEY).get(typeKey, type, value));
    if (made === undefined) throw new Error(NO_KEY);
    return made;
  }

  /**
   * Lets claims look at the runs of a key, if it is the key of a group. `nextAt`: when the first of them is
   * due.
   */
  wake(key: number, nextAt: number, at = nextAt): void {
    if (key < GROUP_KEYS_BELOW) this.#db.write(WAKE, at, nextAt, key);
  }
}

function limitsIn(stored: readonly StoredLimits[]): LimitsByType {
  const some = stored.filter((one) => hasLimits(one.limits) || one.isRegrouping);
  return new Map(some.map(({ type, limits }) => [type, limits]));
}

export function readTypeLimits(db: Database): readonly StoredLimits[] {
  return db.arrays(READ_LIMITS).all().map(storedLimitsOf);
}

const READ_LIMITS = 'SELECT type, version, limits, regrouping FROM type_limits';
const FIND_KEY = `SELECT key FROM limit_keys JOIN limit_groups ON id = group_id
  WHERE type = ? AND value = ? AND type_key = ?`;
const ADD_GROUP = 'INSERT INTO limit_groups (type, value) VALUES (?, ?) ON CONFLICT DO NOTHING';
const NO_KEY = 'a type with limits has no free keys: let its runs end, or remove `per` from its limits';
/** PostgreSQL has no key below it. */
const LAST_KEY = -2_147_483_648;
/** The next key, or after the last one the lowest that is free. */
const FREE_KEY = `coalesce(
    (SELECT coalesce(min(key), ${GROUP_KEYS_BELOW}) - 1 FROM limit_keys HAVING coalesce(min(key), 0) > ${LAST_KEY}),
    (SELECT key + 1 FROM limit_keys AS used WHERE key < ${GROUP_KEYS_BELOW - 1}
      AND NOT EXISTS (SELECT 1 FROM limit_keys WHERE key = used.key + 1) ORDER BY key LIMIT 1))`;
const ADD_KEY = `INSERT INTO limit_keys (key, group_id, type_key)
  SELECT ${FREE_KEY}, id, ? FROM limit_groups WHERE type = ? AND value = ?
  RETURNING key`;
const SINCE = startOrderIn('type_key', '?2');
const WAKE = `UPDATE limit_keys SET look_at = min(coalesce(look_at, ?1), ?1), since = min(coalesce(since, ${SINCE}), ${SINCE})
  WHERE key = ?3`;
