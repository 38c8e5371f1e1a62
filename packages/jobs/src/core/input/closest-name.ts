import { closestMatch } from 'leven';

const LONGEST_NAME = 100;

/** The name that a caller means: one with the same letters, or a similar one. `maxattempt` means `maxAttempts`. */
export function closestName(given: string, names: readonly string[]): string | undefined {
  const name = given.slice(0, LONGEST_NAME);
  const letters = lettersOf(name);
  const maxDistance = Math.floor(name.length / 3);
  return names.find((each) => lettersOf(each) === letters) ?? closestMatch(name, names, { maxDistance });
}

export function lettersOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
}
