import { closestName } from './closest-name.ts';
import { knownHereAs } from './names-elsewhere.ts';

/**
 * What is wrong with a field that an input does not have. `meant`: the field that the caller means, if known.
 */
export function unknownField(
  key: string,
  known: readonly string[],
  meant: string | undefined = knownHereAs(key, known) ?? closestName(key, known),
): string {
  if (known.length === 0) return 'unknown field; there are no fields here';
  return `unknown field; ${meant === undefined ? `known ones are ${known.join(', ')}` : `did you mean ${meant}?`}`;
}
