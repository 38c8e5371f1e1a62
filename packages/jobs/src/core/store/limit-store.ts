import type { LimitWaits } from '../type-limits/limit-waits.ts';
import type { OfferedLimits, StoredLimits } from '../type-limits/type-limits.ts';

export interface RegroupHow {
  /**
   * In the last pass: what {@link LimitStore.setTypeLimits} returned before the pass began. After the last
   * batch, these types are done, except those whose limits have changed since. Absent: another pass follows.
   */
  readonly done?: readonly StoredLimits[];
}

/** The limits of job types in the store (P29, limits and priority). */
export interface LimitStore {
  /**
   * Stores the limits of the types of a node that starts. The limits of the newest version hold, and with
   * equal versions those of the later start. Call it before the node joins. Returns the types whose live runs
   * may be in groups of earlier limits: {@link LimitStore.regroupRuns} moves them.
   */
  setTypeLimits(offered: readonly OfferedLimits[]): Promise<readonly StoredLimits[]>;
  /**
   * Moves a batch of live runs to the groups that the limits in force say. The first batch is after 0. Gives
   * back where the next batch begins, or undefined after the last one. While other nodes may not know the
   * limits yet, another pass has to follow, of this node or of the next one that starts.
   */
  regroupRuns(after: number, how?: RegroupHow): Promise<number | undefined>;
  /**
   * Lets claims find waiting runs that they would not find: a node that did not know the limits has let them
   * wait again, or has put them in a group of earlier limits. Reads a bounded number of groups, and continues
   * there in the next call. Returns whether it found some. Absent: the store has one node.
   */
  findLeftRuns?(): Promise<boolean>;
  /** The runs that wait for full limits, of each of these types. Counts a bounded number. */
  limitWaits(types: readonly string[]): Promise<readonly LimitWaits[]>;
}
