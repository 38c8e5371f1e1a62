import { writeFileSync } from 'node:fs';
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

test('is refused in one line in a folder with other data, while a server has it, and in production', async () => {
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
  writeFileSync(dataFiles(folder).app, '');
  expect(await runDemo({ DATA_DIR: folder })).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^DATA_DIR .* already has data that is not the demo's, .*\n$/),
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
