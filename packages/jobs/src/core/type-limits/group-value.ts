import { pathOf } from '../json-pointer.ts';
import type { JsonText } from '../model/run.ts';
import type { TypeLimits } from './type-limits.ts';

/** The most characters of a value that a group keeps whole. Databases don't index much longer texts. */
const LONGEST_VALUE = 200;

/**
 * The value whose group a run with this payload belongs to, as JSON. It is empty if the limits hold for the
 * whole type, or if the payload has no such value: such runs are one group.
 */
export function groupValueOf({ per }: TypeLimits, payload: JsonText): string {
  if (per === undefined) return '';
  let value: unknown = JSON.parse(payload);
  for (const step of pathOf(per)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return '';
    value = Reflect.get(value, step);
  }
  if (value === null || value === undefined || typeof value === 'object') return '';
  const text = JSON.stringify(value);
  if (text.length <= LONGEST_VALUE) return text;
  // The cut may leave half of a character, which databases change.
  return `${text.slice(0, LONGEST_VALUE).toWellFormed()}…${sumOf(text)}`;
}

/** Tells long values with one beginning apart. It keeps their length, and two sums over all characters. */
function sumOf(text: string): string {
  let low = 1;
  let high = 0;
  for (let n = 0; n < text.length; n += 1) {
    low = (low * 31 + text.charCodeAt(n)) % 4_294_967_291;
    high = (high * 131 + low) % 4_294_967_279;
  }
  return [text.length, low, high].map((each) => each.toString(36)).join('-');
}
