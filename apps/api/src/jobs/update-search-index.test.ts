import { runHandler } from '@greenvue/jobs/testing';
import { describe, expect, it } from 'vitest';
import { openSearchIndex } from '../search/open-index.ts';
import { addListing, addUser, openTestDatabase } from '../testing/test-database.ts';
import { updateSearchIndex } from './update-search-index.ts';

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  it.each([{}, { fullReindex: false }, { fullReindex: true }])(
    'makes listings findable with %o',
    async (payload) => {
      const { search, run } = await openMarket(['Lamp', 'Sofa']);
      const { result, progress, logs } = await run(payload);
      expect(result).toEqual({ indexed: 2, removed: 0, took_ms: 5 });
      expect(logs.at(-1)?.message).toBe('Listings indexed: 2, removed from the index: 0, in 5 ms.');
      expect(progress).toEqual({ done: 2, total: 2, note: 'listings indexed' });
      expect((await search.search({ text: 'lamp', filters: {}, limit: 5 })).hits).toHaveLength(1);
    },
  );

  it('takes in only what changed, and all of it with fullReindex', async () => {
    const { run } = await openMarket(['Lamp', 'Sofa']);
    await run({});
    expect((await run({})).result).toMatchObject({ indexed: 0 });
    expect((await run({ fullReindex: true })).result).toMatchObject({ indexed: 2 });
  });

  it.each([{ fullReindex: 'yes' }, { full_reindex: true }])('refuses %o', async (payload) => {
    const run = runHandler(updateSearchIndex, payload as object, {} as never);
    await expect(run).rejects.toThrow('The payload is not valid.');
  });

  async function openMarket(titles: readonly string[]) {
    const database = await openTestDatabase(dialect);
    const seller = await addUser(database.kysely, 'ann@example.com');
    for (const title of titles) await addListing(database, { seller_id: seller, title });
    const search = openSearchIndex(database);
    let now = 0;
    const clock = {
      now: () => {
        now += 5;
        return now;
      },
    };
    return { search, run: (payload: object) => runHandler(updateSearchIndex, payload, { search, clock }) };
  }
});
