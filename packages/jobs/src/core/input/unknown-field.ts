import { closestName } from './closest-name.ts';
import { inOtherPlace, knownHereAs } from './names-elsewhere.ts';

const LONGEST_KEY = 100;

/**
 * What is wrong with a field that an input does not have. `meant`: the field that the caller means, if known.
 */
export function unknownField(
  key: string,
  known: readonly string[],
  meant: string | undefined = knownHereAs(key, known) ?? closestName(key, known),
): string {
  if (known.length === 0) return 'unknown field; there are no fields here';
  const elsewhere = inOtherPlace(key.slice(0, LONGEST_KEY), known);
  if (elsewhere !== undefined) return `unknown field; ${elsewhere}`;
  return `unknown field; ${meant === undefined ? `known ones are ${known.join(', ')}` : `did you mean ${meant}?`}`;
}
