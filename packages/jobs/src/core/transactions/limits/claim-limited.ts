import { SUSPECTS_AGAIN_MS } from '../../rules/suspects.ts';
import type { ClaimedRun, ClaimInput } from '../../store/store-passes.ts';
import { type GroupState, roomInGroup, roomInGroupAt, withStarts } from '../../type-limits/group-room.ts';
import type { TypeLimits } from '../../type-limits/type-limits.ts';
import { ask, type Script } from '../script.ts';
import type { JobIndexes } from '../tables/tables.ts';
import type { UnitOfWork } from '../unit-of-work.ts';
import type { LockedGroup } from './limit-tables.ts';

/** The most groups that one claim looks at. */
const GROUPS_A_CLAIM = 500;

/**
 * The end of a claimed run lets claims look at its group. A node of a version without limits may take such a run
 * back without that, so claims look at a full group again after this time.
 */
const FULL_AGAIN_MS = 60_000;

/** Whether a node can run a type that has limits. Otherwise its claims don't look at groups. */
export function mayClaimLimited({ limits }: UnitOfWork, { types }: Pick<ClaimInput, 'types'>): boolean {
  return limits.size > 0 && Object.keys(types).some((type) => limits.has(type));
}

/**
 * Claims runs of types with limits, as far as their groups have room (P29, limits and priority). A group that
 * is full is not looked at again before one of its runs has ended, or before its rate has room.
 */
export function* claimLimited(
  unit: UnitOfWork,
  input: ClaimInput,
  {
    places,
    prefetch,
    jobs,
  }: { readonly places: number; readonly prefetch: number; readonly jobs: JobIndexes },
): Script<readonly ClaimedRun[]> {
  const locked = yield* ask('lockGroups', input, Math.min(places + prefetch, GROUPS_A_CLAIM));
  if (locked.length === 0) return [];
  const { now } = unit;
  const limitsOf = ({ type }: LockedGroup): TypeLimits => unit.limits.get(type) ?? {};
  const groups = locked.map((one) => ({
    key: one.key,
    group: one.group,
    queueKey: one.queueKey,
    most: Math.min(Math.max(roomInGroup(limitsOf(one), one, now), 0), places + prefetch),
    // A rate counts claims. So each claim has to be a start.
    mayPrefetch: limitsOf(one).rate === undefined,
  }));
  const took = yield* ask('takeOfGroups', input, { groups, places, prefetch }, jobs);
  const after = statesAfter(unit, locked, took.taken);
  // Otherwise, what is left is a suspect that has to wait, or is locked.
  const isFull = took.runs.length >= places;
  const saved = locked.map((one) => {
    const state = after.get(one.group) ?? one;
    const lookAt = lookAgainAt(limitsOf(one), state, { nextAt: took.nextAt.get(one.key), now });
    const isHeld = !isFull && lookAt !== undefined && lookAt <= now;
    const { key, group } = one;
    return { key, group, starts: state.starts, lookAt: isHeld ? now + SUSPECTS_AGAIN_MS : lookAt };
  });
  yield* ask('saveGroups', saved);
  return took.runs;
}

/** When the first waiting run may start, as far as that is known: it may have been due for long. */
function lookAgainAt(
  limits: TypeLimits,
  state: GroupState,
  { nextAt, now }: { readonly nextAt: number | undefined; readonly now: number },
): number | undefined {
  if (nextAt === undefined) return undefined;
  const roomAt = roomInGroupAt(limits, state, now) ?? now + FULL_AGAIN_MS;
  return roomAt <= now ? nextAt : Math.max(nextAt, roomAt);
}

function statesAfter(
  { limits, now }: UnitOfWork,
  locked: readonly LockedGroup[],
  taken: ReadonlyMap<number, number>,
): ReadonlyMap<number, GroupState> {
  const states = new Map<number, GroupState>();
  for (const one of locked) {
    const count = taken.get(one.key) ?? 0;
    const { running, starts } = states.get(one.group) ?? one;
    const rate = limits.get(one.type)?.rate;
    states.set(one.group, { running: running + count, starts: withStarts(starts, count, { rate, now }) });
  }
  return states;
}
