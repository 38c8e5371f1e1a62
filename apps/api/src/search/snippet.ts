import { matchesTerm, type QueryTerm, WORD } from './query-terms.ts';

const LEAD = 60;
const LENGTH = 200;

/**
 * The passage of a listing that shows why it was found, as HTML: the text escaped, the words found in `<mark>`, and `…`
 * where text is left out. From the description if a word was found there, else from the title.
 */
export function snippet(
  listing: { readonly title: string; readonly description: string },
  terms: readonly QueryTerm[],
): string {
  const inDescription = marks(listing.description, terms);
  return inDescription.length > 0
    ? passage(listing.description, inDescription)
    : passage(listing.title, marks(listing.title, terms));
}

interface Mark {
  readonly from: number;
  readonly to: number;
}

function marks(text: string, terms: readonly QueryTerm[]): readonly Mark[] {
  const found: Mark[] = [];
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    if (terms.some((term) => matchesTerm(term, word)))
      found.push({ from: match.index, to: match.index + word.length });
  }
  return found;
}

function passage(text: string, found: readonly Mark[]): string {
  const start = wordStart(text, (found[0]?.from ?? 0) - LEAD);
  const end = wordEnd(text, start + LENGTH);
  let html = start > 0 ? '…' : '';
  let at = start;
  for (const mark of found) {
    if (mark.to > end) break;
    html += `${escapeHtml(text.slice(at, mark.from))}<mark>${escapeHtml(text.slice(mark.from, mark.to))}</mark>`;
    at = mark.to;
  }
  return html + escapeHtml(text.slice(at, end)) + (end < text.length ? '…' : '');
}

/** The first beginning of a word at or after `position`. */
function wordStart(text: string, position: number): number {
  if (position <= 0) return 0;
  const space = text.slice(position).search(/\s/);
  return space >= 0 && space < LEAD ? position + space + 1 : whole(text, position);
}

/** The last end of a word at or before `position`. */
function wordEnd(text: string, position: number): number {
  if (position >= text.length) return text.length;
  const space = text.lastIndexOf(' ', position);
  return space > position - LEAD ? space : whole(text, position);
}

/** Moves off the middle of a surrogate pair, as a half of one is no text. */
function whole(text: string, position: number): number {
  return /[\uDC00-\uDFFF]/.test(text.charAt(position)) ? position + 1 : position;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
}
