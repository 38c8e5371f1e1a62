import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { threadFile } from '../../../package-file.ts';
import { readDatabaseIdentity } from '../file/info.ts';
import { checkBeforeWork } from '../file/integrity.ts';
import { openDatabase } from './open-database.ts';

vi.mock('../file/integrity.ts', { spy: true });
vi.mock('../../../package-file.ts', { spy: true });

it('after a crash, a close before the check has ended leaves the check to the next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'unclean-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.db');
  const openAndClose = async () => {
    const opened = await openDatabase({ file, databaseId: undefined, now: Date.now, lost: () => undefined });
    await opened.close();
    return readDatabaseIdentity(file);
  };
  expect(await openAndClose()).toMatchObject({ isClosed: true });
  expect(checkBeforeWork).not.toHaveBeenCalled();

  const database = new DatabaseSync(file);
  // As after a crash.
  database.exec("DELETE FROM info WHERE key = 'closed'");
  database.close();
  const unfinished = { damage: undefined, isSound: () => false, abandon: () => undefined };
  vi.mocked(checkBeforeWork).mockResolvedValueOnce(unfinished);
  expect(await openAndClose()).toMatchObject({ isClosed: false });
  expect(checkBeforeWork).toHaveBeenCalledOnce();
  // Now the check reads the whole database, unless it is slower than the close.
  await expect.poll(openAndClose).toMatchObject({ isClosed: true });
  expect(vi.mocked(checkBeforeWork).mock.calls.length).toBeGreaterThan(1);
});

it('a thread that a bundler has copied fails with what to do, and not as a database that cannot be opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const copy = join(folder, 'writer-thread.cjs');
  writeFileSync(copy, "import { parentPort } from 'node:worker_threads';");
  vi.mocked(threadFile).mockReturnValueOnce(pathToFileURL(copy));
  const opening = openDatabase({
    file: join(folder, 'jobs.db'),
    databaseId: undefined,
    now: Date.now,
    lost: () => undefined,
  });
  await expect(opening).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      /^The thread of the database can't load its file .*writer-thread\.cjs \(Cannot use import statement outside a module\): .*serverExternalPackages/,
    ),
    cause: expect.any(SyntaxError),
  });
});
