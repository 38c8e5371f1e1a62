import type { QueryTerm } from '../query-terms.ts';
import { createWordFinder, type FoundWord, type WordFinder } from './word-finder.ts';

const LEAD = 60;
const LENGTH = 200;

/** Makes the snippets of one search. */
export type SnippetOf = (listing: { readonly title: string; readonly description: string }) => string;

/**
 * A snippet is the passage of a listing in which a word was found, preferably of the description. It is
 * escaped HTML, with the words in `<mark>` and `…` for omitted text.
 */
export function createSnippets(terms: readonly QueryTerm[]): SnippetOf {
  const finder = createWordFinder(terms);
  return ({ title, description }) => {
    const first = finder.first(description);
    return first === undefined
      ? passage(title, finder.first(title), finder)
      : passage(description, first, finder);
  };
}

function passage(text: string, first: FoundWord | undefined, finder: WordFinder): string {
  const start = wordStart(text, (first?.from ?? 0) - LEAD);
  const end = wordEnd(text, start + LENGTH);
  let html = start > 0 ? '…' : '';
  let at = start;
  for (const { from, to } of first === undefined ? [] : finder.within(text, first.from, end)) {
    html += `${escapeHtml(text.slice(at, from))}<mark>${escapeHtml(text.slice(from, to))}</mark>`;
    at = to;
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
