import type { Clock } from '../clock.ts';

/** Slows down the guessing of passwords: counts failed logins by e-mail, by address and by both. */
export interface LoginThrottle {
  /**
   * Counts an attempt, before the password is checked (so that many at once don't slip through), and gives the seconds to
   * wait when there were too many, else undefined.
   */
  enter(email: string, address: string): number | undefined;
  /** The attempt was no guess: takes it back. */
  succeeded(email: string, address: string): void;
}

export interface LoginThrottleOptions {
  /** Failed attempts in a window for one e-mail from one address. */
  readonly failures: number;
  readonly clock: Clock;
}

const WINDOW_MS = 15 * 60_000;
// One e-mail from many addresses, or many e-mails from one address. Ten times the pair's bound, so that a stranger can't
// lock an account's owner out with a few requests.
const WIDE = 10;
const MAX_KEYS = 50_000;

/** A throttle in memory, bounded: it forgets the oldest windows first. */
export function createLoginThrottle({ failures, clock }: LoginThrottleOptions): LoginThrottle {
  const windows = new Map<string, { count: number; endsAt: number }>();
  const bounds = (email: string, address: string): [string, number][] => [
    [`both ${address} ${email}`, failures],
    [`email ${email}`, failures * WIDE],
    [`address ${address}`, failures * WIDE],
  ];
  const open = (key: string): { count: number; endsAt: number } => {
    const window = windows.get(key);
    if (window && window.endsAt > clock.now()) return window;
    windows.delete(key);
    for (const oldest of windows.keys()) {
      if (windows.size < MAX_KEYS) break;
      windows.delete(oldest);
    }
    const fresh = { count: 0, endsAt: clock.now() + WINDOW_MS };
    windows.set(key, fresh);
    return fresh;
  };
  return {
    enter: (email, address) => {
      const entries = bounds(email, address).map(([key, most]) => ({ window: open(key), most }));
      const full = entries.filter(({ window, most }) => window.count >= most);
      if (full.length > 0) {
        return Math.ceil((Math.max(...full.map(({ window }) => window.endsAt)) - clock.now()) / 1000);
      }
      for (const { window } of entries) window.count += 1;
      return undefined;
    },
    succeeded: (email, address) => {
      for (const [key] of bounds(email, address)) {
        const window = windows.get(key);
        if (window) window.count = Math.max(0, window.count - 1);
      }
    },
  };
}
