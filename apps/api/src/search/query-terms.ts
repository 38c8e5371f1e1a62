/** A word of a search, in the form that words of a text are compared with. */
export interface QueryTerm {
  /** As it was typed. */
  readonly word: string;
  /** See {@link fold}. */
  readonly folded: string;
  /** Whether longer words that begin with it match, too. */
  readonly prefix: boolean;
}

/** A run of letters, digits and marks. The index parts words the same way, but for rare scripts. */
export const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** The most words that a search looks for; each word costs time in the database and in the snippets. */
export const MOST_TERMS = 10;

/**
 * The first {@link MOST_TERMS} different words of a search; later words are ignored, as search boxes do.
 * Characters between words are dropped, so nothing in `text` can act as an operator.
 */
export function queryTerms(text: string): readonly QueryTerm[] {
  const terms = new Map<string, QueryTerm>();
  for (const [word] of text.matchAll(WORD)) {
    if (terms.size === MOST_TERMS) break;
    const folded = fold(word);
    // Ranking every listing with a word in "a…" takes the database a tenth of a second, and helps nobody.
    if (folded !== '') terms.set(folded, { word, folded, prefix: !/^[a-z0-9]$/.test(folded) });
  }
  return [...terms.values()];
}

/**
 * Lower case without diacritics. Marks are dropped before, too: NFD sorts a run of marks in quadratic time.
 */
export function fold(word: string): string {
  return withoutMarks(withoutMarks(word).toLowerCase().normalize('NFD'));
}

function withoutMarks(text: string): string {
  return text.replace(/\p{M}+/gu, '');
}
