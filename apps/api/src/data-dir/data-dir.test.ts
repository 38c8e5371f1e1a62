import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/test-database.ts';
import { lockDataDir, openDataDir } from './data-dir.ts';

test('a folder is locked for one, until it is given back', async () => {
  const folder = await temporaryFolder();
  const lock = await lockDataDir(folder);
  await expect(lockDataDir(folder)).rejects.toThrow(
    `is in use by another GreenVue (pid ${process.pid} on ${hostname()})`,
  );
  lock.release();
  (await lockDataDir(folder)).release();
});

test('a data folder is made when it is missing', async () => {
  const folder = join(await temporaryFolder(), 'a', 'b');
  openDataDir(folder);
  (await lockDataDir(folder)).release();
});

test('a data folder that is a file is refused in words', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  expect(() => openDataDir(file)).toThrow(/^DATA_DIR .* is not writable/);
});
