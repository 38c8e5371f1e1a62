/** The most messages to one channel in a minute. */
export const MOST_A_MINUTE = 10;
const WINDOW_MS = 60_000;
/** A message is given up by then, and its channel is free for another node: longer than any send may take. */
export const SEND_LEASE_MS = 30_000;

/** How fast a channel is told. Its minute begins with the first message. */
export interface AlertQueue {
  /** When the current minute began. */
  readonly windowFrom?: number;
  /** Messages in it; {@link MOST_A_MINUTE} after a digest. */
  readonly sent: number;
  /** A node sends a message until then. */
  readonly busyUntil?: number;
}

/** What waits for a channel. */
export interface WaitingAlerts {
  /** Alerts that are in no message yet, counted up to one more than {@link MOST_A_MINUTE}. */
  readonly fresh: number;
  /** When the next try of a message is due that failed before. */
  readonly retryAt?: number;
}

/** What to send next, or when to look again. */
export type NextMessage =
  | { readonly kind: 'retry' | 'one' | 'digest'; readonly queue: AlertQueue }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'nothing' };

/**
 * Decides what a channel is sent next (P24, alerts): at most 10 messages a minute. While what waits fits into
 * the minute, each alert is a message. Otherwise one digest has all of it, and the channel gets no other
 * message in this minute.
 */
export function nextMessage(queue: AlertQueue, { fresh, retryAt }: WaitingAlerts, now: number): NextMessage {
  if (fresh === 0 && retryAt === undefined) return { kind: 'nothing' };
  const busyUntil = queue.busyUntil ?? now;
  // After a jump of the clock, no lease lasts longer than it was meant to.
  if (busyUntil > now && busyUntil <= now + SEND_LEASE_MS) return { kind: 'wait', until: busyUntil };
  const { windowFrom, sent } = windowAt(queue, now);
  if (sent >= MOST_A_MINUTE) return { kind: 'wait', until: windowFrom + WINDOW_MS };
  const next = (count: number) => ({ windowFrom, sent: count, busyUntil: now + SEND_LEASE_MS });
  if (retryAt !== undefined && isDue(retryAt, now)) return { kind: 'retry', queue: next(sent + 1) };
  if (fresh > MOST_A_MINUTE - sent) return { kind: 'digest', queue: next(MOST_A_MINUTE) };
  if (fresh > 0) return { kind: 'one', queue: next(sent + 1) };
  return { kind: 'wait', until: retryAt ?? now };
}

/** After the clock was set back, no retry waits longer than it was meant to. */
function isDue(retryAt: number, now: number): boolean {
  return retryAt <= now || retryAt > now + LONGEST_RETRY_MS;
}

function windowAt({ windowFrom, sent }: AlertQueue, now: number): Required<Omit<AlertQueue, 'busyUntil'>> {
  const isOpen = windowFrom !== undefined && windowFrom <= now && now < windowFrom + WINDOW_MS;
  return isOpen ? { windowFrom, sent } : { windowFrom: now, sent: 0 };
}

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;
/** With the waits of {@link retryDelayOf}, the last try comes about an hour after the first one. */
const MOST_TRIES = 18;

/** When a message whose n-th try failed is tried again; undefined: it is undeliverable. */
export function retryDelayOf(tries: number): number | undefined {
  if (tries >= MOST_TRIES) return undefined;
  return Math.min(FIRST_RETRY_MS * 2 ** (tries - 1), LONGEST_RETRY_MS);
}
