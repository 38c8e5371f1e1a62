import { copyFile, mkdtemp, open, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { definitionOf } from '../../../test/store-contract/rig.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { readDatabaseIdentity } from './file/info.ts';
import { createSqliteStore } from './store.ts';

const clock = createFakeClock(Date.UTC(2026, 0, 5));
let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lost-')));
  const made = folder;
  onTestFinished(() => rm(made, { recursive: true }));
});

const fileIn = (name: string) => join(folder, name);

async function openStore(file: string, databaseId?: string) {
  const store = createSqliteStore({ file, clock, ...(databaseId === undefined ? {} : { databaseId }) });
  await store.open();
  onTestFinished(() => store.close());
  return store;
}

/** Enough jobs that their table has several pages. */
async function fill(store: Awaited<ReturnType<typeof openStore>>): Promise<void> {
  const ids = Array.from({ length: 300 }, (_, n) => `job-${n}`);
  await Promise.all(ids.map((id) => store.insertJob({ definition: definitionOf(id) })));
}

describe('a database whose files are moved while it is open', () => {
  it.concurrent.each<[string, string, (file: string) => Promise<void>]>([
    ['was removed', '', (file) => rm(file)],
    [
      'was replaced',
      '',
      async (file) => {
        await copyFile(file, `${file}.copy`);
        await rename(`${file}.copy`, file);
      },
    ],
    ['was removed', '-wal', (file) => rm(`${file}-wal`)],
  ])('%s%s: it takes no more writes, and says so', async (what, suffix, move) => {
    const here = await realpath(await mkdtemp(join(tmpdir(), 'lost-')));
    const file = join(here, 'jobs.db');
    const store = createSqliteStore({ file, clock });
    await store.open();
    // Looks at unchanged files report nothing.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(store.lost?.aborted).toBe(false);
    await move(file);
    await new Promise((resolve) => store.lost?.addEventListener('abort', resolve));
    const gone = {
      name: 'StoreError',
      code: 'gone',
      message: expect.stringContaining(`${file}${suffix} ${what} while this process had it open`),
    };
    expect(store.lost?.reason).toMatchObject(gone);
    await expect(store.insertJob({ definition: definitionOf('late') })).rejects.toMatchObject(gone);
    await expect(store.getJob('late', {})).rejects.toMatchObject(gone);
    await expect(store.check()).rejects.toMatchObject(gone);
    await store.close();
    await rm(here, { recursive: true });
  });
});

describe('a database whose last process died', () => {
  /** A copy as after a kill: with its log, and without the mark of a closed store. */
  async function leftOpen(): Promise<string> {
    const store = await openStore(fileIn('first.db'));
    await fill(store);
    await store.close();
    await store.open();
    for (const end of ['', '-wal']) await copyFile(fileIn(`first.db${end}`), fileIn(`left.db${end}`));
    return fileIn('left.db');
  }

  /** Overwrites the head of a page of jobs, which a start does not read. */
  async function spoil(file: string): Promise<void> {
    const page = Math.floor((await readFile(file)).indexOf('job-150') / 4096);
    expect(page).toBeGreaterThan(1);
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(8, 0xa5), 0, undefined, page * 4096);
    await handle.close();
  }

  it('is opened when it is sound', async () => {
    const store = await openStore(await leftOpen());
    expect((await store.getJob('job-1', {}))?.job.id).toBe('job-1');
  });

  it('is refused when it is damaged, again and again', async () => {
    const file = await leftOpen();
    await spoil(file);
    for (let n = 0; n < 2; n += 1) {
      await expect(createSqliteStore({ file, clock }).open()).rejects.toMatchObject({
        code: 'damaged',
        message: expect.stringMatching(/^The job database .*left\.db is damaged \(.+\): .*restore a backup/),
      });
    }
  });
});

it('a database that was left open is refused when its log is gone, until a person accepts the loss', async () => {
  const store = await openStore(fileIn('first.db'));
  await fill(store);
  // As after a kill, without the log.
  const file = fileIn('left.db');
  for (const end of ['', '-shm']) await copyFile(fileIn(`first.db${end}`), file + end);
  for (let n = 0; n < 2; n += 1)
    await expect(createSqliteStore({ file, clock }).open()).rejects.toMatchObject({
      code: 'damaged',
      message: expect.stringMatching(
        /may have lost acknowledged writes \(.*left\.db-wal is missing\): .*restore/,
      ),
    });
  await rm(`${file}-shm`);
  await (await openStore(file)).close();
});

it('a file that is no database is refused, and left as it is', async () => {
  const file = fileIn('text.db');
  const text = 'no database, '.repeat(1_000);
  await writeFile(file, text);
  await expect(createSqliteStore({ file, clock }).open()).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringMatching(/^The job database .*text\.db is damaged \(.+\): .*restore a backup/),
  });
  expect(await readFile(file, 'utf8')).toBe(text);
});

describe('the id of a database', () => {
  it('is there from its first start on, and another one is refused', async () => {
    const file = fileIn('jobs.db');
    expect(readDatabaseIdentity(file)).toEqual({ kind: 'empty' });
    const store = await openStore(file, 'one');
    expect(readDatabaseIdentity(file)).toEqual({ kind: 'filled', id: 'one', isClosed: false });
    await store.close();
    expect(readDatabaseIdentity(file)).toMatchObject({ isClosed: true });
    await expect(createSqliteStore({ file, clock, databaseId: 'two' }).open()).rejects.toMatchObject({
      code: 'unusable',
      message: expect.stringContaining('has the id one, not two'),
    });
    await (await openStore(file, 'one')).close();
    await (await openStore(file)).close();
    await openStore(fileIn('other.db'));
    expect(readDatabaseIdentity(fileIn('other.db'))).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
});
