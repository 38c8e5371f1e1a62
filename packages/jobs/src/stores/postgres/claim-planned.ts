import type { Job } from '../../core/job.ts';
import type { ClaimedRun, ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import { claimedRunOf } from '../rows/claimed-run.ts';
import { claim, EARLIEST } from './claim.ts';
import { isAlive } from './insert-claimed.ts';
import { earlierOf, type Look, type Seen, seeing, seenIn } from './low-water.ts';
import { rowOf } from './run-rows.ts';
import { versionsParam } from './type-keys.ts';
import { flush, lockedJob, type Unit } from './unit.ts';

/** A claim that waits for what is planned. */
export interface Claiming {
  readonly input: ClaimInput;
  readonly hasJoined: boolean;
  readonly look: Look;
  /** What waits unclaimed. */
  readonly seen: Seen;
  /** The node lives, and is not buried before this transaction is written. */
  readonly isAlive: boolean;
}

/** Sees what waits, which needs nothing of what is planned. */
export async function beginClaim(u: Unit, input: ClaimInput, hasJoined: boolean): Promise<Claiming> {
  const versions = versionsParam(input.types);
  const see = async (from: number) => {
    const [row] = await u.q.arrays(SEE_EARLIEST_IF_ALIVE, [versions, from, input.node]);
    const [, , isAlive] = rowOf<[number | null, number, boolean]>(row);
    return { ...seenIn(row), isAlive };
  };
  const look = await u.shared.due.runs.look(u.now, see);
  const { isAlive, ...seen } = await see(look.from);
  return { input, hasJoined, look, seen, isAlive };
}

/**
 * Writes what was planned, and claims. Where nothing else is about to come due, that is what was planned: it is claimed from the
 * start, one statement, one version of a row and one entry of an index less for each run. `hasMoved`: what was waiting may have
 * come due since it was seen.
 */
export async function flushAndClaim(
  u: Unit,
  { input, hasJoined, look, seen, isAlive }: Claiming,
  hasMoved: boolean,
): Promise<ClaimResult> {
  const { earliest = Number.POSITIVE_INFINITY } = seen;
  const isFirst = !hasMoved && earliest > u.now + (input.ahead?.ms ?? 0);
  if (!isFirst || (hasJoined && !isAlive) || !u.toMake.some(mayBeClaimed)) {
    await flush(u);
    u.onceWritten.push(() => look.done(undefined, seen));
    return claim(u, input, hasJoined);
  }
  claimPlanned(u, input);
  await flush(u);
  u.onceWritten.push(() => look.done(u.now, seen));
  const left = u.queued.filter(({ held, claim }) => held === 'no' && claim === undefined);
  const nextDueAt = [...left.map(({ availableAt }) => availableAt), look.againAt].reduce(
    earlierOf,
    seen.earliest,
  );
  return { now: u.now, ...claimsIn(u), ...(nextDueAt === undefined ? {} : { nextDueAt }) };
}

function mayBeClaimed(one: Unit['toMake'][number]): boolean {
  return one.kind === 'queue' && one.run.held === 'no';
}

/** In due order: first those that start at once, then those to be held, until a place is free or they come due (P9, P10). */
function claimPlanned(u: Unit, { node, places, prefetch, ahead = { ms: 0, runs: 0 } }: ClaimInput): void {
  let due = places + prefetch;
  let coming = ahead.runs;
  const inOrder = [...u.toMake.entries()].sort(
    ([, one], [, other]) => availableAtOf(one) - availableAtOf(other),
  );
  for (const [n, one] of inOrder) {
    if (one.kind !== 'queue' || one.run.held !== 'no') continue;
    const isDue = one.run.availableAt <= u.now;
    if (isDue && due > 0) {
      u.toMake[n] = { ...one, claim: { node, started: due > prefetch } };
      due -= 1;
    } else if (!isDue && one.run.availableAt <= u.now + ahead.ms && coming > 0) {
      u.toMake[n] = { ...one, claim: { node, started: false } };
      coming -= 1;
    }
  }
}

function availableAtOf(one: Unit['toMake'][number]): number {
  return one.kind === 'queue' ? one.run.availableAt : Number.NEGATIVE_INFINITY;
}

function claimsIn(u: Unit): Pick<ClaimResult, 'jobs' | 'runs'> {
  const jobs: Job[] = [];
  const indexes = new Map<string, number>();
  const runs: ClaimedRun[] = [];
  const inOrder = [...u.queued].sort((one, other) => one.availableAt - other.availableAt);
  for (const run of inOrder) {
    if (run.claim === undefined) continue;
    let job = indexes.get(run.jobUid);
    if (job === undefined) {
      job = jobs.push(lockedJob(u, Number(run.jobUid)).job) - 1;
      indexes.set(run.jobUid, job);
    }
    runs.push(claimedRunOf(run, { job, fence: run.claim.fence, started: run.status === 'running' }));
  }
  return { jobs, runs };
}

const SEE_EARLIEST_IF_ALIVE = `WITH alive AS MATERIALIZED (${isAlive('$3')})
  SELECT ${seeing(EARLIEST)}, EXISTS (SELECT FROM alive) AS is_alive`;
