import fc from 'fast-check';
import { expect, it } from 'vitest';
import { indexed, titles } from '../../testing/test-index.ts';
import { queryTerms } from '../query-terms.ts';
import { tsquery, tsvector } from './tsvector.ts';

it('parts words as a search does, without case and diacritics, and says where each stands', () => {
  expect(tsvector({ title: 'Sofa/Bed', description: 'Café-Möbel, bed' })).toBe(
    "'sofa':1A 'bed':2A,5B 'cafe':3B 'mobel':4B",
  );
  expect(tsquery(queryTerms(`BÉD & c | sofa'!`))).toBe("'bed':* & 'c' & 'sofa':*");
});

it('counts a word a few times, however often it is said', () => {
  expect(tsvector({ title: '', description: 'lamp '.repeat(100) })).toBe("'lamp':1B,2B,3B,4B");
});

it('takes every text that a listing may have, and finds its words again, on postgres as on SQLite', async () => {
  const letters = fc.string({
    unit: fc.constantFrom('\u{10400}', 'ß', '각', 'é', 'n', '٣', 'か'),
    minLength: 1,
  });
  const words = fc.sample(letters, { numRuns: 30, seed: 7 });
  const texts = [...words, 'x'.repeat(5_000), '각'.repeat(5_000), `'\\'`];
  for (const dialect of ['postgres', 'sqlite'] as const) {
    const { search } = await indexed(
      dialect,
      texts.map((description, n) => ({ title: `n${n}`, description })),
    );
    for (const [n, text] of texts.entries()) {
      const asked = text.slice(0, 150).toWellFormed();
      if (queryTerms(asked).length > 0) expect(titles(await search(asked))).toContain(`n${n}`);
    }
  }
});
