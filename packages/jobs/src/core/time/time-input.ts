/** An instant as code writes it: RFC 3339 text with an offset, a `Date`, or a `Temporal.Instant`. */
export type TimeInput = string | Date | InstantLike;

/** What a `Temporal.Instant` has; a polyfill's has it, too. Cut to the millisecond. */
export interface InstantLike {
  readonly epochMilliseconds: number;
}

/** The instant as RFC 3339 text. An invalid `Date`, or a year outside 0000 to 9999, gives other text. */
export function timeText(time: TimeInput): string {
  if (typeof time === 'string') return time;
  const at = time instanceof Date ? time : new Date(time.epochMilliseconds);
  return Number.isNaN(at.getTime()) ? String(at) : at.toISOString();
}
