import { SUSPECT_FROM } from '../../../core/rules/suspects.ts';
import { rowOf } from '../rows/run-rows.ts';
import { KEYS_KNOWN } from '../rows/type-keys.ts';
import { type Seen, seenIn } from '../shortcuts/due-index-floor.ts';
import type { Unit } from '../tables/unit.ts';

/**
 * Notes what a look has seen, for the next claim: a row of `SEE_LEFT`. `isSuspectHeld`: a claim asked for
 * the suspect that is due, but another node has it.
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

const WAITING = "held = 'no' AND node IS NULL";
/** What can be claimed in due order. */
export const FREE = `${WAITING} AND recoveries < ${SUSPECT_FROM}`;
/** Of a type that a statement calls `known`, as the indexes of these have it. */
const OF_TYPE = 'type_key + 0 = known.key';
const SUSPECT = `${OF_TYPE} AND recoveries >= ${SUSPECT_FROM}`;
/**
 * {@link WAITING}, phrased so that the index of due runs can't serve it: the server would read all of that
 * index.
 */
const WAITING_BESIDE_DUE_INDEX = "held || '' = 'no' AND node IS NULL";
export const WAITING_SUSPECT = `${SUSPECT} AND ${WAITING_BESIDE_DUE_INDEX}`;
/** A slot that no claim took as it was made, or that was put back. */
export const UNCLAIMED_SLOT = `${OF_TYPE} AND slot_has_waited AND ${WAITING_BESIDE_DUE_INDEX} AND recoveries < ${SUSPECT_FROM}`;
export const ONE_CLAIMED = `EXISTS (SELECT FROM greenvue_jobs.job_types AS known CROSS JOIN LATERAL (
  SELECT FROM greenvue_jobs.live_runs WHERE ${SUSPECT} AND node IS NOT NULL ORDER BY available_at, id LIMIT 1) AS claimed)`;

/**
 * When the first run of the types of `$1` that meets the condition is due. The condition names the type as
 * `known`.
 */
export const firstOf = (condition: string): string => `SELECT min(next.available_at)
  FROM (${KEYS_KNOWN}) AS known CROSS JOIN LATERAL (
    SELECT available_at FROM greenvue_jobs.live_runs WHERE ${condition} ORDER BY available_at LIMIT 1) AS next`;
/**
 * Looked for once, though two columns of {@link SEE_PRIORITIES} ask for it: `OFFSET 0` keeps it apart. The
 * time that a look took includes it: it is in a small index of its own.
 */
export const FIRST_SUSPECT = `(SELECT (${firstOf(WAITING_SUSPECT)}) AS due_at OFFSET 0) AS suspect`;
/**
 * Three columns of a SELECT from {@link FIRST_SUSPECT}; `$2`: no waiting run is due before it.
 * `is_one_claimed` matters only while a suspect waits.
 */
export const SEE_PRIORITIES = `suspect.due_at AS suspect_at,
  CASE WHEN suspect.due_at IS NULL THEN false ELSE ${ONE_CLAIMED} END AS is_one_claimed,
  (${firstOf(`${UNCLAIMED_SLOT} AND available_at >= $2::bigint`)}) AS slot_at`;
