import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexed, titles } from '../testing/test-index.ts';
import type { SearchPage } from './search-index.ts';

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  describe('search', () => {
    it('puts a match in the title before one in the description, and drops what does not match', async () => {
      const { search } = await indexed(dialect, [
        { title: 'Table', description: 'for a lamp, a small lamp or no lamp' },
        { title: 'Lamp', description: 'of brass, and with much else to be said of it, at length' },
        { title: 'Chair', description: 'of oak' },
      ]);
      expect(titles(await search('lamp'))).toEqual(['Lamp', 'Table']);
    });

    it('wants every word, and takes longer words that begin with one', async () => {
      const { search } = await indexed(dialect, [
        { title: 'Racing bicycle' },
        { title: 'Bicycle bell' },
        { title: 'Racing car' },
      ]);
      expect(titles(await search('bicyc rac'))).toEqual(['Racing bicycle']);
    });

    it('does not take a single letter for the beginning of a word', async () => {
      const { search } = await indexed(dialect, [{ title: 'Vitamin C' }, { title: 'Cello' }]);
      expect(titles(await search('c'))).toEqual(['Vitamin C']);
    });

    it('does not mind case and diacritics', async () => {
      const { search } = await indexed(dialect, [{ title: 'Crème brûlée dish' }]);
      expect(titles(await search('BRULEE'))).toEqual(['Crème brûlée dish']);
    });

    it('takes operators and quotes for nothing', async () => {
      const { search } = await indexed(dialect, [{ title: 'Salt and pepper' }, { title: 'Salt' }]);
      expect(titles(await search('"salt" AND NOT* title:pepper'))).toEqual([]);
      expect(titles(await search('"salt" AND) ^pepper*'))).toEqual(['Salt and pepper']);
      expect(titles(await search('*"-!'))).toEqual([]);
    });

    it('never fails, whatever it is asked', async () => {
      const { index } = await indexed(dialect, [{ title: 'Salt and pepper' }]);
      const hostile = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc
          .array(
            fc.constantFrom(
              '"',
              "'",
              '*',
              '^',
              ':',
              '(',
              ')',
              'AND',
              'OR',
              'NOT',
              'NEAR',
              '{',
              '}',
              '-',
              '+',
              'salt',
              ' ',
              '\u0301',
            ),
          )
          .map((parts) => parts.join('')),
      );
      await fc.assert(
        fc.asyncProperty(hostile, async (text) => {
          expect((await index.search({ text, filters: {}, limit: 5 })).hits.length).toBeLessThanOrEqual(1);
        }),
      );
    });

    it('narrows by the filters of the list', async () => {
      const { search } = await indexed(dialect, [
        { title: 'Lamp one', price_cents: 100, category: 'light' },
        { title: 'Lamp two', price_cents: 200, category: 'light' },
        { title: 'Lamp three', price_cents: 300, category: 'other' },
      ]);
      expect(titles(await search('lamp', { minPriceCents: 200, category: 'light' }))).toEqual(['Lamp two']);
    });

    it('gives every hit once over its pages', async () => {
      const { index } = await indexed(
        dialect,
        Array.from({ length: 7 }, (_, at) => ({ title: 'Lamp', description: `number ${at}` })),
      );
      const seen: number[] = [];
      let after: SearchPage['next'];
      do {
        const page: SearchPage = await index.search({ text: 'lamp', filters: {}, limit: 3, after });
        seen.push(...page.hits.map((hit) => hit.listing.seq));
        after = page.next;
      } while (after !== undefined);
      expect(seen.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    });
  });
});
