import { type NewRun, type SkippedRun, without } from '../../core/decision.ts';
import type { FinishedRun, FinishedStatus, LiveRun } from '../../core/run.ts';
import { type EndedRun, skippedOf } from '../../core/settle.ts';
import type { ClaimResult } from '../../core/store-passes.ts';
import { claimedRunOf } from '../rows/claimed-run.ts';
import { numbersIn } from '../rows/first-column.ts';
import { jobParams, onlyStateChanged, type StoredJob } from '../rows/job-row.ts';
import type { Crowds } from './crowds.ts';
import { type Claimant, insertClaimed, mayClaim } from './insert-claimed.ts';
import { type StateUpdate, stateUpdateOf, UPDATE_JOB } from './job-rows.ts';
import type { KnownClaims } from './known-claims.ts';
import type { KnownJobs } from './known-jobs.ts';
import type { LowWater } from './low-water.ts';
import { columnsOf, type Param, type Queries } from './queries.ts';
import {
  FINISHED_WIDTH,
  finishedParams,
  INSERT_FINISHED,
  INSERT_LIVE,
  LIVE_WIDTH,
  newRunParams,
  rowOf,
} from './run-rows.ts';
import { shardAt } from './shards.ts';
import { keyOfRun, type TypeKeys } from './type-keys.ts';

/** What a store keeps over its transactions. */
export interface Shared {
  readonly types: TypeKeys;
  readonly crowds: Crowds;
  /** This process counts finished runs in this shard of an hour, or begins with it. */
  readonly shard: number;
  readonly patience: Patience;
  readonly claims: KnownClaims;
  readonly known: KnownJobs;
  readonly missed: Missed;
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
 * One transaction: the job rows that it has locked, and what it is going to write. Writes are gathered and go out together,
 * one statement a table, however many jobs and runs they are about.
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

interface ToQueue {
  readonly kind: 'queue';
  readonly run: NewRun;
  readonly job: StoredJob;
  /** It is claimed from the start. */
  readonly claim?: { readonly node: string; readonly started: boolean };
}

interface ToSkip {
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

/** Runs or jobs become due at these instants, which may be past: for this transaction now, and for others once it is written. */
export function becomeDue(u: Unit, what: keyof Shared['due'], instants: readonly number[]): void {
  const rewind = () => u.shared.due[what].rewind(instants);
  rewind();
  u.onceWritten.push(rewind);
}

/**
 * Writes what was gathered. What a claimant may claim is made last of it, and may end the transaction: gives the claim, if nothing else
 * comes first.
 */
export async function flush(u: Unit, claimant?: Claimant): Promise<ClaimResult | undefined> {
  const toClaim = claimant && takeClaimable(u, claimant);
  const queued = await writeRest(u);
  if (queued.length > 0) tellQueued(u, queued, await u.q.arrays(INSERT_LIVE, liveParams(u, queued)));
  return toClaim && makeClaimed(u, toClaim, claimant);
}

/** {@link flush} that waits for no answer. What this returns tells the unit what was made, once something that was asked for later is answered. */
export async function flushUnanswered(u: Unit): Promise<() => void> {
  const queued = await writeRest(u);
  if (queued.length === 0) return () => undefined;
  const rows = await u.q.writeFor(INSERT_LIVE, liveParams(u, queued));
  return () => tellQueued(u, queued, rows());
}

/** Writes all but the runs that are queued, and returns those. */
async function writeRest(u: Unit): Promise<QueuedRun[]> {
  const made = await withIds(u);
  const skipped: FinishedRun[] = [];
  const queued: QueuedRun[] = [];
  for (const one of made) {
    const { uid: jobUid } = one.job.job;
    const at = { id: one.id, jobUid, now: u.now };
    if (one.kind === 'skip') skipped.push(skippedOf(one.skip, at));
    else {
      const typeKey = keyOfRun(u.shared.types, one.run, one.job);
      queued.push({ run: claimedFrom(newRun(one.run, at), one), job: one.job, typeKey });
    }
  }
  const finished = [...u.ended.splice(0), ...skipped];
  await insertFinished(u, finished);
  await countInHours(u, [...finished, ...u.moved.splice(0)]);
  await writeJobs(u);
  return queued;
}

/** Only where it is all that is made: what comes first is not known of several. */
function takeClaimable(u: Unit, claimant: Claimant): ToQueue | undefined {
  const [one, ...others] = u.toMake;
  if (one?.kind !== 'queue' || others.length > 0 || !mayClaim(u, claimant, one.run, one.job))
    return undefined;
  u.toMake.pop();
  return one;
}

async function makeClaimed(u: Unit, one: ToQueue, claimant: Claimant): Promise<ClaimResult | undefined> {
  // If it is not claimed; that is known when it is written.
  becomeDue(u, 'runs', [one.run.availableAt]);
  const { id, fence } = await insertClaimed(u, one.run, one.job, claimant);
  const { job } = one.job;
  const run = newRun(one.run, { id: String(id), jobUid: job.uid, now: u.now });
  addQueued(u, run, one.job);
  if (fence === undefined) return undefined;
  return { now: u.now, jobs: [job], runs: [claimedRunOf(run, { job: 0, fence, started: true })] };
}

function addQueued(u: Unit, run: LiveRun, { job, uid }: StoredJob): void {
  u.queued.push(run);
  if (job.overlap === 'allow') u.shared.crowds.grew(uid);
}

/** `fence`: of one that is claimed from the start. */
type Identified = (ToQueue | ToSkip) & { readonly id: string; readonly fence?: number | undefined };

async function withIds(u: Unit): Promise<Identified[]> {
  const toMake = u.toMake.splice(0);
  if (toMake.length === 0) return [];
  const isClaimed = (one: ToQueue | ToSkip) => one.kind === 'queue' && one.claim !== undefined;
  const count = toMake.length + toMake.filter(isClaimed).length;
  await reserveIds(u, count - u.ids.length);
  const ids = u.ids.splice(0, toMake.length);
  const fences = u.ids.splice(0, count - toMake.length);
  return toMake.map((one, n) => ({
    ...one,
    id: String(ids[n]),
    fence: isClaimed(one) ? fences.shift() : undefined,
  }));
}

/** Asks for ids ahead of a flush, beside what else is asked for. Those that nothing is made of are given to nobody. */
export async function reserveIds(u: Unit, count: number): Promise<void> {
  if (count > 0) u.ids.push(...(await nextIds(u.q, count)));
}

/** Of runs and jobs, in rising order. */
export async function nextIds(q: Queries, count: number): Promise<number[]> {
  if (count === 1) return numbersIn(await q.arrays(NEXT_ID));
  const [row] = await q.arrays(NEXT_IDS, [count]);
  return rowOf<[number[]]>(row)[0];
}

async function insertFinished(u: Unit, runs: readonly FinishedRun[]): Promise<void> {
  if (runs.length === 0) return;
  await u.q.write(INSERT_FINISHED, columnsOf(runs.map(finishedParams), FINISHED_WIDTH));
  u.finished.push(...runs);
}

async function countInHours(u: Unit, runs: readonly EndedRun[]): Promise<void> {
  if (runs.length === 0) return;
  const counts = new Map<string, { hour: number; status: FinishedStatus; count: number }>();
  for (const { status, finishedAt = u.now } of runs) {
    const hour = Math.floor(finishedAt / HOUR_MS) * HOUR_MS;
    const key = `${hour} ${status}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { hour, status, count: 1 });
    else known.count += 1;
  }
  const rows = [...counts.values()].map(({ hour, status, count }) => [hour, status, count] as const);
  const { due, shard: own } = u.shared;
  // Slow looks tell of a snapshot that somebody holds.
  const inTurn = due.jobs.isSlow || due.runs.isSlow;
  await u.q.write(ADD_TO_HOURS, [...columnsOf(rows, 3), shardAt(u.now, { own, inTurn })]);
}

interface QueuedRun {
  readonly run: LiveRun;
  readonly job: StoredJob;
  readonly typeKey: number;
}

/** For {@link INSERT_LIVE}. */
function liveParams(u: Unit, runs: readonly QueuedRun[]): Param[] {
  const rows = runs.map(({ run, typeKey }) => newRunParams(run, typeKey));
  const free = runs.filter(({ run }) => run.claim === undefined);
  becomeDue(
    u,
    'runs',
    free.map(({ run }) => run.availableAt),
  );
  const node = runs.find(({ run }) => run.claim !== undefined)?.run.claim?.node ?? null;
  return [...columnsOf(rows, LIVE_WIDTH), node];
}

/** `ids`: of those that were made. */
function tellQueued(u: Unit, runs: readonly QueuedRun[], ids: readonly unknown[]): void {
  const made = new Set(numbersIn(ids));
  for (const { run, job } of runs) if (made.has(Number(run.id))) addQueued(u, run, job);
}

/** Writes the jobs that differ from what is written. */
export async function writeJobs(u: Unit): Promise<void> {
  const states = new Map<StateUpdate, StoredJob[]>();
  const woken: number[] = [];
  for (const [uid, before] of u.unsaved) {
    const after = lockedJob(u, uid);
    const { wakeAt } = after.job;
    const isSame = wakeAt === before.job.wakeAt && after.typeKey === before.typeKey;
    if (wakeAt !== undefined && !isSame) woken.push(wakeAt);
    if (onlyStateChanged(before, after)) {
      const update = stateUpdateOf(before, after);
      const jobs = states.get(update);
      if (jobs === undefined) states.set(update, [after]);
      else jobs.push(after);
    } else await u.q.write(UPDATE_JOB, [...jobParams(after), uid]);
  }
  u.unsaved.clear();
  becomeDue(u, 'jobs', woken);
  for (const [{ sql, params, width }, jobs] of states)
    await u.q.write(sql, columnsOf(jobs.map(params), width));
}

function newRun(
  run: NewRun,
  made: { readonly id: string; readonly jobUid: string; readonly now: number },
): LiveRun {
  const { id, jobUid, now: queuedAt } = made;
  const origin = without(run, 'typeVersion');
  return { ...origin, id, jobUid, queuedAt, status: 'queued', failures: 0, recoveries: 0, errors: [] };
}

function claimedFrom(
  run: LiveRun,
  { claim, fence }: Pick<ToQueue, 'claim'> & Pick<Identified, 'fence'>,
): LiveRun {
  if (claim === undefined || fence === undefined) return run;
  const claimed = { ...run, claim: { node: claim.node, fence } };
  return claim.started ? { ...claimed, status: 'running', startedAt: run.queuedAt } : claimed;
}

const HOUR_MS = 3_600_000;

/** For one, without what a set takes to be planned. */
const NEXT_ID = "SELECT nextval('greenvue_jobs.ids')";
/** As one value: a row each costs more to read than the number to draw. */
const NEXT_IDS = `SELECT ARRAY(SELECT nextval('greenvue_jobs.ids') FROM generate_series(1, $1::integer))`;
const ADD_TO_HOURS = `INSERT INTO greenvue_jobs.hour_counts AS old (hour, status, count, shard)
  SELECT *, $4::integer FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS new (hour, status, count)
  ORDER BY hour, status
  ON CONFLICT (hour, status, shard) DO UPDATE SET count = old.count + excluded.count`;
