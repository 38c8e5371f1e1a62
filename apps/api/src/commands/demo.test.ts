import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { showProgress } from '@greenvue/jobs-cli';
import { expect, test } from 'vitest';
import { dataFiles, lockDataDir, openDataDir } from '../data-dir/data-dir.ts';
import { newListingSchema } from '../listings/schemas.ts';
import { TEMPLATES } from '../notifications/templates.ts';
import { temporaryFolder } from '../testing/test-database.ts';
import { startProcess } from '../testing/test-process.ts';
import { makeMarket } from './demo-market.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);

async function runDemo(env: Record<string, string>) {
  const cli = startProcess('cli.ts', env, ['demo']);
  const code = await cli.ended();
  return { code, ...cli.output };
}

const countIn = (file: string, query: string): unknown => {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Object.values(database.prepare(query).get() ?? {})[0];
  } finally {
    database.close();
  }
};

test('fills a fresh folder with the market and three jobs, shows how far it is, and says what to look at', async () => {
  const folder = join(await temporaryFolder(), 'data');
  const { code, stdout, stderr } = await runDemo({ DATA_DIR: folder, PORT: '12345' });
  expect(code).toBe(0);
  expect(stderr.split('\n')).toEqual([
    ...[0, 25, 50, 75, 100].map((at) => `Filling the market: ${at} %`),
    '',
  ]);
  expect(stdout).toContain(`\nexport DATA_DIR=${folder} PORT=12345\nnpm start\n`);
  expect(stdout).toContain('\ncurl http://localhost:12345/api/jobs -H "Authorization: Bearer $TOKEN"\n');
  const { app, jobs } = dataFiles(folder);
  const monthAgo = Date.now() - 30 * DAY_MS;
  expect(countIn(app, 'SELECT count(*) FROM users')).toBe(2_000);
  expect(countIn(app, 'SELECT count(*) FROM listings')).toBe(20_000);
  expect(countIn(app, `SELECT count(*) FROM listings WHERE created_at < ${monthAgo}`)).toBe(3_000);
  expect(countIn(app, 'SELECT count(DISTINCT listing_seq) FROM search_changes')).toBe(20_000);
  expect(countIn(app, `SELECT count(*) FROM notifications WHERE due_at <= ${Date.now()}`)).toBeGreaterThan(
    499,
  );
  expect(countIn(jobs, 'SELECT count(*) FROM jobs')).toBe(3);

  const again = await runDemo({ DATA_DIR: folder });
  expect(again).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^DATA_DIR .* already has listings, .*\n$/),
  });
});

test('is refused in one line while a server has the folder, and in production', async () => {
  const folder = await temporaryFolder();
  openDataDir(folder);
  const lock = await lockDataDir(folder);
  const locked = await runDemo({ DATA_DIR: folder });
  lock.release();
  expect(locked).toMatchObject({ code: 1, stderr: expect.stringMatching(/^DATA_DIR .* is in use .*\n$/) });
  const production = {
    DATA_DIR: folder,
    NODE_ENV: 'production',
    JWT_SECRET: 'WcOAHcpfo0oKd1sE3f8Yk0yNq2VnJ7m4tZb6',
  };
  expect(await runDemo(production)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The demo is not for production.*\n$/),
  });
});

test('a market is the same each time, and everything in it is what the API and the mails take', () => {
  const size = { sellers: 50, listings: 400, notifications: 40 };
  const market = makeMarket(size, NOW);
  expect(makeMarket(size, NOW)).toEqual(market);
  expect(new Set(market.sellers.map(({ email }) => email)).size).toBe(50);
  for (const listing of market.listings) {
    const { id: _id, seller_id: _seller, created_at, updated_at: _updated, ...fields } = listing;
    expect(newListingSchema.safeParse(fields).error).toBeUndefined();
    expect(created_at).toBeLessThan(NOW);
  }
  expect(market.listings.filter(({ created_at }) => created_at < NOW - 30 * DAY_MS)).toHaveLength(60);
  expect(market.notifications.filter(({ dueAt }) => dueAt <= NOW).length).toBe(market.due);
  for (const { data } of market.notifications) expect(TEMPLATES.default.safeParse(data).success).toBe(true);
});

test('progress is a bar that grows in place on a terminal', () => {
  const written: string[] = [];
  const progress = showProgress({ isTTY: true, write: (text) => written.push(text) }, 'Filling');
  for (const done of [1, 2, 2, 4]) progress(done, 4);
  expect(written).toEqual([
    `\rFilling [${'#'.repeat(8)}${'-'.repeat(22)}]  25 %`,
    `\rFilling [${'#'.repeat(15)}${'-'.repeat(15)}]  50 %`,
    `\rFilling [${'#'.repeat(30)}] 100 %\n`,
  ]);
});
