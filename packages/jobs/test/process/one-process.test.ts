import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { createJobs } from '../../src/index.ts';
import { resolveDatabaseFile } from '../../src/stores/sqlite/file/database-file.ts';
import { takeFileLock } from '../../src/stores/sqlite/file/file-lock.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { definitionOf } from '../store-contract/rig.ts';

const clock = createFakeClock(Date.UTC(2026, 0, 5));

function folderOf(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'one-process-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Holder {
  readonly child: ChildProcess;
  /** Resolves with the next line with this start; rejects when the process ends first. */
  line(start: string): Promise<string>;
}

function startHolder(file: string): Holder {
  const script = fileURLToPath(new URL('./holder-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async line(start) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`the process ended before it printed ${start}`);
        if (value.startsWith(start)) return value;
      }
    },
  };
}

// Promise P9, lost nodes.
it('a second process is refused with the pid of the first, and takes its runs back once that is dead', async () => {
  const file = join(folderOf(), 'jobs.db');
  const first = startHolder(file);
  await first.line('ran');
  const second = startHolder(file);
  expect(await second.line('refused')).toBe(
    `refused in_use The job database ${file} is in use by another process (pid ${first.child.pid} on ${hostname()}): stop that process, or give this one a database file of its own. Several processes can share PostgreSQL.`,
  );
  // Nothing was taken back: the first process has the only claim.
  const dead = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await dead;
  const third = startHolder(file);
  // On a busy machine, loading the sources alone can take longer.
  await third.line('loaded');
  const begun = performance.now();
  await third.line('started');
  await third.line('ran');
  // The start need not wait for a lease to end.
  expect(performance.now() - begun).toBeLessThan(10_000);
});

it('a second store on a file is refused in one process too, under any name of the file, until the first is closed', async () => {
  const folder = folderOf();
  const file = join(folder, 'jobs.db');
  const link = join(folder, 'link.db');
  symlinkSync(file, link);
  symlinkSync(folder, join(folder, 'folder'));
  // Through the link, before the file exists.
  const store = createSqliteStore({ file: link, clock });
  await store.open();
  const names = [file, link, relative(process.cwd(), file), join(folder, 'folder', 'jobs.db')];
  const uris = [pathToFileURL(file).href, `file:${file}?cache=private`];
  for (const name of [...names, ...uris]) {
    await expect(createSqliteStore({ file: name, clock }).open()).rejects.toMatchObject({
      name: 'StoreError',
      code: 'in_use',
      message: `This process (pid ${process.pid} on ${hostname()}) has the job database ${file} open already: use that store, or close it first.`,
    });
  }
  await store.close();
  for (const name of uris) {
    const next = createSqliteStore({ file: name, clock });
    await next.open();
    await next.close();
  }
});

it('an engine that may not use a store leaves it to the engine that has it', async () => {
  const store = sqlite(join(folderOf(), 'jobs.db'));
  const [first, second] = [createJobs({ store, types: [] }), createJobs({ store, types: [] })];
  await first.start();
  await expect(second.start()).rejects.toMatchObject({
    code: 'in_use',
    message: expect.stringContaining('Each engine needs a store of its own'),
  });
  await second.stop();
  await first.check();
  await first.stop();
});

it('a process with the same pid in another container is named as another process', async () => {
  const file = join(folderOf(), 'jobs.db');
  const store = createSqliteStore({ file, clock });
  await store.open();
  writeFileSync(`${file}.lock.pid`, `${process.pid}\ncontainer-b\n1b671a64-40d5-491e-99b0-da01ff1f3341\n`);
  await expect(createSqliteStore({ file, clock }).open()).rejects.toMatchObject({
    code: 'in_use',
    message: expect.stringContaining(`in use by another process (pid ${process.pid} on container-b): stop`),
  });
  await store.close();
});

it('a second thread of the process is refused, and the error says that it may be one', async () => {
  const file = join(folderOf(), 'jobs.db');
  const store = createSqliteStore({ file, clock });
  await store.open();
  // Another thread has an id of its own.
  writeFileSync(`${file}.lock.pid`, `${process.pid}\n${hostname()}\n1b671a64-40d5-491e-99b0-da01ff1f3341\n`);
  await expect(createSqliteStore({ file, clock }).open()).rejects.toMatchObject({
    code: 'in_use',
    message: expect.stringContaining('Probably another thread of it'),
  });
  await store.close();
});

it('a link in a linked folder leads where the system says', () => {
  const folder = folderOf();
  mkdirSync(join(folder, 'real', 'deep'), { recursive: true });
  mkdirSync(join(folder, 'other'));
  symlinkSync('../real/deep', join(folder, 'other', 'linked'));
  symlinkSync('../target.db', join(folder, 'real', 'deep', 'link.db'));
  const target = join(folder, 'real', 'target.db');
  const files = [`${folder}/other/linked/link.db`, `${folder}/other/linked/../target.db`];
  for (const file of files) expect(resolveDatabaseFile(file).path).toBe(target);
  const absolute = join(folder, 'absolute.db');
  symlinkSync(files[0] ?? '', absolute);
  expect(resolveDatabaseFile(relative(process.cwd(), absolute)).path).toBe(target);
});

it.each([
  ['missing/jobs.db', "jobs.db can't be opened: the folder %/missing does not exist. Create it first."],
  ['.', "can't be opened: it is a folder. Name a file in it, such as %/jobs.db."],
  ['text.txt/jobs.db', "text.txt/jobs.db can't be"],
  ['x'.repeat(300), "can't be opened: ENAMETOOLONG"],
  ['new.db?mode=ro', "can't be opened: unable to open database file. Check that this process may read"],
])('the file %s is refused with its path and what to do', async (name, message) => {
  const folder = folderOf();
  writeFileSync(join(folder, 'text.txt'), '');
  const file = name.includes('?') ? `file:${folder}/${name}` : join(folder, name);
  const opening = createSqliteStore({ file, clock }).open();
  await expect(opening).rejects.toMatchObject({
    name: 'StoreError',
    code: 'unavailable',
    message: expect.stringContaining(message.replaceAll('%', folder)),
  });
  await expect(opening).rejects.toThrow(`The job database ${folder}`);
  // Node would print a cause that is undefined.
  expect(inspect(await opening.catch((error: unknown) => error))).not.toContain('undefined');
});

it('a relative URI keeps its file when the working directory changes, and its query', () => {
  const folder = folderOf();
  const { name, path } = resolveDatabaseFile(
    `file:${relative(process.cwd(), folder)}/a%3Fb%25.db?cache=private#x`,
  );
  expect(path).toBe(join(folder, 'a?b%.db'));
  expect(name).toBe(`${pathToFileURL(join(folder, 'a?b%.db')).href}?cache=private`);
  const database = new DatabaseSync(name);
  expect(database.location()).toBe(path);
  database.close();
});

it('a URI with a % that escapes nothing opens the file that SQLite opens', () => {
  const folder = folderOf();
  const uri = `file:${folder}/100%-%zz-%C3%A9.db`;
  const { name, path } = resolveDatabaseFile(uri);
  expect(path).toBe(join(folder, '100%-%zz-é.db'));
  for (const each of [uri, name]) {
    const database = new DatabaseSync(each);
    expect(database.location()).toBe(path);
    database.close();
  }
});

it('a process gets its lock even when it cannot write the pid file', () => {
  const folder = folderOf();
  const files = { lockFile: join(folder, 'jobs.db.lock'), pidFile: join(folder, 'missing', 'pid') };
  const first = takeFileLock(files);
  expect(first).toMatchObject({ kind: 'locked' });
  expect(takeFileLock(files)).toMatchObject({ kind: 'held', holder: { pid: 'unknown', host: 'unknown' } });
  if (first.kind === 'locked') first.lock.release();
});

it('a store that can not be opened leaves the file to others', async () => {
  const file = join(folderOf(), 'jobs.db');
  const newer = createSqliteStore({ file, clock });
  await newer.open();
  await newer.close();
  const database = new DatabaseSync(file);
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  database.exec('PRAGMA user_version = 99');
  await expect(newer.open()).rejects.toMatchObject({ code: 'newer_schema' });
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
  await newer.open();
  await newer.close();
});

it('databases in memory are their stores’ own', async () => {
  const [a, b] = [':memory:', ':memory:'].map((file) => createSqliteStore({ file, clock }));
  await a?.open();
  await b?.open();
  expect(await a?.insertJob({ definition: definitionOf('job') })).toMatchObject({ kind: 'created' });
  expect((await a?.getJob('job', {}))?.job.id).toBe('job');
  expect(await b?.getJob('job', {})).toBeUndefined();
  await a?.check();
  await a?.close();
  await b?.close();
});
