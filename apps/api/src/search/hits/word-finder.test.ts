import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { fold, queryTerms, WORD } from '../query-terms.ts';
import { createSnippets } from './snippet.ts';
import { createWordFinder } from './word-finder.ts';

const LONGEST = 5_000;
const FEW = 'lamp';
const MANY = 'lamp oak table brass red blue green small large chair';

it('finds the first word that a look at each word would find', () => {
  const letters = fc.constantFrom(
    'a',
    'A',
    'b',
    'c',
    'Σ',
    'σ',
    'ς',
    'é',
    '\u0301',
    'İ',
    '각',
    "'",
    ' ',
    '.',
    '𝒳',
  );
  const texts = fc.string({ unit: letters, maxLength: 500 });
  fc.assert(
    fc.property(texts, fc.string({ unit: letters, maxLength: 12 }), (text, query) => {
      const terms = queryTerms(query);
      if (terms.length === 0) return;
      // The two small forms of sigma are one letter.
      const plain = (word: string) => word.replaceAll('ς', 'σ');
      const isTerm = (word: string, term: string, prefix: boolean) =>
        prefix ? word.startsWith(term) : word === term;
      const isFound = (word: string) =>
        terms.some(({ folded, prefix }) => isTerm(plain(fold(word)), plain(folded), prefix));
      const first = [...text.matchAll(WORD)].find(([word]) => isFound(word));
      const expected = first && { from: first.index, to: first.index + first[0].length };
      expect(createWordFinder(terms).first(text)).toEqual(expected);
    }),
  );
});

it('folds each character once, also with many terms, and when none is found', () => {
  const description = 'ä '.repeat(LONGEST / 2);
  for (const query of [FEW, MANY]) {
    const folded = foldedBy(description, query);
    expect(folded).toBeGreaterThanOrEqual(LONGEST);
    expect(folded).toBeLessThan(LONGEST * 1.1);
  }
});

it('folds little more than the passage that is shown', () => {
  expect(foldedBy(`lamp ${'ä '.repeat(LONGEST / 2)}`, MANY)).toBeLessThan(800);
  // The last word of the text: once as a part of its piece, once as a word.
  expect(foldedBy(`${'ä '.repeat(LONGEST / 2)}lamp`, MANY)).toBeLessThan(LONGEST * 1.2);
});

it('checks no single words for terms that are only parts of words', () => {
  expect(foldedBy('xlampx '.repeat(700), FEW)).toBeLessThan(LONGEST * 1.1);
});

it('sorts no run of marks, which takes quadratic time', () => {
  const folding = vi.spyOn(String.prototype, 'normalize');
  try {
    const text = `a${'\u0301'.repeat(2_480)}${'\u0323'.repeat(2_480)} lamp`;
    expect(createWordFinder(queryTerms(FEW)).first(text)).toMatchObject({ to: text.length });
    expect(fold('A\u0323\u0301\u00c9\u0323x')).toBe('aex');
    expect(folding.mock.contexts.filter((folded) => /\p{M}{2}/u.test(String(folded)))).toEqual([]);
  } finally {
    folding.mockRestore();
  }
});

it('compares each piece of a text with the terms once, also when its words contain them many times', () => {
  const text = `b${'c'.repeat(198)} `.repeat(25);
  const finder = createWordFinder(queryTerms('cc ccc cccc ccccc cccccc'));
  const calls = [vi.spyOn(RegExp.prototype, 'test'), vi.spyOn(String.prototype, 'indexOf')];
  try {
    expect(finder.first(text)).toBeUndefined();
    expect(calls.reduce((sum, { mock }) => sum + mock.calls.length, 0)).toBe(25);
  } finally {
    for (const call of calls) call.mockRestore();
  }
});

it('finds a word with either form of the small sigma', () => {
  expect(createWordFinder(queryTerms('ΟΔΟΣ')).first('an οδοσ')).toEqual({ from: 3, to: 7 });
});

it('looks for the first ten words of a search', () => {
  const words = Array.from({ length: 100 }, (_, n) => `w${n}`);
  expect(queryTerms(words.join(' ')).map(({ word }) => word)).toEqual(words.slice(0, 10));
  expect(queryTerms('lamp LAMP lámp oak').map(({ word }) => word)).toEqual(['lámp', 'oak']);
});

/** How many characters a snippet folds. */
function foldedBy(description: string, query: string): number {
  const snippetOf = createSnippets(queryTerms(query));
  const folding = vi.spyOn(String.prototype, 'normalize');
  try {
    snippetOf({ title: '', description });
    return folding.mock.contexts.map((text) => String(text).length).reduce((sum, length) => sum + length, 0);
  } finally {
    folding.mockRestore();
  }
}
