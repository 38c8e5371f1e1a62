import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queryTerms } from '../query-terms.ts';
import { createSnippets } from './snippet.ts';

const show = (listing: { title?: string; description?: string }, query: string) =>
  createSnippets(queryTerms(query))({ title: '', description: '', ...listing });

describe('a snippet', () => {
  it('marks the matching words, and words that begin with them', () => {
    expect(show({ description: 'Red bikes for a red boy' }, 'bike RED')).toBe(
      '<mark>Red</mark> <mark>bikes</mark> for a <mark>red</mark> boy',
    );
  });

  it('marks words whatever their diacritics', () => {
    expect(show({ description: 'Café crème' }, 'creme')).toBe('Café <mark>crème</mark>');
  });

  it('escapes the text, within the marks and around them', () => {
    expect(show({ description: `<img src="x" onerror='y'> & lamp` }, 'img lamp')).toBe(
      '&lt;<mark>img</mark> src=&quot;x&quot; onerror=&#39;y&#39;&gt; &amp; <mark>lamp</mark>',
    );
  });

  it('comes from the title when the description has none of the words', () => {
    expect(show({ title: 'Oak table', description: 'Heavy.' }, 'oak')).toBe('<mark>Oak</mark> table');
  });

  it('is a passage around the first word found when the text is long', () => {
    const html = show({ description: `${'before '.repeat(50)}needle ${'after '.repeat(100)}` }, 'needle');
    expect(html).toMatch(/^…before .*<mark>needle<\/mark> after .*after…$/);
    expect(html.length).toBeLessThan(300);
  });

  it('has no markup but marks, and no half of a character, whatever the text and the query', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.nat(400),
        (text, query, at) => {
          const html = show({ description: text }, query + text.slice(at, at + 3));
          const plain = html.replaceAll('<mark>', '').replaceAll('</mark>', '');
          expect(plain).not.toMatch(/[<>"']/);
          expect(html.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});
