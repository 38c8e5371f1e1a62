import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { dataFiles, lockDataDir } from '../data-dir/data-dir.ts';
import { testConfig } from '../testing/test-app.ts';
import { backUp } from './back-up.ts';
import { makeToken } from './make-token.ts';

const screen = { write: () => true };

test('while a restore is under way, no token is made; what a killed restore has left is removed', async () => {
  const config = await testConfig();
  await makeToken(config, [], screen);
  const { restoring } = dataFiles(config.dataDir);
  mkdirSync(restoring);
  const lock = await lockDataDir(config.dataDir);
  await expect(makeToken(config, [], screen)).rejects.toThrow('is in use by another GreenVue');
  lock.release();
  expect(await makeToken(config, [], screen)).toMatch(/^gv/);
  expect(existsSync(restoring)).toBe(false);
});

/** As a kill leaves `app.db`, but without its log. */
async function withoutLog(): Promise<Config> {
  const config = await testConfig();
  await makeToken(config, [], screen);
  const { app } = dataFiles(config.dataDir);
  const live = new DatabaseSync(app);
  onTestFinished(() => live.close());
  live.exec("PRAGMA journal_mode = WAL; INSERT INTO settings VALUES ('last', 'write')");
  for (const end of ['', '-wal', '-shm']) copyFileSync(app + end, `${app}${end}.copy`);
  for (const end of ['', '-wal', '-shm']) rmSync(app + end);
  for (const end of ['', '-shm']) copyFileSync(`${app}${end}.copy`, app + end);
  return config;
}

test('a command refuses a database that may have lost writes, and says how to restore it', async () => {
  const config = await withoutLog();
  const line =
    /app\.db may have lost acknowledged writes \(.*app\.db-wal is missing\): .*greenvue restore <folder>/;
  await expect(makeToken(config, [], screen)).rejects.toThrow(line);
  await expect(backUp(config, [])).rejects.toThrow(line);
});

test('beside another process, a command refuses only what stays damaged: a server changes its log', async () => {
  const config = await withoutLog();
  const { app } = dataFiles(config.dataDir);
  const lock = await lockDataDir(config.dataDir);
  onTestFinished(() => lock.release());
  await expect(makeToken(config, [], screen)).rejects.toThrow('may have lost acknowledged writes');
  const made = makeToken(config, [], screen);
  copyFileSync(`${app}-wal.copy`, `${app}-wal`);
  expect(await made).toMatch(/^gv/);
});
