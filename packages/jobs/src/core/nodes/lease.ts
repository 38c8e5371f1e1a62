/** A node is dead when it has not renewed its lease for this long (P9, lost nodes). */
export const LEASE_MS = 15_000;
/** A node is dead when others see its lock free twice, this far apart, without a heartbeat in between. */
export const FREE_TWICE_MS = 500;
/** How long a node tries to connect again. The rest of `FREE_TWICE_MS` is for its handlers to end. */
const RECONNECT_MS = 200;
/** Handlers get their signals this long before the lease ends. */
const BEFORE_END_MS = 1_000;

/** What a node knows of its own lease. Instants are monotonic ms of its process. */
export interface LeaseKnown {
  /** When the last successful renewal was sent. */
  readonly renewedAt: number;
  readonly renewedOver: 'control' | 'spare';
  /** The node's row may say that it holds its lock. Otherwise the others go by the lease alone. */
  readonly isJudgedByLock: boolean;
  /** When the connection that held the lock was lost. While it is open, the lock is held. */
  readonly lockLostAt?: number;
  readonly said: ServerSaid;
}

/** SQLSTATEs with which the server ended or refused connections since the control connection last worked. */
export interface ServerSaid {
  readonly toControl?: string;
  readonly toSpare?: string;
  /** To the latest try to connect that it answered. */
  readonly onConnecting?: string;
}

/** `ending`: other nodes may soon take the node's runs. `over`: they may have taken them. */
export type LeaseState = LeaseKept | 'over';
export type LeaseKept = 'kept' | 'kept_by_spare' | 'ending';

/** The state of a lease at `now`, and when to judge it again (Infinity: once something else is known). */
export function judgeLease(
  known: LeaseKnown,
  now: number,
): { readonly state: LeaseState; readonly again: number } {
  const { renewedAt, renewedOver, isJudgedByLock, lockLostAt, said } = known;
  const overAt = renewedAt + LEASE_MS;
  if (now >= overAt) return { state: 'over', again: Number.POSITIVE_INFINITY };
  // For one lease after a restart of the server, no node is declared dead.
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
 * Whether the server's SQLSTATEs say that it restarts: two of them, or one crash. A single 57P01 may come
 * from an administrator, and a single 57P03 from a server that other nodes still use.
 */
export function isRestarting({ toControl, toSpare, onConnecting }: ServerSaid): boolean {
  const isRefused = onConnecting === CANNOT_CONNECT_NOW;
  // It works: it has another reason to refuse.
  if (onConnecting !== undefined && !isRefused) return false;
  if (toControl === CRASH || toSpare === CRASH) return true;
  const ended = [toControl, toSpare].filter((code) => code === SHUTDOWN).length;
  return ended + (isRefused ? 1 : 0) >= 2;
}
