import { SUSPECT_FROM } from '../../../core/rules/suspects.ts';
import { GROUP_KEYS_BELOW } from '../../rows/limit-rows.ts';
import { rowOf } from '../rows/run-rows.ts';
import { KEYS_KNOWN } from '../rows/type-keys.ts';
import { type Seen, seenIn } from '../shortcuts/due-index-floor.ts';
import type { Unit } from '../tables/unit.ts';

/**
 * Stores what a look saw (a row of `SEE_LEFT`) for the next claim. `isSuspectHeld`: the claim wanted the due
 * suspect, but another node had it.
 */
export function noteWaiting(
  { now, shared }: Unit,
  row: unknown,
  { isSuspectHeld }: { readonly isSuspectHeld: boolean },
): Seen {
  const seen = seenIn(row);
  const [, , dueAt, isOneClaimed, slotAt] =
    rowOf<[number | null, number, dueAt: number | null, isOneClaimed: boolean, slotAt: number | null]>(row);
  shared.waiting.seen = {
    at: now,
    runAt: seen.earliest,
    slotAt: slotAt ?? undefined,
    suspects: { dueAt: dueAt ?? undefined, isOneClaimed: isOneClaimed || isSuspectHeld },
  };
  return seen;
}

/** Whether this transaction may claim a suspect, if no other suspect is claimed. */
export async function lockSuspects({ q }: Pick<Unit, 'q'>): Promise<boolean> {
  const [lock] = await q.arrays(TRY_SUSPECTS_LOCK, [SUSPECTS_LOCK]);
  return rowOf<[boolean]>(lock)[0];
}

/** An arbitrary number. A claim of a suspect holds this advisory lock until its transaction ends. */
const SUSPECTS_LOCK = 7_236_451_904;
const TRY_SUSPECTS_LOCK = 'SELECT pg_try_advisory_xact_lock($1::bigint)';

const WAITING = "held = 'no' AND node IS NULL";
/** The condition for runs that are claimed in due order. */
export const FREE = `${WAITING} AND recoveries < ${SUSPECT_FROM}`;
/** Compares with the type that the statement calls `known`, in the form that these indexes contain. */
const OF_TYPE = 'type_key + 0 = known.key';
const SUSPECT = `${OF_TYPE} AND recoveries >= ${SUSPECT_FROM}`;
/**
 * {@link WAITING} in a form that the index of due runs does not match. With that index, the server would read
 * all due runs.
 */
const WAITING_BESIDE_DUE_INDEX = "held || '' = 'no' AND node IS NULL";
export const WAITING_SUSPECT_OF_GROUPS = `recoveries >= ${SUSPECT_FROM} AND ${WAITING_BESIDE_DUE_INDEX}`;
export const WAITING_SUSPECT = `${SUSPECT} AND ${WAITING_BESIDE_DUE_INDEX}`;
/** A slot that its plan did not claim, or that was put back. */
export const UNCLAIMED_SLOT = `${OF_TYPE} AND slot_has_waited AND ${WAITING_BESIDE_DUE_INDEX} AND recoveries < ${SUSPECT_FROM}`;
/** Suspects of types with limits have the keys of their groups. */
export const ONE_CLAIMED = `(EXISTS (SELECT FROM greenvue_jobs.job_types AS known CROSS JOIN LATERAL (
    SELECT FROM greenvue_jobs.live_runs WHERE ${SUSPECT} AND node IS NOT NULL ORDER BY available_at, id LIMIT 1) AS claimed)
  OR EXISTS (SELECT FROM greenvue_jobs.live_runs
    WHERE type_key + 0 < ${GROUP_KEYS_BELOW} AND recoveries >= ${SUSPECT_FROM} AND node IS NOT NULL))`;

/**
 * When the first run is due that meets the condition, of the types of `$1`. The condition calls the type
 * `known`.
 */
export const firstOf = (condition: string): string => `SELECT min(next.available_at)
  FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
    SELECT available_at FROM greenvue_jobs.live_runs WHERE ${condition} ORDER BY available_at LIMIT 1) AS next`;
/**
 * When the first suspect is due. `OFFSET 0` makes PostgreSQL evaluate it once, although two columns of
 * {@link SEE_PRIORITIES} use it. It adds little to a look's measured time: suspects have a small index.
 */
export const FIRST_SUSPECT = `(SELECT (${firstOf(WAITING_SUSPECT)}) AS due_at OFFSET 0) AS suspect`;
/**
 * Three columns of a SELECT from {@link FIRST_SUSPECT}. No waiting run is due before `$2`. `is_one_claimed`
 * matters only while a suspect waits.
 */
export const SEE_PRIORITIES = `suspect.due_at AS suspect_at,
  CASE WHEN suspect.due_at IS NULL THEN false ELSE ${ONE_CLAIMED} END AS is_one_claimed,
  (${firstOf(`${UNCLAIMED_SLOT} AND available_at >= $2::bigint`)}) AS slot_at`;
