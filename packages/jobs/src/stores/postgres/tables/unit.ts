import type { FinishedRun } from '../../../core/model/run.ts';
import type { EndedRun } from '../../../core/rules/ended-runs.ts';
import { createUnitOfWork, type UnitOfWork } from '../../../core/transactions/unit-of-work.ts';
import { numbersIn } from '../../rows/first-column.ts';
import type { Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';
import type { Shared } from './shared.ts';

/** A transaction of this store. It collects writes, and sends one statement for each table. */
export interface Unit extends UnitOfWork {
  readonly q: Queries;
  readonly shared: Shared;
  /** Drawn ids that are not used yet. */
  readonly ids: number[];
  /** Ended runs to write to history. Their live rows are already deleted. */
  readonly ended: FinishedRun[];
  /** Runs that are already in history, but not in the hourly counts. */
  readonly moved: Moved[];
  /** The live runs that were read together with the locks. */
  looked: LookedAt | undefined;
  /** Functions to call after the transaction is written. If it fails, they are not called. */
  readonly onceWritten: (() => void)[];
}

/** A run that is in history, but that the hourly counts do not contain yet. */
export interface Moved {
  readonly jobUid: number;
  readonly end: EndedRun & Required<Pick<EndedRun, 'startedAt' | 'finishedAt'>>;
  /** When the run was due. */
  readonly dueAt: number;
}

/** Some live runs of jobs, read while the jobs were locked. */
export type FirstRuns = readonly unknown[];

/** {@link FirstRuns} of these jobs. `uids` absent: of all locked jobs. */
export interface LookedAt {
  readonly uids?: readonly number[];
  readonly rows: FirstRuns;
}

export function createUnit(q: Queries, shared: Shared, now: number): Unit {
  const gathered = { ids: [], ended: [], moved: [], onceWritten: [] };
  return { ...createUnitOfWork(now, shared.limits.byType), q, shared, ...gathered, looked: undefined };
}

/**
 * Notes that runs or jobs become due at these instants, past ones included. This transaction sees that now,
 * others after the write.
 */
export function becomeDue(u: Unit, what: keyof Shared['due'], instants: readonly number[]): void {
  const rewind = () => u.shared.due[what].rewind(instants);
  rewind();
  u.onceWritten.push(rewind);
}

/** Draws ids for runs and jobs, in rising order. */
export async function nextIds(q: Queries, count: number): Promise<number[]> {
  if (count === 1) return numbersIn(await q.arrays(NEXT_ID));
  const [row] = await q.arrays(NEXT_IDS, [count]);
  return rowOf<[number[]]>(row)[0];
}

/** For one id: faster to plan than the statement for several. */
const NEXT_ID = "SELECT nextval('greenvue_jobs.ids')";
/** One array is faster to read than one row for each number. */
const NEXT_IDS = `SELECT ARRAY(SELECT nextval('greenvue_jobs.ids') FROM generate_series(1, $1::integer))`;
