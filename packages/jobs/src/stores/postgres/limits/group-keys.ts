import type { JsonText } from '../../../core/model/run.ts';
import { groupValueOf } from '../../../core/type-limits/group-value.ts';
import { hasLimits } from '../../../core/type-limits/type-limits.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import { startOrderIn } from '../../rows/queue-key.ts';
import { columnsOf } from '../connection/queries.ts';
import type { Unit } from '../tables/unit.ts';
import { findKeys, type GroupOfRun } from './group-maker.ts';

/** A run, as far as its group depends on it. `value`: of the group that it stays in. */
export interface RunOfType {
  readonly type: string;
  readonly typeKey: number;
  readonly payload: JsonText;
  readonly value?: string | null;
}

/** The keys of runs: of their groups if their types have limits, otherwise of their types. In order. */
export async function keysOfRuns(u: Unit, runs: readonly RunOfType[]): Promise<readonly number[]> {
  const groups = runs.map((run) => groupOf(u, run));
  const byName = new Map(groups.flatMap((one) => (one === undefined ? [] : [[nameOf(one), one]])));
  const keys = byName.size === 0 ? new Map<string, number>() : await keysOfGroups(u, [...byName.values()]);
  return runs.map(({ typeKey }, n) => {
    const group = groups[n];
    return (group && keys.get(nameOf(group))) ?? typeKey;
  });
}

async function keysOfGroups(
  { q, now, shared }: Unit,
  groups: readonly GroupOfRun[],
): Promise<ReadonlyMap<string, number>> {
  const found = await findKeys(q, groups);
  const missing = groups.filter((_, n) => !found.has(n));
  const keys = new Map(
    groups.flatMap((group, n) => {
      const key = found.get(n);
      return key === undefined ? [] : [[nameOf(group), key]];
    }),
  );
  if (missing.length === 0) return keys;
  const made = await shared.groups.make(missing, now);
  // For their locks. A caller's transaction with an older snapshot doesn't see new keys: prunes keep them for
  // a day.
  const locked = await findKeys(q, missing);
  for (const [n, key] of made.entries()) {
    const group = missing[n];
    if (group !== undefined) keys.set(nameOf(group), locked.get(n) ?? key);
  }
  return keys;
}

/**
 * When a claim has to look at the runs of a key. `typeKey`: if the transaction may not see the row of the
 * key.
 */
interface Look {
  readonly key: number;
  readonly typeKey?: number;
  readonly at: number;
}

/** Lets claims look at the runs of keys, each from an instant on. */
export async function lookAtKeys(u: Unit, looks: readonly Look[]): Promise<void> {
  const first = new Map<number, Look>();
  for (const look of looks)
    if (look.key < GROUP_KEYS_BELOW && look.at < (first.get(look.key)?.at ?? Number.POSITIVE_INFINITY))
      first.set(look.key, look);
  const rows = [...first.values()].map(({ key, typeKey, at }) => [key, typeKey ?? null, at]);
  if (rows.length > 0) await u.q.write(ADD_LOOKS, columnsOf(rows, 3));
}

function groupOf({ limits }: Unit, { type, typeKey, payload, value }: RunOfType): GroupOfRun | undefined {
  const ofType = limits.get(type);
  if (ofType === undefined || !hasLimits(ofType)) return undefined;
  return { type, value: value ?? groupValueOf(ofType, payload), typeKey };
}

const nameOf = ({ type, value, typeKey }: GroupOfRun) => `${typeKey} ${type} ${value}`;

const ADD_LOOKS = `INSERT INTO greenvue_jobs.limit_looks (key, type_key, at, since)
  SELECT new.key, of.type_key, new.at, ${startOrderIn('of.type_key', 'new.at')}
  FROM unnest($1::integer[], $2::integer[], $3::bigint[]) AS new (key, type_key, at)
    LEFT JOIN greenvue_jobs.limit_keys AS keys ON keys.key = new.key
    CROSS JOIN LATERAL (SELECT coalesce(new.type_key, keys.type_key) AS type_key) AS of
  WHERE of.type_key IS NOT NULL`;
