import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { AppDatabase } from '../db/database.ts';
import type { ListingFilters } from '../db/listing-filters.ts';
import { recordListingChange, recordListingChanges } from '../db/outbox.ts';
import { addListing, addUser, openTestDatabase } from '../db/test-database.ts';
import type { SearchIndex, SearchPage } from './search-index.ts';
import { createSqliteSearchIndex } from './sqlite-index.ts';

const WORK = { signal: new AbortController().signal, progress: () => undefined };

describe('search', () => {
  it('puts a match in the title before one in the description, and drops what does not match', async () => {
    const { search } = await indexed([
      { title: 'Table', description: 'goes with a lamp, of oak and of nothing else' },
      { title: 'Lamp', description: 'of brass, and of nothing else that counts here' },
      { title: 'Chair', description: 'of oak' },
    ]);
    expect(titles(await search('lamp'))).toEqual(['Lamp', 'Table']);
  });

  it('wants every word, and takes longer words that begin with one', async () => {
    const { search } = await indexed([
      { title: 'Racing bicycle' },
      { title: 'Bicycle bell' },
      { title: 'Racing car' },
    ]);
    expect(titles(await search('bicyc rac'))).toEqual(['Racing bicycle']);
  });

  it('does not take a single letter for the beginning of a word', async () => {
    const { search } = await indexed([{ title: 'Vitamin C' }, { title: 'Cello' }]);
    expect(titles(await search('c'))).toEqual(['Vitamin C']);
  });

  it('does not mind case and diacritics', async () => {
    const { search } = await indexed([{ title: 'Crème brûlée dish' }]);
    expect(titles(await search('BRULEE'))).toEqual(['Crème brûlée dish']);
  });

  it('takes operators and quotes for nothing', async () => {
    const { search } = await indexed([{ title: 'Salt and pepper' }, { title: 'Salt' }]);
    expect(titles(await search('"salt" AND NOT* title:pepper'))).toEqual([]);
    expect(titles(await search('"salt" AND) ^pepper*'))).toEqual(['Salt and pepper']);
    expect(titles(await search('*"-!'))).toEqual([]);
  });

  it('never fails, whatever it is asked', async () => {
    const { index } = await indexed([{ title: 'Salt and pepper' }]);
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
    const { search } = await indexed([
      { title: 'Lamp one', price_cents: 100, category: 'light' },
      { title: 'Lamp two', price_cents: 200, category: 'light' },
      { title: 'Lamp three', price_cents: 300, category: 'other' },
    ]);
    expect(titles(await search('lamp', { minPriceCents: 200, category: 'light' }))).toEqual(['Lamp two']);
  });

  it('gives every hit once over its pages', async () => {
    const { index } = await indexed(
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

describe.each(['indexChanges', 'reindex'] as const)('%s', (update) => {
  it('finds a new listing, an edited one by its new words, and a removed one no more', async () => {
    const { database, index, search, seller } = await indexed([{ title: 'Sofa' }, { title: 'Lamp' }]);
    await addListing(database, { seller_id: seller, title: 'Cello' });
    await edit(database, 'Lamp', 'Torch');
    await remove(database, 'Sofa');
    expect(titles(await search('cello'))).toEqual([]);
    expect(await index[update](WORK)).toEqual({ indexed: 2, removed: 1 });
    expect(titles(await search('cello'))).toEqual(['Cello']);
    expect(titles(await search('torch'))).toEqual(['Torch']);
    expect([...titles(await search('sofa')), ...titles(await search('lamp'))]).toEqual([]);
  });

  it('stops when it is told to, and leaves the next run to finish', async () => {
    const { database, index, search, seller } = await indexed([]);
    await fill(database, seller, 250);
    const controller = new AbortController();
    const stopped = index[update]({
      signal: controller.signal,
      progress: () => controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    await index[update](WORK);
    expect((await search('thing', {}, 200)).hits).toHaveLength(200);
    expect(await index.indexChanges(WORK)).toEqual({ indexed: 0, removed: 0 });
  });

  it('reports its progress', async () => {
    const { database, index, seller } = await indexed([]);
    await fill(database, seller, 250);
    const reports: (readonly [number, number])[] = [];
    await index[update]({ ...WORK, progress: (done, total) => reports.push([done, total]) });
    expect(reports[0]).toEqual([100, 250]);
    expect(reports.at(-1)).toEqual([250, 250]);
  });
});

describe('indexChanges', () => {
  it('touches only what changed since the last success', async () => {
    const { database, index, seller } = await indexed([{ title: 'Sofa' }, { title: 'Lamp' }]);
    expect(await index.indexChanges(WORK)).toEqual({ indexed: 0, removed: 0 });
    const { seq } = await addListing(database, { seller_id: seller, title: 'Cello' });
    await edit(database, 'Cello', 'Viola');
    expect(seq).toBe(3);
    expect(await index.indexChanges(WORK)).toEqual({ indexed: 1, removed: 0 });
  });

  it('counts a listing that came and went between two runs as neither', async () => {
    const { database, index, seller } = await indexed([]);
    await addListing(database, { seller_id: seller, title: 'Sofa' });
    await remove(database, 'Sofa');
    expect(await index.indexChanges(WORK)).toEqual({ indexed: 0, removed: 0 });
  });

  it('finds what is left after it built a worn index anew', async () => {
    const { database, index, search, seller } = await indexed([{ title: 'Cello' }]);
    await fill(database, seller, 1_200);
    await index.indexChanges(WORK);
    await database.kysely.deleteFrom('listings').where('title', '=', 'A thing').execute();
    await recordAll(database, 2, 1_201);
    expect(await liveIndex(database)).toBe('a');
    expect(await index.indexChanges(WORK)).toEqual({ indexed: 0, removed: 1_200 });
    expect(await liveIndex(database)).toBe('b');
    expect(titles(await search('cello'))).toEqual(['Cello']);
  });
});

describe('reindex', () => {
  it('takes in what changes while it builds, before it is put in place', async () => {
    const { database, index, search, seller } = await indexed([{ title: 'Sofa' }]);
    await fill(database, seller, 250);
    let meanwhile: Promise<unknown> | undefined;
    await index.reindex({
      ...WORK,
      progress: () => {
        meanwhile ??= Promise.all([
          edit(database, 'Sofa', 'Settee'),
          addListing(database, { seller_id: seller, title: 'Cello' }),
          // A run of the other kind drains the changes away from under it.
          index.indexChanges(WORK),
        ]);
      },
    });
    await meanwhile;
    await index.indexChanges(WORK);
    expect(titles(await search('settee'))).toEqual(['Settee']);
    expect(titles(await search('cello'))).toEqual(['Cello']);
    expect(titles(await search('sofa'))).toEqual([]);
  });

  it('never leaves a hole: a listing is found at every instant', async () => {
    const { database, index, search, seller } = await indexed([{ title: 'Cello' }]);
    await fill(database, seller, 300);
    await index.indexChanges(WORK);
    let running = true;
    const rebuilds = (async () => {
      for (let round = 0; round < 3; round += 1) await index.reindex(WORK);
      running = false;
    })();
    let searches = 0;
    while (running) {
      expect(titles(await search('cello'))).toEqual(['Cello']);
      searches += 1;
    }
    await rebuilds;
    expect(searches).toBeGreaterThan(10);
  });

  it('lets a second one take over, and says so to the first', async () => {
    const { database, index, search, seller } = await indexed([{ title: 'Cello' }]);
    await fill(database, seller, 250);
    let second: Promise<unknown> | undefined;
    const first = index.reindex({
      ...WORK,
      progress: () => {
        second ??= index.reindex(WORK);
      },
    });
    await expect(first).rejects.toThrow('another reindex began meanwhile');
    await second;
    expect(titles(await search('cello'))).toEqual(['Cello']);
    expect((await search('thing', {}, 200)).hits).toHaveLength(200);
  });
});

interface Indexed {
  readonly database: AppDatabase;
  readonly index: SearchIndex;
  readonly seller: string;
  readonly search: (text: string, filters?: ListingFilters, limit?: number) => Promise<SearchPage>;
}

/** A database with these listings, all in the index. */
async function indexed(listings: readonly Partial<Parameters<typeof addListing>[1]>[]): Promise<Indexed> {
  const database = await openTestDatabase();
  const seller = await addUser(database.kysely, 'ann@example.com');
  for (const listing of listings) await addListing(database, { seller_id: seller, ...listing });
  const index = createSqliteSearchIndex({ database: database.kysely });
  await index.indexChanges(WORK);
  return {
    database,
    index,
    seller,
    search: (text, filters = {}, limit = 50) => index.search({ text, filters, limit }),
  };
}

async function fill(database: AppDatabase, seller: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => addListing(database, { seller_id: seller })));
}

async function edit(database: AppDatabase, from: string, title: string): Promise<void> {
  await database.kysely.transaction().execute(async (trx) => {
    const edited = await trx
      .updateTable('listings')
      .set({ title })
      .where('title', '=', from)
      .returning('seq')
      .executeTakeFirstOrThrow();
    await recordListingChange(trx, { listingSeq: edited.seq, at: 2 });
  });
}

async function remove(database: AppDatabase, title: string): Promise<void> {
  await database.kysely.transaction().execute(async (trx) => {
    const gone = await trx
      .deleteFrom('listings')
      .where('title', '=', title)
      .returning('seq')
      .executeTakeFirstOrThrow();
    await recordListingChange(trx, { listingSeq: gone.seq, at: 2 });
  });
}

async function recordAll(database: AppDatabase, from: number, to: number): Promise<void> {
  const listingSeqs = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  await database.kysely.transaction().execute((trx) => recordListingChanges(trx, { listingSeqs, at: 2 }));
}

async function liveIndex(database: AppDatabase): Promise<string | undefined> {
  const { rows } = await sql<{ live: string }>`SELECT live FROM search_state`.execute(database.kysely);
  return rows[0]?.live;
}

function titles(page: SearchPage): readonly string[] {
  return page.hits.map((hit) => hit.listing.title);
}
