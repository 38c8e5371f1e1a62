import type { EndedRun } from '../../../core/ended-runs.ts';
import type { FinishedRun } from '../../../core/run.ts';
import { createUnitOfWork, type UnitOfWork } from '../../../core/transactions/unit-of-work.ts';
import { numbersIn } from '../../rows/first-column.ts';
import type { KnownPriorities } from '../claims/known-priorities.ts';
import type { Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { TypeKeys } from '../rows/type-keys.ts';
import type { DueIndexFloor } from '../shortcuts/due-index-floor.ts';
import type { KnownClaims } from '../shortcuts/known-claims.ts';
import type { KnownJobs } from '../shortcuts/known-jobs.ts';
import type { KnownTriggers } from '../shortcuts/known-triggers.ts';
import type { LiveRunCap } from './live-run-cap.ts';

/** What a store keeps over its transactions. */
export interface Shared {
  readonly types: TypeKeys;
  readonly liveRunCap: LiveRunCap;
  /** The most runs with a future `run_at` that a job may have. */
  readonly maxRunsPutOff: number;
  /** This process counts finished runs in this shard of an hour, or begins with it. */
  readonly shard: number;
  readonly patience: Patience;
  readonly claims: KnownClaims;
  readonly known: KnownJobs;
  readonly triggered: KnownTriggers;
  readonly missed: Missed;
  readonly priorities: KnownPriorities;
  readonly due: { readonly jobs: DueIndexFloor; readonly runs: DueIndexFloor };
}

/** Whether a pass left something due alone since others held it, such as the settlements beside it. */
export interface Missed {
  plans: boolean;
}

/** Whether a pass waits for jobs that others have locked: not again soon after it was in vain. */
export interface Patience {
  gaveUpAt: number;
  /** When jobs that this node settles were last found locked: by others, or by other work of its own. */
  sharedAt: number;
}

/** A transaction of this store. Writes go out together, one statement a table. */
export interface Unit extends UnitOfWork {
  readonly q: Queries;
  readonly shared: Shared;
  /** Asked for already ({@link reserveIds}). */
  readonly ids: number[];
  /** Ended runs to be written to history; their live rows are gone already. */
  readonly ended: FinishedRun[];
  /** Runs that are in the history already, to be counted in their hours. */
  readonly moved: EndedRun[];
  /** What is to be done once the transaction is written; if it is not, never. */
  readonly onceWritten: (() => void)[];
}

export function createUnit(q: Queries, shared: Shared, now: number): Unit {
  return { ...createUnitOfWork(now), q, shared, ids: [], ended: [], moved: [], onceWritten: [] };
}

/**
 * Runs or jobs become due at these instants, which may be past: for this transaction now, and for others once
 * it is written.
 */
export function becomeDue(u: Unit, what: keyof Shared['due'], instants: readonly number[]): void {
  const rewind = () => u.shared.due[what].rewind(instants);
  rewind();
  u.onceWritten.push(rewind);
}

/** Of runs and jobs, in rising order. */
export async function nextIds(q: Queries, count: number): Promise<number[]> {
  if (count === 1) return numbersIn(await q.arrays(NEXT_ID));
  const [row] = await q.arrays(NEXT_IDS, [count]);
  return rowOf<[number[]]>(row)[0];
}

/** For one, without what a set takes to be planned. */
const NEXT_ID = "SELECT nextval('greenvue_jobs.ids')";
/** As one value: a row each costs more to read than the number to draw. */
const NEXT_IDS = `SELECT ARRAY(SELECT nextval('greenvue_jobs.ids') FROM generate_series(1, $1::integer))`;
