/** A node of which nothing is heard for so long is dead (P9). */
export const LEASE_MS = 15_000;
/** Other nodes take a node for dead when they see its lock free twice, so far apart, with no newer heartbeat in between. */
export const FREE_TWICE_MS = 500;
/** A node looks for another connection for so long; what is left of that time is for handlers to end. */
const RECONNECT_MS = 200;
/** Handlers have so long to end before the lease does. */
const BEFORE_END_MS = 1_000;

/** What a node knows of its own lease. Instants are monotonic ms of its process. */
export interface LeaseKnown {
  /** From before the last renewal that succeeded was sent. */
  readonly renewedAt: number;
  /** Which connection that renewal went over. */
  readonly renewedOver: 'control' | 'spare';
  /** The node's row may say that it holds its lock. Otherwise the others go by the lease alone. */
  readonly isJudgedByLock: boolean;
  /** When the connection that held the lock was lost; absent: it is open, and so the lock is held. */
  readonly lockLostAt?: number;
  readonly said: ServerSaid;
}

/** The SQLSTATEs, if any, with which the server ended or refused connections since the control connection last worked. */
export interface ServerSaid {
  readonly toControl?: string;
  readonly toSpare?: string;
  /** To the latest try to connect that it answered. */
  readonly onConnecting?: string;
}

/** `ending`: other nodes may soon take the node's runs. `over`: they may have taken them. */
export type LeaseState = LeaseKept | 'over';
export type LeaseKept = 'kept' | 'kept_by_spare' | 'ending';

/** How a node's lease stands at `now`, and when to judge it again (Infinity: once something else is known). */
export function judgeLease(
  known: LeaseKnown,
  now: number,
): { readonly state: LeaseState; readonly again: number } {
  const { renewedAt, renewedOver, isJudgedByLock, lockLostAt, said } = known;
  const overAt = renewedAt + LEASE_MS;
  if (now >= overAt) return { state: 'over', again: Number.POSITIVE_INFINITY };
  // After a restart nobody is taken for dead for one lease.
  const mayLookFree = isJudgedByLock && lockLostAt !== undefined && !isRestarting(said);
  const soonAt = mayLookFree ? lockLostAt + RECONNECT_MS : Number.POSITIVE_INFINITY;
  const endingAt = Math.min(overAt - BEFORE_END_MS, soonAt);
  if (now >= endingAt) return { state: 'ending', again: overAt };
  return { state: renewedOver === 'spare' ? 'kept_by_spare' : 'kept', again: endingAt };
}

const SHUTDOWN = '57P01';
const CRASH = '57P02';
const CANNOT_CONNECT_NOW = '57P03';

/**
 * Whether the server itself has said that it stops or starts. One connection that it ended may have been ended by an administrator,
 * and one that it refused may be refused by a server that others still use: it takes two of its words, or a crash.
 */
export function isRestarting({ toControl, toSpare, onConnecting }: ServerSaid): boolean {
  const isRefused = onConnecting === CANNOT_CONNECT_NOW;
  // It works: it has another reason to refuse.
  if (onConnecting !== undefined && !isRefused) return false;
  if (toControl === CRASH || toSpare === CRASH) return true;
  const ended = [toControl, toSpare].filter((code) => code === SHUTDOWN).length;
  return ended + (isRefused ? 1 : 0) >= 2;
}
