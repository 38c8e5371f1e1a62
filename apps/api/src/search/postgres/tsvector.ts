import { fold, type QueryTerm, WORD } from '../query-terms.ts';

// PostgreSQL takes words of up to 2,046 bytes; one of these has at most three bytes a unit.
const LONGEST_WORD = 600;
/** Limit of counted occurrences of a word per text: repeating a word does not improve the rank. */
const MOST_PLACES = 4;

/**
 * The words of a listing as the text of a `tsvector`: title words with weight A, description words with B.
 * They are split and folded like search words, so PostgreSQL needs no dictionary, extension or locale and
 * finds what SQLite finds. Its own parser would keep `sofa/bed` as a path and `fender.com` as a host.
 */
export function tsvector(listing: { readonly title: string; readonly description: string }): string {
  const placesOf = new Map<string, string[]>();
  let place = 0;
  for (const [text, weight] of [
    [listing.title, 'A'],
    [listing.description, 'B'],
  ] as const) {
    const counts = new Map<string, number>();
    for (const [word] of text.matchAll(WORD)) {
      place += 1;
      const folded = fold(word);
      const count = counts.get(folded) ?? 0;
      counts.set(folded, count + 1);
      if (folded === '' || count >= MOST_PLACES) continue;
      const places = placesOf.get(folded) ?? [];
      places.push(`${place}${weight}`);
      placesOf.set(folded, places);
    }
  }
  return [...placesOf].map(([word, places]) => `${quoted(word)}:${places.join(',')}`).join(' ');
}

/** The text of a `tsquery` for listings with all terms. */
export function tsquery(terms: readonly QueryTerm[]): string {
  return terms.map(({ folded, prefix }) => `${quoted(folded)}${prefix ? ':*' : ''}`).join(' & ');
}

/** A word holds letters, digits and marks alone, so there is nothing in it to escape. */
function quoted(word: string): string {
  return `'${word.slice(0, LONGEST_WORD).toWellFormed()}'`;
}
