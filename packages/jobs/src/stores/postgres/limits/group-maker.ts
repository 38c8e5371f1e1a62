import { StoreError } from '../../../core/model/errors.ts';
import type { Database } from '../connection/database.ts';
import { mayBeDone } from '../connection/database-errors.ts';
import { columnsOf, type Statements } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';

/** A group of a type with limits, and the key of the type's version and priority. */
export interface GroupOfRun {
  readonly type: string;
  readonly value: string;
  readonly typeKey: number;
}

/** How many keys each try draws for a missing one. Long-lived groups may use millions of keys in a row. */
const DRAWS = [1, 100, 10_000, 1_000_000] as const;
/** In one statement. */
const MOST_DRAWS = 1_000_000;

/**
 * Makes groups and their keys in transactions of their own. So nobody waits for the commit of a transaction
 * that makes the first run of a value. Its connection is its own: callers hold one of another pool.
 */
export class GroupMaker {
  readonly #db: Pick<Database, 'boundedTransaction'>;

  constructor(db: Pick<Database, 'boundedTransaction'>) {
    this.#db = db;
  }

  /** The keys of the groups, in order. */
  make(groups: readonly GroupOfRun[], now: number): Promise<readonly number[]> {
    return this.#make(groups, now).catch((error: unknown) => {
      // The lost COMMIT is not the one of the caller's transaction, which has done nothing.
      if (error instanceof StoreError && mayBeDone(error))
        throw new StoreError(error.code, error.message, { cause: error });
      throw error;
    });
  }

  async #make(groups: readonly GroupOfRun[], now: number): Promise<readonly number[]> {
    const rows = columnsOf(groups.map(paramsOf), 3);
    for (const draws of DRAWS) {
      const found = await this.#db.boundedTransaction(async (q) => {
        await q.write(ADD_GROUPS, rows.slice(0, 2));
        await q.write(ADD_KEYS, [...rows, Math.min(groups.length * draws, MOST_DRAWS), now]);
        return findKeys(q, groups);
      });
      const keys = groups.flatMap((_, n) => found.get(n) ?? []);
      if (keys.length === groups.length) return keys;
    }
    throw new StoreError('unavailable', NO_KEY);
  }
}

/**
 * Finds the keys of groups, by their places in the list. Shares the locks of the keys with other makers of
 * runs.
 */
export async function findKeys(
  q: Statements,
  groups: readonly GroupOfRun[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await q.arrays(FIND_KEYS, columnsOf(groups.map(paramsOf), 3));
  return new Map(rows.map((row) => rowOf<[number, number]>(row)).map(([place, key]) => [place - 1, key]));
}

const paramsOf = ({ type, value, typeKey }: GroupOfRun) => [type, value, typeKey] as const;

const NO_KEY =
  'The run could not be added: the value of its limit got no key, because too many keys are in use. Try again; if it fails again, let runs of the type end, or remove `per` from its limits.';

const WANTED = `unnest($1::text[], $2::text[], $3::integer[]) WITH ORDINALITY AS wanted (type, value, type_key, place)
  JOIN greenvue_jobs.limit_groups AS of ON of.type = wanted.type AND of.value = wanted.value`;
/** Shares the locks of the keys: a prune leaves them until the end of the transaction. */
const FIND_KEYS = `SELECT wanted.place, keys.key FROM ${WANTED}
    JOIN greenvue_jobs.limit_keys AS keys ON keys.group_id = of.id AND keys.type_key = wanted.type_key
  FOR KEY SHARE OF keys`;
const ADD_GROUPS = `INSERT INTO greenvue_jobs.limit_groups (type, value)
  SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS new (type, value) ORDER BY type, value ON CONFLICT DO NOTHING`;
/** A later try adds what is missing: another transaction may draw the same keys, or remove a group. */
const ADD_KEYS = `WITH locked AS MATERIALIZED (
    SELECT of.id, wanted.type_key FROM ${WANTED} ORDER BY of.id, wanted.type_key FOR KEY SHARE OF of),
  missing AS (
    SELECT id, type_key, row_number() OVER (ORDER BY id, type_key) AS n FROM locked WHERE NOT EXISTS (
      SELECT FROM greenvue_jobs.limit_keys AS keys WHERE keys.group_id = id AND keys.type_key = locked.type_key)),
  drawn AS MATERIALIZED (
    SELECT nextval('greenvue_jobs.limit_keys_key_seq')::integer AS key FROM generate_series(1, $4::integer)),
  free AS (
    SELECT key, row_number() OVER (ORDER BY key DESC) AS n FROM drawn
    WHERE NOT EXISTS (SELECT FROM greenvue_jobs.limit_keys AS keys WHERE keys.key = drawn.key))
  INSERT INTO greenvue_jobs.limit_keys (key, group_id, type_key, made_at)
  SELECT key, id, type_key, $5::bigint FROM missing JOIN free USING (n) ORDER BY id, type_key ON CONFLICT DO NOTHING`;
