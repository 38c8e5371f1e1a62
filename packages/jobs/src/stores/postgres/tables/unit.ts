import type { FinishedRun } from '../../../core/model/run.ts';
import type { EndedRun } from '../../../core/rules/ended-runs.ts';
import { createUnitOfWork, type UnitOfWork } from '../../../core/transactions/unit-of-work.ts';
import { numbersIn } from '../../rows/first-column.ts';
import type { Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { Shared } from './shared.ts';

/** A transaction of this store. Writes go out together, one statement a table. */
export interface Unit extends UnitOfWork {
  readonly q: Queries;
  readonly shared: Shared;
  /** Drawn already, and given to nothing yet. */
  readonly ids: number[];
  /** Ended runs to be written to history; their live rows are gone already. */
  readonly ended: FinishedRun[];
  /** Runs that are in the history already, to be counted in their hours. */
  readonly moved: EndedRun[];
  /** What was read of live runs with the locks. */
  looked: LookedAt | undefined;
  /** What is to be done once the transaction is written; if it is not, never. */
  readonly onceWritten: (() => void)[];
}

/** Some live runs of jobs, read while those were locked. */
export type FirstRuns = readonly unknown[];

/** {@link FirstRuns} of these jobs; absent: of all that are locked. */
export interface LookedAt {
  readonly uids?: readonly number[];
  readonly rows: FirstRuns;
}

export function createUnit(q: Queries, shared: Shared, now: number): Unit {
  const gathered = { ids: [], ended: [], moved: [], onceWritten: [] };
  return { ...createUnitOfWork(now), q, shared, ...gathered, looked: undefined };
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
