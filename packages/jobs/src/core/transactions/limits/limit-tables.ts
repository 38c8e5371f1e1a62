import type { TypeVersions } from '../../nodes/membership.ts';
import type { ClaimedRun, ClaimInput } from '../../store/store-passes.ts';
import type { GroupState, LookAgain, Starts } from '../../type-limits/group-room.ts';
import type { StoredLimits } from '../../type-limits/type-limits.ts';

/**
 * Runs of types with limits (P29, limits and priority). They are in no due index of their type: instead of
 * its key, each has the key of its group. A group has one key for each version of the type.
 */
export interface LimitTables {
  /** The limits of all types. With `lock`, until the transaction ends. */
  readTypeLimits(how: { readonly lock: boolean }): readonly StoredLimits[];
  saveTypeLimits(limits: readonly StoredLimits[]): void;
  /**
   * What claims of these types have to look at. `latest`: see `isLookDue`. `runAt`: when the first run
   * outside groups is due. With it, the answer has `runSince`.
   */
  seeGroups(types: TypeVersions, which: { readonly latest: number; readonly runAt?: number }): GroupsSeen;
  /**
   * Locks groups that a claim has to look at, in the order in which their first waiting runs start, and
   * forgets that. Leaves out groups that other transactions have locked.
   */
  lockGroups(
    input: ClaimInput,
    which: { readonly limit: number; readonly latest: number },
  ): readonly LockedGroup[];
  /**
   * Claims runs that are due, in the order of their start over all groups. The first `places` start, the
   * others are prefetched. At most one is a suspect, and none while another suspect is claimed (P9, lost
   * nodes). `jobs`: see `indexOfJob`.
   */
  takeOfGroups(input: ClaimInput, take: TakeOfGroups, jobs: Map<number, number>): TakenOfGroups;
  /**
   * Writes the starts of groups, and when a claim has to look at groups in which runs are left:
   * `lookAgainAt`. After a later read, the answer says when a claim of these types has to look at a group.
   */
  saveGroups(groups: readonly SavedGroup[], types: TypeVersions): () => number | undefined;
  /** Lets the next claim look at the groups of live runs. */
  wakeGroups(runIds: readonly (string | number)[]): void;
  /**
   * Gives live runs the keys that the limits in force say, in the order of their ids: at most `limit` runs
   * after that id. Returns the last id, or undefined if no run is left.
   */
  regroupRuns(after: number, limit: number): number | undefined;
}

export interface GroupsSeen {
  /** When a claim has to look at a group. */
  readonly at: number | undefined;
  /** The start order of the first waiting run of the groups that a claim has to look at now. */
  readonly since: number | undefined;
  /**
   * The start order of the due run outside groups that starts first. It may be due later than `runAt`, if its
   * priority is higher.
   */
  readonly runSince?: number | undefined;
}

export interface LockedGroup extends GroupState {
  /** Of the group in one version of its type and one priority. */
  readonly key: number;
  /** The same for all versions and priorities. */
  readonly group: number;
  /** Of the type's version and the priority. */
  readonly queueKey: number;
  readonly type: string;
  /** `running` may still count a run that has ended, and its end has added no look for claims. */
  readonly mayMissEnd?: boolean;
}

export interface TakeOfGroups {
  readonly groups: readonly RoomOfGroup[];
  readonly places: number;
  readonly prefetch: number;
}

export interface RoomOfGroup {
  readonly key: number;
  readonly group: number;
  readonly queueKey: number;
  /** The most runs to take from the group, over all of its keys. */
  readonly most: number;
  readonly mayPrefetch: boolean;
}

export interface TakenOfGroups {
  readonly runs: readonly ClaimedRun[];
  /** How many of the runs take room, by key: a run that has expired does not start, so it takes none. */
  readonly taken: ReadonlyMap<number, number>;
  /** Runs may be left that are due and have room: the take did not read all. */
  readonly isCut?: boolean;
}

export interface SavedGroup extends LookAgain, Pick<LockedGroup, 'key' | 'group' | 'queueKey'> {
  readonly starts: Starts;
}
