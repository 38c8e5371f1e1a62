import { SUSPECTS_AGAIN_MS } from '../../rules/suspects.ts';
import type { ClaimedRun, ClaimInput } from '../../store/store-passes.ts';
import {
  FULL_AGAIN_MS,
  type GroupState,
  type LookAgain,
  latestLook,
  MISSED_END_AGAIN_MS,
  roomInGroup,
  roomInGroupAt,
  withStarts,
} from '../../type-limits/group-room.ts';
import type { TypeLimits } from '../../type-limits/type-limits.ts';
import { ask, type Script } from '../script.ts';
import type { JobIndexes } from '../tables/tables.ts';
import type { UnitOfWork } from '../unit-of-work.ts';
import type { LockedGroup } from './limit-tables.ts';

/** The most groups that one claim looks at. */
const GROUPS_A_CLAIM = 500;

/** A claim looks at more groups than it has places: some may be full, or have no due run any more. */
const LEAST_GROUPS_A_CLAIM = 20;

/** Whether a node can run a type that has limits. Otherwise its claims don't look at groups. */
export function mayClaimLimited({ limits }: UnitOfWork, { types }: Pick<ClaimInput, 'types'>): boolean {
  return limits.size > 0 && Object.keys(types).some((type) => limits.has(type));
}

/** When a claim takes runs of groups: before its other due runs, after them, or not at all. */
export interface GroupsTurn {
  readonly turn: 'first' | 'last' | 'none';
  /** When a claim has to look at a group, if that is known. */
  readonly groupAt?: number | undefined;
}

/** What starts earlier goes first, so that neither starves. `runAt`: when the first other run is due. */
export function* turnOfGroups(
  unit: UnitOfWork,
  input: ClaimInput,
  runAt: number | undefined,
): Script<GroupsTurn> {
  if (!mayClaimLimited(unit, input)) return { turn: 'none' };
  // Nothing else is due, so the claim of groups may find out whether one of them is.
  if (runAt === undefined || runAt > unit.now) return { turn: 'first' };
  const seen = yield* ask('seeGroups', input.types, { latest: latestOf(unit), runAt });
  const { at: groupAt, since, runSince = Number.POSITIVE_INFINITY } = seen;
  if (since === undefined) return { turn: 'none', groupAt };
  return { turn: since <= runSince ? 'first' : 'last', groupAt };
}

/** When a claim next has to look at a group: now, if the clock was set back. */
export function* nextLook(
  unit: UnitOfWork,
  { types }: Pick<ClaimInput, 'types'>,
): Script<number | undefined> {
  const { at, since } = yield* ask('seeGroups', types, { latest: latestOf(unit) });
  return since === undefined ? at : Math.min(at ?? unit.now, unit.now);
}

/** See `isLookDue`. */
function latestOf({ limits, now }: UnitOfWork): number {
  return latestLook(limits.values(), now);
}

export interface ClaimedOfGroups {
  readonly runs: readonly ClaimedRun[];
  /** When the next claim has to look at a group. Known once a later read is answered. */
  readonly nextAt: () => number | undefined;
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
): Script<ClaimedOfGroups> {
  const most = places + prefetch;
  const limit = Math.min(Math.max(most, LEAST_GROUPS_A_CLAIM), GROUPS_A_CLAIM);
  const locked = most === 0 ? [] : yield* ask('lockGroups', input, { limit, latest: latestOf(unit) });
  if (locked.length === 0) {
    const at = yield* nextLook(unit, input);
    return { runs: [], nextAt: () => at };
  }
  const { now } = unit;
  const limitsOf = ({ type }: LockedGroup): TypeLimits => unit.limits.get(type) ?? {};
  const groups = locked.map((one) => ({
    key: one.key,
    group: one.group,
    queueKey: one.queueKey,
    most: Math.min(Math.max(roomInGroup(limitsOf(one), one, now), 0), most),
    // A rate counts claims. So each claim has to be a start.
    mayPrefetch: limitsOf(one).rate === undefined,
  }));
  const {
    runs,
    taken,
    isCut = false,
  } = yield* ask('takeOfGroups', input, { groups, places, prefetch }, jobs);
  const after = statesAfter(unit, locked, taken);
  const isFull = isCut || runs.length >= places;
  const saved = locked.map((one) => {
    const { key, group, queueKey } = one;
    const state = after.get(group) ?? one;
    const { starts } = state;
    const { mayMissEnd = false } = one;
    return {
      key,
      group,
      queueKey,
      starts,
      ...lookAgainOf(limitsOf(one), state, { isFull, mayMissEnd, now }),
    };
  });
  return { runs, nextAt: yield* ask('saveGroups', saved, input.types) };
}

/** `isFull`: the claim got all runs that it asked for, or has not read all of them. */
function lookAgainOf(
  limits: TypeLimits,
  state: GroupState,
  {
    isFull,
    mayMissEnd,
    now,
  }: { readonly isFull: boolean; readonly mayMissEnd: boolean; readonly now: number },
): LookAgain {
  const roomAt =
    roomInGroupAt(limits, state, now) ?? now + (mayMissEnd ? MISSED_END_AGAIN_MS : FULL_AGAIN_MS);
  if (roomAt > now) return { roomAt, heldUntil: undefined };
  // What is left of a group with room is a suspect that has to wait, or is locked.
  return { roomAt: undefined, heldUntil: isFull ? undefined : now + SUSPECTS_AGAIN_MS };
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
