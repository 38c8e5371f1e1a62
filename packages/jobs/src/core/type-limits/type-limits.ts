/**
 * The limits of a job type, across all nodes (P29, limits and priority). Without `running` and `rate`: none.
 */
export interface TypeLimits {
  /** The most runs that are claimed at a time. */
  readonly running?: number;
  readonly rate?: RateLimit;
  /** A JSON pointer into the payload: the limits then hold for each value that it points at. */
  readonly per?: string;
}

/** At most `runs` starts in any span of `perMs` ms. Each attempt counts, also a start after a lost node. */
export interface RateLimit {
  readonly runs: number;
  readonly perMs: number;
}

/** The limits in force of each type that has some, or that still has runs in groups. */
export type LimitsByType = ReadonlyMap<string, TypeLimits>;

export const NO_TYPE_LIMITS: LimitsByType = new Map();

/** What the code of a node says about a type. */
export interface OfferedLimits {
  readonly type: string;
  readonly version: number;
  readonly limits: TypeLimits;
}

/** {@link OfferedLimits} that hold. */
export interface StoredLimits extends OfferedLimits {
  /** Live runs may be in groups of earlier limits. */
  readonly isRegrouping: boolean;
}

export function hasLimits({ running, rate }: TypeLimits): boolean {
  return running !== undefined || rate !== undefined;
}

/**
 * The limits that hold after a node has started. The newer version's limits hold, and with equal versions
 * those of the later start. `offered` comes from the node that starts.
 */
export function limitsAfterStart(stored: StoredLimits | undefined, offered: OfferedLimits): StoredLimits {
  if (stored !== undefined && stored.version > offered.version) return stored;
  const { type, version, limits } = offered;
  const before = stored?.limits ?? {};
  const isMoved = hasLimits(before) !== hasLimits(limits) || before.per !== limits.per;
  return { type, version, limits, isRegrouping: isMoved || stored?.isRegrouping === true };
}
