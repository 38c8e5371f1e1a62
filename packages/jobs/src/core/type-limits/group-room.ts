import type { RateLimit, TypeLimits } from './type-limits.ts';

/** How many runs started at an instant, oldest first. */
export type Starts = readonly (readonly [at: number, count: number])[];

/** A group of runs that share a type's limits: all runs of the type, or those with one value of `per`. */
export interface GroupState {
  /** Claimed runs, those of zombies included. */
  readonly running: number;
  /** The starts of the last period, by the database's clock. Empty without a rate. */
  readonly starts: Starts;
}

/** A start that is this far in the future (ms) comes from a clock that was set back. It does not count. */
const CLOCK_TOLERANCE_MS = 10_000;

/**
 * The end of a claimed run lets claims look at its group. A node of a version without limits may take such a
 * run back without that, so claims look at a full group again after this time.
 */
export const FULL_AGAIN_MS = 60_000;

/** Claims look at a full group again after this time if the end of a run may have been missed. */
export const MISSED_END_AGAIN_MS = 1_000;

/** How many runs of a group may start now. It is less than 0 after the limits were lowered. */
export function roomInGroup({ running, rate }: TypeLimits, group: GroupState, now: number): number {
  const ofRunning = running === undefined ? Number.POSITIVE_INFINITY : running - group.running;
  const ofRate = rate === undefined ? Number.POSITIVE_INFINITY : rate.runs - countIn(group.starts, rate, now);
  return Math.min(ofRunning, ofRate);
}

/**
 * When the next run of a group may start, if it is not due later: now, or when the rate has room. Undefined:
 * once a claimed run has ended.
 */
export function roomInGroupAt(
  { running, rate }: TypeLimits,
  group: GroupState,
  now: number,
): number | undefined {
  if (running !== undefined && group.running >= running) return undefined;
  return rate === undefined ? now : rateHasRoomAt(rate, group.starts, now);
}

/** When a claim has to look at the waiting runs of a group, and their place in the order of starts. */
export interface GroupLook {
  readonly at: number;
  /** The start order of the first waiting run. It does not change while a limit holds the run. */
  readonly since: number;
}

/**
 * Whether a claim has to look now. A limit holds a run at most until `latest`: a later look comes from a
 * clock that was set back.
 */
export function isLookDue({ at, since }: GroupLook, now: number, latest: number): boolean {
  return at <= now || (at > latest && since <= now);
}

/** The latest instant until which one of these limits holds a run that is due. */
export function latestLook(limits: Iterable<TypeLimits>, now: number): number {
  const longest = [...limits].reduce((ms, { rate }) => Math.max(ms, rate?.perMs ?? 0), FULL_AGAIN_MS);
  return now + longest + CLOCK_TOLERANCE_MS;
}

export function earlierLook(one: GroupLook, other: GroupLook | undefined): GroupLook {
  if (other === undefined) return one;
  return { at: Math.min(one.at, other.at), since: Math.min(one.since, other.since) };
}

/** When a claim looks at a group again, besides the due time of its first waiting run. */
export interface LookAgain {
  /** When the group has room again. Undefined: it has room now. */
  readonly roomAt: number | undefined;
  /** When to look again for a run that is due already, and that the claim could not take. */
  readonly heldUntil: number | undefined;
}

/** When a claim has to look at a group again whose first waiting run is due at `nextAt`. */
export function lookAgainAt(
  { roomAt = Number.NEGATIVE_INFINITY, heldUntil = Number.NEGATIVE_INFINITY }: LookAgain,
  nextAt: number,
  now: number,
): number {
  return Math.max(nextAt, roomAt, nextAt <= now ? heldUntil : nextAt);
}

function rateHasRoomAt(rate: RateLimit, starts: Starts, now: number): number {
  let count = countIn(starts, rate, now);
  let at = now;
  for (const [startedAt, runs] of startsOfPeriod(starts, rate, now)) {
    if (count < rate.runs) break;
    count -= runs;
    at = startedAt + rate.perMs;
  }
  return at;
}

/** The starts of the last period, with `count` more now. */
export function withStarts(
  starts: Starts,
  count: number,
  { rate, now }: { readonly rate: RateLimit | undefined; readonly now: number },
): Starts {
  if (rate === undefined) return [];
  const left = startsOfPeriod(starts, rate, now);
  const last = left.at(-1);
  if (count === 0) return left;
  if (last?.[0] !== now) return [...left, [now, count]];
  return [...left.slice(0, -1), [now, last[1] + count]];
}

function countIn(starts: Starts, rate: RateLimit, now: number): number {
  return startsOfPeriod(starts, rate, now).reduce((sum, [, count]) => sum + count, 0);
}

function startsOfPeriod(starts: Starts, { perMs }: RateLimit, now: number): Starts {
  return starts.filter(([at]) => at > now - perMs && at <= now + CLOCK_TOLERANCE_MS);
}

/** What a run waits for: the first full limit of its type. */
export interface WaitsForLimit {
  readonly limit: 'running' | 'rate';
  /** The value of the group as JSON. Absent: the limit holds for all runs, or the run has no value. */
  readonly value?: string;
}

/** The first full limit of a group, if one is full (L1 of decision 41). */
export function waitsForLimit(
  limits: TypeLimits,
  group: GroupState & { readonly value: string },
  now: number,
): WaitsForLimit | undefined {
  const value = group.value === '' ? {} : { value: group.value };
  const isRunningFull = limits.running !== undefined && group.running >= limits.running;
  if (isRunningFull) return { limit: 'running', ...value };
  return roomInGroup(limits, group, now) <= 0 ? { limit: 'rate', ...value } : undefined;
}
