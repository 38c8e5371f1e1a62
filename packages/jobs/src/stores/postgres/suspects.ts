import { nextSuspectAt, SUSPECT_FROM, SUSPECTS_AGAIN_MS } from '../../core/suspects.ts';
import { rowOf } from './run-rows.ts';
import { KEYS_KNOWN } from './type-keys.ts';
import type { Unit } from './unit.ts';

/** What a node knows of suspects from its last look (P9): claims try for one only when there is one. */
export interface KnownSuspects {
  /** When a claim may take the next one, or has to look again. */
  nextAt: number | undefined;
}

/** Whether a claim with a free place tries for a suspect. */
export function isSuspectDue({ now, shared: { suspects } }: Unit): boolean {
  return suspects.nextAt !== undefined && suspects.nextAt <= now;
}

/** Keeps what a look has seen, in a row of {@link SEE_SUSPECTS}. `isHeld`: what is due was asked for in vain, since another node has it. */
export function noteSuspects({ now, shared: { suspects } }: Unit, row: unknown, isHeld = false): void {
  const [dueAt, isOneClaimed] = rowOf<[number | null, boolean]>(row);
  const nextAt = nextSuspectAt({ dueAt: dueAt ?? undefined, isOneClaimed }, now);
  suspects.nextAt = nextAt !== undefined && isHeld ? Math.max(nextAt, now + SUSPECTS_AGAIN_MS) : nextAt;
}

const SUSPECT = `FROM greenvue_jobs.live_runs WHERE recoveries >= ${SUSPECT_FROM}`;
/** Of the types of `$1`. */
export const WAITING_SUSPECT = `${SUSPECT} AND held = 'no' AND node IS NULL AND type_key IN (${KEYS_KNOWN})`;
export const ONE_CLAIMED = `EXISTS (SELECT ${SUSPECT} AND node IS NOT NULL)`;
export const SEE_SUSPECTS = `(SELECT min(available_at) ${WAITING_SUSPECT}) AS suspect_at, ${ONE_CLAIMED} AS is_one_claimed`;
