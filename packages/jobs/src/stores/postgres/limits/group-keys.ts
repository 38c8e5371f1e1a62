import type { JsonText } from '../../../core/model/run.ts';
import { groupValueOf } from '../../../core/type-limits/group-value.ts';
import { hasLimits } from '../../../core/type-limits/type-limits.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import { startOrderIn } from '../../rows/queue-key.ts';
import { columnsOf } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { Unit } from '../tables/unit.ts';

const TRIES = 4;

/** A run, as far as its group depends on it. `value`: of the group that it stays in. */
export interface RunOfType {
  readonly type: string;
  readonly typeKey: number;
  readonly payload: JsonText;
  readonly value?: string | null;
}

/** The keys of runs: of their groups if their types have limits, otherwise of their types. In order. */
export async function keysOfRuns(u: Unit, runs: readonly RunOfType[]): Promise<readonly number[]> {
  const wanted = runs.map((run) => wantedOf(u, run));
  const missing = new Map<string, Wanted>();
  for (const one of wanted) if (one !== undefined) missing.set(nameOf(one), one);
  if (missing.size === 0) return runs.map(({ typeKey }) => typeKey);
  const known = new Map<string, number>();
  // A prune may remove a group between two of these statements.
  for (let tries = 0; missing.size > 0 && tries < TRIES; tries += 1) {
    if (tries > 0) {
      const rows = columnsOf([...missing.values()].sort(byName).map(rowOfWanted), 3);
      await u.q.run(ADD_GROUPS, rows.slice(0, 2));
      await u.q.run(ADD_KEYS, rows);
    }
    for (const [name, key] of await findKeys(u, [...missing.values()])) {
      known.set(name, key);
      missing.delete(name);
    }
  }
  return wanted.map((one, n) => {
    const key = one === undefined ? runs[n]?.typeKey : known.get(nameOf(one));
    if (key === undefined) throw new Error(`the group ${one?.value} of ${one?.type} has no key`);
    return key;
  });
}

/** Lets claims look at the runs of keys, each from an instant on. */
export async function lookAtKeys(
  u: Unit,
  looks: readonly { readonly key: number; readonly at: number }[],
): Promise<void> {
  const first = new Map<number, number>();
  for (const { key, at } of looks)
    if (key < GROUP_KEYS_BELOW) first.set(key, Math.min(at, first.get(key) ?? at));
  if (first.size > 0) await u.q.write(ADD_LOOKS, [[...first.keys()], [...first.values()]]);
}

interface Wanted {
  readonly type: string;
  readonly value: string;
  readonly typeKey: number;
}

function wantedOf({ limits }: Unit, { type, typeKey, payload, value }: RunOfType): Wanted | undefined {
  const ofType = limits.get(type);
  if (ofType === undefined || !hasLimits(ofType)) return undefined;
  return { type, value: value ?? groupValueOf(ofType, payload), typeKey };
}

async function findKeys(u: Unit, wanted: readonly Wanted[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const row of await u.q.arrays(FIND_KEYS, columnsOf(wanted.map(rowOfWanted), 3))) {
    const [type, value, typeKey, key] = rowOf<[string, string, number, number]>(row);
    found.set(nameOf({ type, value, typeKey }), key);
  }
  return found;
}

const rowOfWanted = ({ type, value, typeKey }: Wanted) => [type, value, typeKey] as const;
const nameOf = ({ type, value, typeKey }: Wanted) => `${typeKey} ${type} ${value}`;
const byName = (a: Wanted, b: Wanted) => (nameOf(a) < nameOf(b) ? -1 : 1);

const WANTED = 'unnest($1::text[], $2::text[], $3::integer[]) AS wanted (type, value, type_key)';
/** Shares the locks of the keys: a prune leaves them until the end of the transaction. */
const FIND_KEYS = `SELECT wanted.type, wanted.value, wanted.type_key, keys.key FROM ${WANTED}
  JOIN greenvue_jobs.limit_groups AS of ON of.type = wanted.type AND of.value = wanted.value
  JOIN greenvue_jobs.limit_keys AS keys ON keys.group_id = of.id AND keys.type_key = wanted.type_key
  FOR KEY SHARE OF keys`;
const ADD_GROUPS = `INSERT INTO greenvue_jobs.limit_groups (type, value)
  SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS new (type, value) ORDER BY type, value
  ON CONFLICT (type, value) DO NOTHING`;
const ADD_KEYS = `INSERT INTO greenvue_jobs.limit_keys (group_id, type_key)
  SELECT of.id, wanted.type_key FROM ${WANTED}
    JOIN greenvue_jobs.limit_groups AS of ON of.type = wanted.type AND of.value = wanted.value
  ORDER BY of.id, wanted.type_key ON CONFLICT (group_id, type_key) DO NOTHING`;
const ADD_LOOKS = `INSERT INTO greenvue_jobs.limit_looks (key, type_key, at, since)
  SELECT new.key, keys.type_key, new.at, ${startOrderIn('keys.type_key', 'new.at')} FROM unnest($1::integer[], $2::bigint[]) AS new (key, at)
    JOIN greenvue_jobs.limit_keys AS keys ON keys.key = new.key`;
