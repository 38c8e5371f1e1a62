import { closestMatch } from 'leven';

const LONGEST_NAME = 100;

/**
 * The name that a caller means: one with the same letters, also in another order, or a similar one. `dealy`
 * means `delay`, and `maxattempt` means `maxAttempts`.
 */
export function closestName(given: string, names: readonly string[]): string | undefined {
  const name = given.slice(0, LONGEST_NAME);
  const sameAs = (read: (text: string) => string) => names.find((each) => read(each) === read(name));
  const maxDistance = Math.floor(name.length / 3);
  return sameAs(lettersOf) ?? sameAs(sortedLetters) ?? closestMatch(name, names, { maxDistance });
}

function sortedLetters(name: string): string {
  return Array.from(lettersOf(name)).sort().join('');
}

export function lettersOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
}
