import type { BoundedMap } from '../../bounded-map.ts';
import type { NewRun, SkippedRun } from '../../core/decision.ts';
import type { EndedRun } from '../../core/ended-runs.ts';
import type { FinishedRun, LiveRun } from '../../core/run.ts';
import { numbersIn } from '../rows/first-column.ts';
import type { StoredJob } from '../rows/job-row.ts';
import type { Crowds } from './crowds.ts';
import type { KnownClaims } from './known-claims.ts';
import type { KnownJobs } from './known-jobs.ts';
import type { LowWater } from './low-water.ts';
import type { KnownPriorities } from './priority-claims.ts';
import type { Queries } from './queries.ts';
import { rowOf } from './run-rows.ts';
import type { Triggered } from './trigger-at-once.ts';
import type { TypeKeys } from './type-keys.ts';

/** What a store keeps over its transactions. */
export interface Shared {
  readonly types: TypeKeys;
  readonly crowds: Crowds;
  /** The most runs with a future `run_at` that a job may have. */
  readonly maxRunsPutOff: number;
  /** This process counts finished runs in this shard of an hour, or begins with it. */
  readonly shard: number;
  readonly patience: Patience;
  readonly claims: KnownClaims;
  readonly known: KnownJobs;
  /** By id, jobs that were triggered of late: what the next trigger makes is known. */
  readonly triggered: BoundedMap<string, Triggered>;
  readonly missed: Missed;
  readonly priorities: KnownPriorities;
  readonly due: { readonly jobs: LowWater; readonly runs: LowWater };
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

/**
 * One transaction: the job rows that it has locked, and what it is going to write. Writes are gathered and go
 * out together, one statement a table, however many jobs and runs they are about.
 */
export interface Unit {
  readonly q: Queries;
  readonly now: number;
  readonly shared: Shared;
  /** The locked jobs as they are now, by uid. */
  readonly jobs: Map<number, StoredJob>;
  /** Those that differ from what is written, as they were. */
  readonly unsaved: Map<number, StoredJob>;
  /** Asked for already ({@link reserveIds}). */
  readonly ids: number[];
  /** To be made: ids are given when they are written. */
  readonly toMake: (ToQueue | ToSkip)[];
  /** Ended runs to be written to history; their live rows are gone already. */
  readonly ended: FinishedRun[];
  /** Runs that are in the history already, to be counted in their hours. */
  readonly moved: EndedRun[];
  /** What was made and finished so far. */
  readonly queued: LiveRun[];
  readonly finished: FinishedRun[];
  /** What is to be done once the transaction is written; if it is not, never. */
  readonly onceWritten: (() => void)[];
}

export interface ToQueue {
  readonly kind: 'queue';
  readonly run: NewRun;
  readonly job: StoredJob;
  /** It is claimed from the start. */
  readonly claim?: { readonly node: string; readonly started: boolean };
}

export interface ToSkip {
  readonly kind: 'skip';
  readonly skip: SkippedRun;
  readonly job: StoredJob;
}

export function createUnit(q: Queries, shared: Shared, now: number): Unit {
  return {
    q,
    now,
    shared,
    jobs: new Map(),
    unsaved: new Map(),
    ids: [],
    toMake: [],
    ended: [],
    moved: [],
    queued: [],
    finished: [],
    onceWritten: [],
  };
}

/** A job that this unit has locked. */
export function lockedJob(u: Unit, uid: number): StoredJob {
  const stored = u.jobs.get(uid);
  if (stored === undefined) throw new Error(`job ${uid} is not locked`);
  return stored;
}

export function saveJob(u: Unit, after: StoredJob): void {
  const before = lockedJob(u, after.uid);
  if (before === after) return;
  if (!u.unsaved.has(after.uid)) u.unsaved.set(after.uid, before);
  u.jobs.set(after.uid, after);
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
