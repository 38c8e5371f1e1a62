import type { Clock } from '../../clock.ts';
import { networkOf } from '../../rest/client-address.ts';

/**
 * Slows down the guessing of passwords. Failures from one network are refused; failures for one account from
 * many networks only delay strangers, so nobody can shut an account's owner out. Networks are an IPv4 address
 * or an IPv6 /64.
 */
export interface LoginThrottle {
  /**
   * Counts an attempt before the password is checked, so that parallel attempts count as well. Gives the
   * seconds to wait, or undefined when the attempt may go on.
   */
  enter(email: string, address: string): number | undefined;
  /** The password was right: takes the attempt back, and knows the network for this account from now on. */
  succeeded(email: string, address: string): void;
}

export interface LoginThrottleOptions {
  /** Failed attempts in 15 minutes for one e-mail from one network. */
  readonly failures: number;
  readonly clock: Clock;
}

interface Window {
  count: number;
  readonly endsAt: number;
  /** Set for an account that many networks guess at: this network may try once, from then on. */
  mayEnterAt?: number | undefined;
}

const WINDOW_MS = 15 * 60_000;
/** Many e-mails from one network, and one e-mail from many networks, have ten times the pair's bound. */
const WIDE = 10;
const LONGEST_DELAY_SECONDS = 30;
const KNOWN_MS = 30 * 86_400_000;
const MAX_KEYS = 50_000;

/** A throttle in memory, bounded: it forgets the oldest windows first. */
export function createLoginThrottle({ failures, clock }: LoginThrottleOptions): LoginThrottle {
  const windows = new Map<string, Window>();
  /** Until when a pair of e-mail and network counts as known. */
  const known = new Map<string, number>();
  const open = (key: string): Window => {
    const window = windows.get(key);
    if (window && window.endsAt > clock.now()) return window;
    const fresh = { count: 0, endsAt: clock.now() + WINDOW_MS };
    put(windows, key, fresh);
    return fresh;
  };
  const isKnown = (key: string): boolean => (known.get(key) ?? 0) > clock.now();
  return {
    enter: (email, address) => {
      const keys = keysOf(email, address);
      const pair = open(keys.pair);
      const account = open(keys.account);
      const network = open(keys.network);
      const now = clock.now();
      if (pair.count >= failures) return secondsUntil(pair.endsAt, now);
      if (!isKnown(keys.pair)) {
        if (network.count >= failures * WIDE) return secondsUntil(network.endsAt, now);
        const wait = waitAsStranger(pair, account.count / (failures * WIDE), now);
        if (wait !== undefined) return wait;
      }
      for (const window of [pair, account, network]) window.count += 1;
      return undefined;
    },
    succeeded: (email, address) => {
      const keys = keysOf(email, address);
      for (const key of Object.values(keys)) {
        const window = windows.get(key);
        if (window) window.count = Math.max(0, window.count - 1);
      }
      put(known, keys.pair, clock.now() + KNOWN_MS);
    },
  };
}

function keysOf(email: string, address: string) {
  const network = networkOf(address);
  return { pair: `pair ${network} ${email}`, account: `account ${email}`, network: `network ${network}` };
}

/**
 * The seconds that a network waits before its next try at an account under attack: 1, doubled each time the
 * account's bound is reached again. The place in the queue is the network's own, so others who try meanwhile
 * can't take it.
 */
function waitAsStranger(pair: Window, timesOverBound: number, now: number): number | undefined {
  if (timesOverBound < 1) return undefined;
  if (pair.mayEnterAt === undefined) {
    const delay = Math.min(LONGEST_DELAY_SECONDS, 2 ** Math.floor(timesOverBound - 1));
    pair.mayEnterAt = now + delay * 1000;
  }
  if (pair.mayEnterAt > now) return secondsUntil(pair.mayEnterAt, now);
  pair.mayEnterAt = undefined;
  return undefined;
}

const secondsUntil = (at: number, now: number): number => Math.ceil((at - now) / 1000);

/** Puts a value last, and forgets the first ones above the bound. */
function put<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  for (const oldest of map.keys()) {
    if (map.size < MAX_KEYS) break;
    map.delete(oldest);
  }
  map.set(key, value);
}
