import type { LiveRun } from '../../../core/model/run.ts';
import type { Mutable } from '../../../core/objects.ts';
import { SUSPECT_FROM } from '../../../core/rules/suspects.ts';
import type { SeenWaiting } from '../../../core/transactions/tables/tables.ts';
import { numberOf } from '../../rows/first-column.ts';
import { FREE_COLUMNS } from '../../rows/runs/run-row.ts';
import { freeRunOf, type KeyedRun, keyed, rowOf } from '../rows/run-rows.ts';
import type { Writer } from '../writer/writer.ts';
import { earliestOf, firstOfKeys, type ReadOfKeys } from './runs-by-type.ts';

/** A run that a claim may take. */
export type Due = KeyedRun<Mutable<LiveRun>>;

/** Runs that a claim takes before runs that were due earlier. */
type Priorities = Pick<SeenWaiting, 'suspects' | 'slotAt'>;

const NO_PRIORITIES: Priorities = { suspects: { dueAt: undefined, isOneClaimed: false }, slotAt: undefined };

export function seePriorities(w: Writer, keys: readonly number[]): Priorities {
  // Nearly always there are none, and the query by type is skipped.
  if (numberOf(w.db.arrays(IS_ANY_PRIORITY).get()) === 0) return NO_PRIORITIES;
  const types = JSON.stringify(keys);
  const [dueAt, isOneClaimed] = rowOf<[number | null, number]>(w.db.arrays(SEE_SUSPECTS).get(types));
  return {
    suspects: { dueAt: dueAt ?? undefined, isOneClaimed: isOneClaimed === 1 },
    slotAt: earliestOf(w, EARLIEST_SLOT, keys),
  };
}

interface OfTypes {
  readonly keys: readonly number[];
  readonly now: number;
}

/** The suspect that has been due longest, if any. */
export function firstSuspect(w: Writer, { keys, now }: OfTypes): Due[] {
  return w.db.arrays(FIRST_SUSPECT).all(JSON.stringify(keys), now).map(dueOf);
}

/**
 * Slots that no claim took when they were planned, or that were put back: earliest due first, at most
 * `limit`.
 */
export function unclaimedSlots(
  w: Writer,
  { keys, now, limit }: OfTypes & { readonly limit: number },
): readonly Due[] {
  const paramsOf = (key: number) => [key, now];
  return firstOfKeys(w, { ...IN_DUE_ORDER, keys, limit, sql: UNCLAIMED_SLOTS, paramsOf });
}

/** Reads of runs, earliest due first. */
export const IN_DUE_ORDER: Pick<ReadOfKeys<Due>, 'order' | 'compare' | 'read'> = {
  order: 'available_at, id',
  compare: (one, other) => one.run.availableAt - other.run.availableAt || one.id - other.id,
  read: dueOf,
};

function dueOf(row: unknown): Due {
  return keyed(row, freeRunOf(row));
}

/** The runs that claims take in due order. */
export const FREE = `held = 0 AND node IS NULL AND recoveries < ${SUSPECT_FROM}`;
const OF_TYPES = 'type_key IN (SELECT value FROM json_each(?))';
/** Forces the index: SQLite's statistics may favor another one, and it would read all due runs. */
const SUSPECT = `FROM live_runs INDEXED BY live_runs_suspects WHERE recoveries >= ${SUSPECT_FROM}`;
const WAITING_SUSPECT = `${SUSPECT} AND held = 0 AND node IS NULL AND ${OF_TYPES}`;
const UNCLAIMED = 'FROM live_runs INDEXED BY live_runs_unclaimed_slots WHERE slot_has_waited = 1';
const UNCLAIMED_OF_TYPE = `${UNCLAIMED} AND ${FREE} AND type_key = ?`;
const IS_ANY_PRIORITY = `SELECT EXISTS (SELECT 1 ${SUSPECT}) OR EXISTS (SELECT 1 ${UNCLAIMED} AND held = 0)`;
const SEE_SUSPECTS = `SELECT (SELECT min(available_at) ${WAITING_SUSPECT}), EXISTS (SELECT 1 ${SUSPECT} AND node IS NOT NULL)`;
const FIRST_SUSPECT = `SELECT ${FREE_COLUMNS} ${WAITING_SUSPECT} AND available_at <= ?
  ORDER BY available_at, id LIMIT 1`;
const EARLIEST_SLOT = `SELECT available_at ${UNCLAIMED_OF_TYPE} ORDER BY available_at LIMIT 1`;
const UNCLAIMED_SLOTS = `SELECT ${FREE_COLUMNS} ${UNCLAIMED_OF_TYPE} AND available_at <= ?`;
