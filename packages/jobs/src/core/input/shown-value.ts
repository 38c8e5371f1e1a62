const LONGEST_TEXT = 60;

/** A terminal or a log obeys these: control characters, line separators, marks of direction, a byte order mark. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** A text with `\\u` escapes in the place of what a terminal or a log would obey. */
export function escapedText(text: string): string {
  return text.replaceAll(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A refused value as an error shows it: `"5 minutes"`, `the number 1000`, `an empty array`. Never throws. */
export function shownValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return escapedText(
        JSON.stringify(value.length <= LONGEST_TEXT ? value : `${value.slice(0, LONGEST_TEXT)}…`),
      );
    case 'number':
    case 'bigint':
      return `the number ${value}`;
    case 'boolean':
      return String(value);
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'undefined':
      return 'undefined';
    default:
      return objectText(value);
  }
}

function objectText(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return arrayText(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  return 'an object';
}

function arrayText({ length }: readonly unknown[]): string {
  if (length === 0) return 'an empty array';
  return `an array of ${length} ${length === 1 ? 'item' : 'items'}`;
}
