import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSearchIndex } from '../src/search/open-index.ts';
import { openTestDatabase } from '../src/testing/test-database.ts';
import { fillListings } from './resume/fill-listings.ts';
import { killReindex } from './resume/kill-reindex.ts';

const LISTINGS = 20_000;
const KILLS = 3;

// Promise P30, resume. `bench/resume.ts` does it with 100,000 listings and 50 kills.
test('a full reindex that is killed three times repeats at most one batch for each kill, and ends with every listing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'killed-reindex-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const database = await openTestDatabase('sqlite', { isolation: 'thread' });
  await fillListings(database.kysely, LISTINGS);
  const killed = await killReindex(
    { location: database.location, notes: join(folder, 'notes'), jobs: { file: join(folder, 'jobs.db') } },
    { kills: KILLS, afterMs: () => Math.random() * 60 },
  );
  expect(killed).toMatchObject({ kills: KILLS, end: { status: 'succeeded', recoveries: KILLS } });
  expect(Math.max(...killed.repeated)).toBeLessThanOrEqual(1);
  expect(JSON.parse(killed.end.result ?? '{}')).toMatchObject({ indexed: LISTINGS });
  const { hits } = await openSearchIndex(database).search({
    text: `lamp${LISTINGS - 1}`,
    filters: {},
    limit: 2,
  });
  expect(hits).toHaveLength(1);
});
