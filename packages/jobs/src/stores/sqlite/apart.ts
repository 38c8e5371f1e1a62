import type { Mutable } from '../../core/objects.ts';
import type { LiveRun } from '../../core/run.ts';
import { SUSPECT_FROM, type WaitingSuspects } from '../../core/suspects.ts';
import { numberOf } from '../rows/first-column.ts';
import { FREE_COLUMNS } from '../rows/run-row.ts';
import { freeRunOf, type KeyedRun, keyed, numbersOf } from './run-rows.ts';
import type { Writer } from './writer.ts';

/** A run that a claim may take. */
export type Due = KeyedRun<Mutable<LiveRun>>;

/** What a claim takes apart from the due order. */
export interface Apart {
  readonly suspects: WaitingSuspects;
  /** When the first of the slots is due that were planned behind other due work. */
  readonly slotAt: number | undefined;
}

const NOTHING_APART: Apart = { suspects: { dueAt: undefined, isOneClaimed: false }, slotAt: undefined };

export function seeApart(w: Writer, keys: readonly number[]): Apart {
  // Nearly always: the types are asked for only when there is something.
  if (numberOf(w.db.arrays(IS_ANY_APART).get()) === 0) return NOTHING_APART;
  const types = JSON.stringify(keys);
  const [dueAt, isOneClaimed, slotAt] = numbersOf<[number | null, number, number | null]>(
    w.db.arrays(SEE_APART).get(types, types),
  );
  return {
    suspects: { dueAt: dueAt ?? undefined, isOneClaimed: isOneClaimed === 1 },
    slotAt: slotAt ?? undefined,
  };
}

interface OfTypes {
  readonly keys: readonly number[];
  readonly now: number;
}

/** The suspect that is due first, if any. */
export function firstSuspect(w: Writer, { keys, now }: OfTypes): Due[] {
  return w.db.arrays(FIRST_SUSPECT).all(JSON.stringify(keys), now).map(dueOf);
}

/** Slots that were planned behind other due work, in due order, at most the given number. */
export function slotsBehind(w: Writer, { keys, now, limit }: OfTypes & { readonly limit: number }): Due[] {
  return w.db.arrays(SLOTS_BEHIND).all(JSON.stringify(keys), now, limit).map(dueOf);
}

function dueOf(row: unknown): Due {
  return keyed(row, freeRunOf(row));
}

/** What is claimed in due order. */
export const FREE = `held = 0 AND node IS NULL AND recoveries < ${SUSPECT_FROM}`;
const OF_TYPES = 'type_key IN (SELECT value FROM json_each(?))';
/** By the index for it, whatever SQLite believes of the rows: without it, it reads all that is due. */
const SUSPECT = `FROM live_runs INDEXED BY live_runs_suspects WHERE recoveries >= ${SUSPECT_FROM}`;
const WAITING_SUSPECT = `${SUSPECT} AND held = 0 AND node IS NULL AND ${OF_TYPES}`;
const BEHIND = `FROM live_runs INDEXED BY live_runs_behind WHERE is_behind = 1 AND ${FREE} AND ${OF_TYPES}`;
const IS_ANY_APART = `SELECT EXISTS (SELECT 1 ${SUSPECT}) OR EXISTS (
  SELECT 1 FROM live_runs INDEXED BY live_runs_behind WHERE is_behind = 1)`;
const SEE_APART = `SELECT (SELECT min(available_at) ${WAITING_SUSPECT}),
  EXISTS (SELECT 1 ${SUSPECT} AND node IS NOT NULL), (SELECT min(available_at) ${BEHIND})`;
const FIRST_SUSPECT = `SELECT ${FREE_COLUMNS} ${WAITING_SUSPECT} AND available_at <= ?
  ORDER BY available_at, id LIMIT 1`;
const SLOTS_BEHIND = `SELECT ${FREE_COLUMNS} ${BEHIND} AND available_at <= ? ORDER BY available_at, id LIMIT ?`;
