import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { AppDatabase } from '../db/database.ts';
import { recordListingChange, recordListingChanges } from '../db/outbox.ts';
import { addListing, addListingIn } from '../testing/test-database.ts';
import { indexed, titles, WORK } from '../testing/test-index.ts';
import type { ReindexPosition } from './search-index.ts';

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  describe.each(['indexChanges', 'reindex'] as const)('%s', (update) => {
    it('finds a new listing, an edited one by its new words, and a removed one no more', async () => {
      const { database, index, search, seller } = await indexed(dialect, [
        { title: 'Sofa' },
        { title: 'Lamp' },
      ]);
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
      const { database, index, search, seller } = await indexed(dialect, []);
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
      const { database, index, seller } = await indexed(dialect, []);
      await fill(database, seller, 250);
      const reports: (readonly [number, number])[] = [];
      await index[update]({ ...WORK, progress: (done, total) => reports.push([done, total]) });
      expect(reports[0]).toEqual([100, 250]);
      expect(reports.at(-1)).toEqual([250, 250]);
    });
  });

  describe('indexChanges', () => {
    it('touches only what changed since the last success', async () => {
      const { database, index, seller } = await indexed(dialect, [{ title: 'Sofa' }, { title: 'Lamp' }]);
      expect(await index.indexChanges(WORK)).toEqual({ indexed: 0, removed: 0 });
      const { seq } = await addListing(database, { seller_id: seller, title: 'Cello' });
      await edit(database, 'Cello', 'Viola');
      expect(seq).toBe(3);
      expect(await index.indexChanges(WORK)).toEqual({ indexed: 1, removed: 0 });
    });

    it('counts a listing that came and went between two runs as neither', async () => {
      const { database, index, seller } = await indexed(dialect, []);
      await addListing(database, { seller_id: seller, title: 'Sofa' });
      await remove(database, 'Sofa');
      expect(await index.indexChanges(WORK)).toEqual({ indexed: 0, removed: 0 });
    });
  });

  describe('reindex', () => {
    it('takes in what changes while it builds, before it is put in place', async () => {
      const { database, index, search, seller } = await indexed(dialect, [{ title: 'Sofa' }]);
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
      const { database, index, search, seller } = await indexed(dialect, [{ title: 'Cello' }]);
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
      const { database, index, search, seller } = await indexed(dialect, [{ title: 'Cello' }]);
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

    it('drops what a killed build left, and keeps no entry twice', async () => {
      const { database, index } = await indexed(dialect, [{ title: 'Cello' }, { title: 'Lamp' }]);
      await leaveGhost(database);
      await index.reindex(WORK);
      expect(await stateOf(database)).toEqual({ live: 'b', build_id: null, in_a: 0, in_b: 2 });
    });

    describe('that can be continued', () => {
      /** A reindex that is told to stop after its second batch, and where it stood then. */
      const interrupted = async () => {
        const market = await indexed(dialect, [{ title: 'Cello' }, { title: 'Sofa' }]);
        await fill(market.database, market.seller, 400);
        const positions: ReindexPosition[] = [];
        const save = async (position: ReindexPosition) => void positions.push(position);
        const controller = new AbortController();
        const progress = () => {
          if (positions.length === 2) controller.abort(new Error('no'));
        };
        const resume = { from: undefined, save };
        const stopped = market.index.reindex({ signal: controller.signal, progress, resume });
        await expect(stopped).rejects.toThrow('no');
        const copied: number[] = [];
        const resumeFrom = (from: ReindexPosition | undefined) =>
          market.index.reindex({
            ...WORK,
            progress: (done) => copied.push(done),
            resume: { from, save },
          });
        return { ...market, positions, copied, resumeFrom };
      };

      it('goes on after its last batch, with what changed meanwhile', async () => {
        const { database, index, search, seller, positions, copied, resumeFrom } = await interrupted();
        expect(await stateOf(database)).toMatchObject({ live: 'a', build_id: positions[1]?.build });
        await edit(database, 'Cello', 'Viola');
        await remove(database, 'Sofa');
        await addListing(database, { seller_id: seller, title: 'Lamp' });
        await index.indexChanges(WORK);
        // With the sofa, which was copied before.
        expect(await resumeFrom(positions[1])).toMatchObject({ indexed: 403 });
        expect(copied[0]).toBeGreaterThan(positions[1]?.indexed ?? 0);
        for (const [text, found] of [
          ['viola', ['Viola']],
          ['cello', []],
          ['sofa', []],
          ['lamp', ['Lamp']],
        ] as const)
          expect(titles(await search(text))).toEqual(found);
        expect(await stateOf(database)).toEqual({ live: 'b', build_id: null, in_a: 0, in_b: 402 });
      });

      it('begins again if another reindex has taken over', async () => {
        const { database, index, positions, resumeFrom } = await interrupted();
        await index.reindex(WORK);
        await index.reindex(WORK);
        expect(await stateOf(database)).toMatchObject({ live: 'a', build_id: null });
        expect(await resumeFrom(positions[1])).toMatchObject({ indexed: 402 });
        expect(await stateOf(database)).toEqual({ live: 'b', build_id: null, in_a: 0, in_b: 402 });
      });

      it('is given up after a day, by the next run that indexes changes', async () => {
        const { database, index, positions, resumeFrom } = await interrupted();
        await index.indexChanges(WORK);
        expect(await stateOf(database)).toMatchObject({ build_id: positions[1]?.build });
        const old = '019a0000-0000-7000-8000-000000000000';
        await sql`UPDATE ${schemaOf(dialect)}search_state SET build_id = ${old}`.execute(database.kysely);
        await index.indexChanges(WORK);
        expect(await stateOf(database)).toMatchObject({ live: 'a', build_id: null });
        expect(await resumeFrom(positions[1])).toMatchObject({ indexed: 402 });
        expect(await stateOf(database)).toEqual({ live: 'b', build_id: null, in_a: 0, in_b: 402 });
      });

      it('does nothing again that is in place', async () => {
        const { database, positions, copied, resumeFrom } = await interrupted();
        await resumeFrom(positions[1]);
        copied.length = 0;
        expect(await resumeFrom(positions.at(-1))).toEqual({ indexed: 402, removed: 0 });
        expect(copied).toEqual([]);
        expect(await stateOf(database)).toEqual({ live: 'b', build_id: null, in_a: 0, in_b: 402 });
      });
    });

    it('leaves the changes to the live index alone after a build that failed', async () => {
      const { database, index, search, seller } = await indexed(dialect, [{ title: 'Cello' }]);
      await fill(database, seller, 250);
      const controller = new AbortController();
      const failed = index.reindex({
        signal: controller.signal,
        progress: () => controller.abort(new Error('no')),
      });
      await expect(failed).rejects.toThrow('no');
      expect(await stateOf(database)).toMatchObject({ live: 'a', build_id: null });
      expect(titles(await search('cello'))).toEqual(['Cello']);
    });
  });
});

describe('on PostgreSQL, where transactions overlap', () => {
  it('takes up a change that was recorded earlier and committed later than others', async () => {
    const { database, index, search, seller } = await indexed('postgres', []);
    const recorded = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const late = database.kysely.transaction().execute(async (trx) => {
      await addListingIn(trx, { seller_id: seller, title: 'Cello' });
      recorded.resolve();
      await commit.promise;
    });
    await recorded.promise;
    await addListing(database, { seller_id: seller, title: 'Sofa' });
    expect(await index.indexChanges(WORK)).toEqual({ indexed: 1, removed: 0 });
    commit.resolve();
    await late;
    expect(await index.indexChanges(WORK)).toEqual({ indexed: 1, removed: 0 });
    expect(titles(await search('cello'))).toEqual(['Cello']);
  });

  it('searches while somebody holds the state of the index, and changes it only after', async () => {
    const { database, index, search, seller } = await indexed('postgres', [{ title: 'Cello' }]);
    await addListing(database, { seller_id: seller, title: 'Sofa' });
    let updated: Promise<unknown> | undefined;
    await database.kysely.transaction().execute(async (trx) => {
      await sql`SELECT FROM greenvue.search_state FOR UPDATE`.execute(trx);
      let done = false;
      updated = index.indexChanges(WORK).then(() => {
        done = true;
      });
      // Long enough for it to get there: each of these is as much work as it has to do.
      for (let turn = 0; turn < 20; turn += 1) expect(titles(await search('cello'))).toEqual(['Cello']);
      expect(done).toBe(false);
    });
    await updated;
    expect(titles(await search('sofa'))).toEqual(['Sofa']);
  });
});

it('on SQLite, finds what is left after it rebuilt a worn index', async () => {
  const { database, index, search, seller } = await indexed('sqlite', [{ title: 'Cello' }]);
  await fill(database, seller, 1_200);
  await index.indexChanges(WORK);
  await database.kysely.deleteFrom('listings').where('title', '=', 'A thing').execute();
  await recordAll(database, 2, 1_201);
  expect(await stateOf(database)).toMatchObject({ live: 'a', in_a: 1_201 });
  expect(await index.indexChanges(WORK)).toEqual({ indexed: 0, removed: 1_200 });
  expect(await stateOf(database)).toEqual({ live: 'b', build_id: null, in_a: 0, in_b: 1 });
  expect(titles(await search('cello'))).toEqual(['Cello']);
});

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

async function leaveGhost({ dialect, kysely }: AppDatabase): Promise<void> {
  await kysely.transaction().execute(async (trx) => {
    await (dialect === 'postgres'
      ? sql`INSERT INTO greenvue.search_b (seq, words) VALUES (77, 'ghost')`
      : sql`INSERT INTO search_b (rowid, title, description) VALUES (77, 'ghost', '')`
    ).execute(trx);
    await sql`UPDATE ${schemaOf(dialect)}search_state SET build_id = 'killed'`.execute(trx);
  });
}

async function stateOf({ dialect, kysely }: AppDatabase): Promise<unknown> {
  const schema = schemaOf(dialect);
  const { rows } = await sql`SELECT live, build_id, (SELECT count(*) FROM ${schema}search_a) AS in_a,
    (SELECT count(*) FROM ${schema}search_b) AS in_b FROM ${schema}search_state`.execute(kysely);
  return rows[0];
}

function schemaOf(dialect: AppDatabase['dialect']) {
  return dialect === 'postgres' ? sql`greenvue.` : sql``;
}
