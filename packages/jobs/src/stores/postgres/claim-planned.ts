import { canRun } from '../../core/membership.ts';
import { shareOut } from '../../core/share-out.ts';
import type { ClaimInput, ClaimResult } from '../../core/store-passes.ts';
import { claimOf } from '../rows/claimed-run.ts';
import { claim, SEE_LEFT } from './claim.ts';
import { flush, flushUnanswered } from './flush.ts';
import { isAlive } from './insert-claimed.ts';
import { earlierOf, type Look, type Seen, seenIn } from './low-water.ts';
import { isSuspectDue, notePriorities } from './priority-claims.ts';
import { rowOf } from './run-rows.ts';
import { versionsParam } from './type-keys.ts';
import { lockedJob, type Unit } from './unit.ts';

type ToMake = Unit['toMake'][number];

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
    const columns =
      rowOf<[number | null, number, number | null, boolean, number | null, isAlive: boolean]>(row);
    const seen = seenIn(row);
    notePriorities(u, { earliest: seen.earliest, columns: columns.slice(2) });
    return { ...seen, isAlive: columns[5] };
  };
  const look = await u.shared.due.runs.look(u.now, see);
  const { isAlive, ...seen } = await see(look.from);
  return { input, hasJoined, look, seen, isAlive };
}

/**
 * Writes what was planned, and claims. Where nothing else is about to come due, that is what was planned: it
 * is claimed from the start, one statement, one version of a row and one entry of an index less for each run.
 * `hasMoved`: what was waiting may have come due since it was seen. What this returns tells what was claimed,
 * once something that was asked for later is answered.
 */
export async function flushAndClaim(
  u: Unit,
  { input, hasJoined, look, seen, isAlive }: Claiming,
  hasMoved: boolean,
): Promise<() => ClaimResult> {
  const { earliest = Number.POSITIVE_INFINITY } = seen;
  const isNothingElseDue = !hasMoved && !isSuspectDue(u) && earliest > u.now + (input.ahead?.ms ?? 0);
  if (!isNothingElseDue || (hasJoined && !isAlive) || !u.toMake.some((one) => mayBeClaimed(one, input))) {
    await flush(u);
    u.onceWritten.push(() => look.done(undefined, seen));
    const claimed = await claim(u, input, hasJoined);
    return () => claimed;
  }
  claimPlanned(u, input);
  const tellQueued = await flushUnanswered(u);
  u.onceWritten.push(() => look.done(u.now, seen));
  return () => {
    tellQueued();
    const left = u.queued.filter(({ held, claim }) => held === 'no' && claim === undefined);
    const others = [look.againAt, u.shared.priorities.suspectAt];
    const nextDueAt = [...left.map(({ availableAt }) => availableAt), ...others].reduce(
      earlierOf,
      seen.earliest,
    );
    return {
      now: u.now,
      ...claimOf(u.queued, (uid) => lockedJob(u, uid).job),
      ...(nextDueAt === undefined ? {} : { nextDueAt }),
    };
  };
}

function mayBeClaimed(one: ToMake, { types }: ClaimInput): one is Extract<ToMake, { kind: 'queue' }> {
  if (one.kind !== 'queue' || one.run.held !== 'no') return false;
  return canRun(types, one.job.job, one.run);
}

function claimPlanned(u: Unit, input: ClaimInput): void {
  const asked = u.toMake.flatMap((one) => (mayBeClaimed(one, input) ? [one.run] : []));
  const starts = shareOut(asked, input, u.now);
  for (const [n, one] of u.toMake.entries()) {
    const started = one.kind === 'queue' ? starts.get(one.run) : undefined;
    if (one.kind === 'queue' && started !== undefined)
      u.toMake[n] = { ...one, claim: { node: input.node, started } };
  }
}

const SEE_EARLIEST_IF_ALIVE = `WITH alive AS MATERIALIZED (${isAlive('$3')})
  SELECT ${SEE_LEFT}, EXISTS (SELECT FROM alive) AS is_alive`;
