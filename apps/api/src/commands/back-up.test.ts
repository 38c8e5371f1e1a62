import { once } from 'node:events';
import { copyFileSync, existsSync, renameSync, statSync } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { readBackupNote } from '../data-dir/backup-note.ts';
import { dataFiles } from '../data-dir/data-dir.ts';
import { createDatabase } from '../db/create-database.ts';
import { bringUpToDate } from '../installation/bring-up-to-date.ts';
import { canMount, smallDisk } from '../testing/small-disk.ts';
import { testConfig } from '../testing/test-app.ts';
import { temporaryFolder } from '../testing/test-database.ts';
import { backUp } from './back-up.ts';

test('a database that is damaged is not backed up, and the line says what to do', async () => {
  const DATA_DIR = await temporaryFolder();
  const config = await testConfig({ DATA_DIR });
  const file = join(DATA_DIR, 'app.db');
  await (await createDatabase({ file, isolation: 'inline' })).close();
  const sound = await backUp(config, [join(DATA_DIR, 'sound')]);
  expect(sound).toBe(join(DATA_DIR, 'sound', 'app.db'));

  const database = new DatabaseSync(file);
  database.exec("INSERT INTO settings VALUES ('needle', 'in a page of its own')");
  database.close();
  const page = Math.floor((await readFile(file)).indexOf('in a page of its own') / 4096);
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(8, 0xa5), 0, undefined, page * 4096);
  await handle.close();
  await expect(backUp(config, [join(DATA_DIR, 'damaged')])).rejects.toThrow(
    /app\.db is damaged \(.+\), so no backup was made\. Stop the server and restore the newest backup/,
  );
  expect(await readdir(DATA_DIR)).not.toContain('damaged');
});

test('PostgreSQL is backed up with its own tool, without the password among the arguments', async () => {
  const config = await testConfig({
    DATABASE_URL: 'postgres://ann:hunter2@db.example.com/shop?sslmode=require',
  });
  await expect(backUp(config, [])).rejects.toThrow(
    /put the password in PGPASSWORD or ~\/\.pgpass, and run: pg_dump "postgres:\/\/ann@db\.example\.com\/shop\?sslmode=require" > greenvue\.sql$/,
  );
});

/** A folder with both databases, as a first start leaves them. */
async function bothDatabases(): Promise<Config> {
  const config = await testConfig();
  const { app, jobs } = dataFiles(config.dataDir);
  await bringUpToDate({ app, jobs }, { id: 'this-installation', isNew: true });
  return config;
}

test('jobs.db is copied first, so that a run which succeeds between the copies runs again', async () => {
  const config = await bothDatabases();
  const folder = join(config.dataDir, 'copy');
  expect(await backUp(config, [folder])).toBe(`${join(folder, 'jobs.db')}\n${join(folder, 'app.db')}`);
  const writtenAt = (name: string) => statSync(join(folder, name), { bigint: true }).mtimeNs;
  expect(writtenAt('jobs.db')).toBeLessThan(writtenAt('app.db'));
  expect(readBackupNote(folder)?.takenAt).toMatch(/^\d{4}-.*Z$/);
});

test('a backup during a migration has the schema of before', async () => {
  const config = await bothDatabases();
  const migrating = new DatabaseSync(dataFiles(config.dataDir).jobs);
  migrating.exec('BEGIN IMMEDIATE; ALTER TABLE jobs ADD COLUMN later TEXT; PRAGMA user_version = 999');
  const folder = join(config.dataDir, 'copy');
  await backUp(config, [folder]);
  migrating.exec('COMMIT');
  migrating.close();
  const copy = new DatabaseSync(join(folder, 'jobs.db'), { readOnly: true });
  expect(copy.prepare('PRAGMA user_version').get()?.user_version).toBeLessThan(999);
  copy.close();
});

test('backups during VACUUM are complete', async () => {
  const config = await bothDatabases();
  const file = dataFiles(config.dataDir).app;
  const vacuum = new Worker(VACUUM_REPEATEDLY, { eval: true, workerData: file });
  await once(vacuum, 'message');
  for (let n = 0; n < 5; n += 1) {
    const folder = join(config.dataDir, `copy-${n}`);
    await backUp(config, [folder]);
    const copy = new DatabaseSync(join(folder, 'app.db'), { readOnly: true });
    expect(copy.prepare('SELECT count(*) AS count FROM filling').get()?.count).toBe(20_000);
    copy.close();
  }
  vacuum.postMessage('end');
  const [{ done }] = await once(vacuum, 'message');
  expect(done).toBeGreaterThan(1);
});

const VACUUM_REPEATEDLY = `
const { parentPort, workerData, receiveMessageOnPort } = require('node:worker_threads');
const db = new (require('node:sqlite').DatabaseSync)(workerData, { timeout: 10_000 });
db.exec('CREATE TABLE filling AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT i, hex(randomblob(50)) FROM n');
parentPort.postMessage('ready');
let done = 0;
while (receiveMessageOnPort(parentPort) === undefined) { db.exec('VACUUM'); done += 1; }
db.close();
parentPort.postMessage({ done });
`;

test.runIf(canMount)('a backup to a full disk says so, and leaves nothing half done', async () => {
  const config = await bothDatabases();
  const disk = await smallDisk('400k');
  await expect(backUp(config, [join(disk, 'new', 'copy')])).rejects.toThrow(
    /^The disk of \S+\/new\/copy is full, so no backup was made: free space on it, or name a folder on another disk\.$/,
  );
  expect(await readdir(disk)).toEqual([]);
  await expect(backUp(config, [disk])).rejects.toThrow('is full');
  expect(await readdir(disk)).toEqual([]);
});

test('a backup that fails leaves another one alone, which finished in the same folder meanwhile', async () => {
  const config = await bothDatabases();
  const folder = join(await temporaryFolder(), 'new', 'copy');
  const outcomes = await Promise.allSettled([backUp(config, [folder]), backUp(config, [folder])]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect((await readdir(folder)).toSorted()).toEqual(['app.db', 'backup.json', 'jobs.db']);
});

test('a backup during which a restore replaces the databases fails, and leaves nothing', async () => {
  const config = await bothDatabases();
  const folder = join(await temporaryFolder(), 'new');
  const { jobs } = dataFiles(config.dataDir);
  const copying = backUp(config, [folder]);
  while (!existsSync(folder)) await setImmediate();
  copyFileSync(jobs, `${jobs}.other`);
  renameSync(`${jobs}.other`, jobs);
  await expect(copying).rejects.toThrow(/^A restore has replaced the databases in DATA_DIR \S+ meanwhile/);
  expect(existsSync(folder)).toBe(false);
});
