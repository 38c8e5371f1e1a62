import { goDurationMs } from './go-duration.ts';

/** Words and letters for a unit, each with the unit of a Go duration and how many of it. */
const UNITS: readonly (readonly [words: RegExp, unit: string, times: number])[] = [
  [/^(?:ms|msecs?|milliseconds?)$/, 'ms', 1],
  [/^(?:s|secs?|seconds?)$/, 's', 1],
  [/^(?:m|mins?|minutes?|)$/, 'm', 1],
  [/^(?:h|hrs?|hours?)$/, 'h', 1],
  [/^(?:d|days?)$/, 'h', 24],
  [/^(?:w|weeks?)$/, 'h', 168],
];

const TERM = /(\d+(?:[.,]\d+)?)?\s*([a-z]*)/g;

/**
 * The Go duration that a text means: `5 minutes` is `5m`, `1 day` is `24h`, a number alone counts minutes.
 * Undefined if the text is already a Go duration, or means none.
 */
export function guessDuration(text: string): string | undefined {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^every\s+/, '')
    .replaceAll(/\band\b|,(?!\d)/g, ' ');
  if (words === '' || goDurationMs(text.trim()) !== undefined) return undefined;
  let guess = '';
  let rest = words;
  for (const [whole, digits, unit = ''] of words.matchAll(TERM)) {
    if (whole.trim() === '') continue;
    const term = termOf(digits, unit);
    if (term === undefined) return undefined;
    guess += term;
    rest = rest.replace(whole, '');
  }
  return rest.trim() === '' && goDurationMs(guess) !== undefined ? guess : undefined;
}

function termOf(digits: string | undefined, word: string): string | undefined {
  const known = UNITS.find(([words]) => words.test(word));
  if (known === undefined || (digits === undefined && word.length < 3)) return undefined;
  const [, unit, times] = known;
  return `${Number((digits ?? '1').replace(',', '.')) * times}${unit}`;
}
