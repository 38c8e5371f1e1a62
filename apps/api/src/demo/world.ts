import { setTimeout as delay } from 'node:timers/promises';

/** What the jobs of the demo wait on: the clock of the seeded day, or the real one. */
export interface DemoClock {
  now(): number;
  sleep(ms: number, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** The shop of the demo, whose partners have their troubles at fixed times of the seeded day. */
export interface DemoWorld {
  readonly clock: DemoClock;
  /** When the seeded day ends (ms since 1970). */
  readonly until: number;
}

export const realClock: DemoClock = {
  now: () => Date.now(),
  sleep: (ms, { signal }) => delay(ms, undefined, { signal }),
};

const MINUTE_MS = 60_000;

/** Whether it is between two times, in minutes before the end of the seeded day. Without `to`: still. */
export function isWithin(
  { clock, until }: DemoWorld,
  { from, to = Number.NEGATIVE_INFINITY }: { readonly from: number; readonly to?: number },
): boolean {
  const before = (until - clock.now()) / MINUTE_MS;
  return before <= from && before > to;
}

/** A number in [0, 1) that looks random and is the same for the same text: FNV-1a, with a mix of its bits. */
export function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A whole number from `from` to `to`, the same for the same text. */
export function numberBetween(from: number, to: number, text: string): number {
  return from + Math.floor(chance(text) * (to - from + 1));
}
