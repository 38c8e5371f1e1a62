import { type GroupState, roomInGroup } from './group-room.ts';
import type { TypeLimits } from './type-limits.ts';

/** The due runs of a type that wait because of its limits (P29, limits and priority). */
export interface LimitWaits {
  readonly type: string;
  /** The limits in force. They may come from a newer version of the type than this node has. */
  readonly limits: TypeLimits;
  /** The version of the type that the limits come from. Absent: no node has said anything about the type. */
  readonly version?: number;
  /** Full groups that have due runs. At most {@link MOST_GROUPS_COUNTED}. */
  readonly full: number;
  /** Due runs of these groups. At most {@link MOST_RUNS_COUNTED}. */
  readonly waiting: number;
}

/** A group with its number of due runs that are not claimed. */
export interface WaitingGroup extends GroupState {
  readonly due: number;
}

/** Bounds of a read: of the groups of a type, and of their due runs. */
export const MOST_GROUPS_COUNTED = 1_000;
export const MOST_RUNS_COUNTED = 10_000;

/** Due runs of a group with room wait for the next claim or for a free place, not for a limit. */
export function limitWaitsOf(
  of: Pick<LimitWaits, 'type' | 'limits' | 'version'>,
  groups: readonly WaitingGroup[],
  now: number,
): LimitWaits {
  const full = groups.filter((group) => group.due > 0 && roomInGroup(of.limits, group, now) <= 0);
  return { ...of, full: full.length, waiting: full.reduce((sum, { due }) => sum + due, 0) };
}
