import { shownValue } from '../core/input/shown-value.ts';
import { parseWholeMs } from '../core/time/duration.ts';

const DAY_MS = 86_400_000;
/** Days of 24 hours, and a Go duration after them. */
const WITH_DAYS = /^(\d+)d(.*)$/s;

/** Reads a length of test time as ms: a Go duration, with days before it if any (`2d`, `1d12h`), or ms. */
export function parseLength(length: string | number): number {
  if (typeof length === 'number') {
    if (Number.isSafeInteger(length) && length >= 0) return length;
    throw refusal(length);
  }
  if (typeof length !== 'string') throw refusal(length);
  const [, days = '0', rest = length] = WITH_DAYS.exec(length) ?? [];
  const parsed = rest === '' ? { ok: true as const, value: 0 } : parseWholeMs(rest);
  if (!parsed.ok || parsed.value < 0) throw refusal(length);
  return Number(days) * DAY_MS + parsed.value;
}

function refusal(length: unknown): RangeError {
  return new RangeError(
    `A length of test time must be a duration such as 90s, 1h30m or 2d (a day is 24 hours), or a whole number of ms from 0; got ${shownValue(length)}.`,
  );
}
