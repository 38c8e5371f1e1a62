const LONGEST_TEXT = 60;

/** A refused value as an error shows it: `"5 minutes"`, `the number 1000`, `an empty array`. Never throws. */
export function shownValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length <= LONGEST_TEXT ? value : `${value.slice(0, LONGEST_TEXT)}…`);
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
