import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { takeFileLock } from '@greenvue/jobs/sqlite';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { dataFiles, lockDataDir } from '../data-dir/data-dir.ts';
import { startFault } from '../start/start-fault.ts';
import { canMount, fill, smallDisk } from '../testing/small-disk.ts';
import { testConfig } from '../testing/test-app.ts';
import { contentsOf, type KilledServer, killServerAfterBackup } from '../testing/test-backup.ts';
import { temporaryFolder } from '../testing/test-database.ts';
import { startProcess } from '../testing/test-process.ts';
import { startTestServer } from '../testing/test-server.ts';
import { restore } from './restore.ts';

const BEFORE = { jobs: ['before'], tokens: 1 };
const AFTER = { jobs: ['before', 'after'], tokens: 2 };

let origin: string;
let killed: KilledServer;

beforeAll(async () => {
  origin = mkdtempSync(join(tmpdir(), 'greenvue-'));
  killed = await killServerAfterBackup(origin);
});

afterAll(() => rmSync(origin, { recursive: true, force: true }));

/** A copy of the folder of the killed server and of its backup. */
async function killedServer(): Promise<{ DATA_DIR: string; backup: string }> {
  const folder = await temporaryFolder();
  const [DATA_DIR, backup] = [join(folder, 'data'), join(folder, 'backup')];
  cpSync(killed.dataDir, DATA_DIR, { recursive: true });
  cpSync(killed.backup, backup, { recursive: true });
  return { DATA_DIR, backup };
}

/** The one line of a restore that fails. */
async function refused(env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  const config = await testConfig(env);
  return restore(config, args).then(
    (text) => `restored: ${text}`,
    (error: unknown) => startFault(error, config),
  );
}

function inDatabase<T>(file: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

const counterOf = (folder: string): number =>
  inDatabase(join(folder, 'jobs.db'), (db) => Number(db.prepare('SELECT last FROM counter').get()?.last));

const statusFor = async (url: string, path: string, token: string): Promise<number> =>
  (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

test('a restore brings back the backup, keeps what it replaces, and says what is lost and repeated', async () => {
  const { DATA_DIR, backup } = await killedServer();
  const config = await testConfig({ DATA_DIR });
  const said = await restore(config, [backup]);
  expect(await contentsOf(DATA_DIR)).toEqual(BEFORE);
  const [kept = ''] = readdirSync(dataFiles(DATA_DIR).replaced);
  const replaced = join(dataFiles(DATA_DIR).replaced, kept);
  expect(await contentsOf(replaced)).toEqual(AFTER);
  const { taken_at } = JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8'));
  expect(said).toContain(`Restored ${backup} to DATA_DIR ${DATA_DIR}.\n  Instant      ${taken_at}\n`);
  expect(said).toContain(`kept in ${replaced}. To undo this restore: greenvue restore ${replaced}`);
  expect(said).toContain('Lost         jobs created since: 1, API tokens created since: 1\n');
  expect(said).toContain('Repeated     nothing\n');

  const server = await startTestServer({ DATA_DIR });
  const { before, after } = killed.tokens;
  expect(await statusFor(server.url, '/api/jobs/before', before)).toBe(200);
  expect(await statusFor(server.url, '/api/jobs/after', before)).toBe(404);
  expect(await statusFor(server.url, '/api/jobs/before', after)).toBe(401);
  await server.stop();

  await restore(config, [replaced]);
  expect(await contentsOf(DATA_DIR)).toEqual(AFTER);
});

test('ids continue above those of the replaced databases, even when these ran ahead of the clock', async () => {
  const { DATA_DIR, backup } = await killedServer();
  const config = await testConfig({ DATA_DIR });
  await restore(config, [backup]);
  const byClock = counterOf(DATA_DIR);
  expect(byClock).toBeGreaterThan(counterOf(killed.dataDir));
  const ahead = byClock + 10 * 60_000 * 8_192;
  inDatabase(join(DATA_DIR, 'jobs.db'), (db) => db.prepare('UPDATE counter SET last = ?').run(ahead));
  await restore(config, [backup]);
  expect(counterOf(DATA_DIR)).toBe(ahead);
});

test('a backup is restored to an empty folder, and over databases that are damaged or gone', async () => {
  const { backup } = await killedServer();
  const DATA_DIR = join(await temporaryFolder(), 'new');
  const config = await testConfig({ DATA_DIR });
  const said = await restore(config, [backup]);
  expect(said).toContain('nothing: there were no databases');
  expect(said).toContain('people have to sign in again');
  expect(said).toMatch(/Missing +secrets-key, which no backup contains/);
  expect(await contentsOf(DATA_DIR)).toEqual(BEFORE);

  writeFileSync(join(DATA_DIR, 'jobs.db'), 'x'.repeat(100_000));
  rmSync(join(DATA_DIR, 'app.db'));
  expect(await restore(config, [backup])).toContain('Lost         everything acknowledged since');
  expect(await contentsOf(DATA_DIR)).toEqual(BEFORE);
});

test('a restore is refused while a server or another program uses the databases, with its pid', async () => {
  const { DATA_DIR, backup } = await killedServer();
  const lock = await lockDataDir(DATA_DIR);
  expect(await refused({ DATA_DIR }, backup)).toMatch(
    new RegExp(`^DATA_DIR \\S+ is in use by another GreenVue \\(pid ${process.pid} on \\S+\\): stop it`),
  );
  lock.release();
  const file = join(DATA_DIR, 'jobs.db.lock');
  const other = takeFileLock({ lockFile: file, pidFile: `${file}.pid` });
  expect(await refused({ DATA_DIR }, backup)).toMatch(
    new RegExp(`jobs\\.db is in use by another program \\(pid ${process.pid} on \\S+\\): stop it`),
  );
  if (other.kind === 'locked') other.lock.release();
  expect(await contentsOf(DATA_DIR)).toEqual(AFTER);
  expect(existsSync(dataFiles(DATA_DIR).restoring)).toBe(false);
});

test('what is no whole, sound backup of this installation is refused with a line, and nothing changes', async () => {
  const { DATA_DIR, backup } = await killedServer();
  expect(await refused({ DATA_DIR })).toBe(
    `Name the folder of a backup: greenvue restore ${join(DATA_DIR, 'backups', '2026-01-31T12-00-00-000Z')}`,
  );
  expect(await refused({ DATA_DIR }, `${backup}/nowhere`)).toMatch(
    /nowhere is not a folder: name the folder/,
  );
  expect(await refused({ DATA_DIR }, killed.dataDir)).toMatch(/is the DATA_DIR of a server, not a backup/);
  const other = { app: join(backup, 'app.db'), jobs: join(backup, 'jobs.db') };

  inDatabase(other.app, (db) =>
    db.exec("INSERT INTO migrations (version, name, applied_at) VALUES (999, 'later', 0)"),
  );
  expect(await refused({ DATA_DIR }, backup)).toMatch(
    /was made by a newer version of GreenVue \(.+\), so nothing was restored: install that version/,
  );
  inDatabase(other.app, (db) => db.exec('DELETE FROM migrations WHERE version = 999'));
  inDatabase(other.jobs, (db) => db.exec('PRAGMA user_version = 999'));
  expect(await refused({ DATA_DIR }, backup)).toMatch(/was made by a newer version of GreenVue/);

  inDatabase(other.jobs, (db) => db.exec("UPDATE info SET value = 'other' WHERE key = 'id'"));
  expect(await refused({ DATA_DIR }, backup)).toMatch(/belong to different installations/);
  writeFileSync(other.jobs, '');
  expect(await refused({ DATA_DIR }, backup)).toMatch(/jobs\.db has no table of jobs/);
  writeFileSync(other.jobs, 'x'.repeat(100_000));
  expect(await refused({ DATA_DIR }, backup)).toMatch(/jobs\.db is damaged \(.+\), so nothing was restored/);
  rmSync(other.jobs);
  expect(await refused({ DATA_DIR }, backup)).toMatch(/is not a complete backup \(jobs\.db missing\)/);

  expect(await contentsOf(DATA_DIR)).toEqual(AFTER);
  expect(existsSync(dataFiles(DATA_DIR).restoring)).toBe(false);
  expect(existsSync(dataFiles(DATA_DIR).replaced)).toBe(false);
});

test('databases that are links, and a folder of another user, are refused', async () => {
  const { DATA_DIR, backup } = await killedServer();
  const { jobs } = dataFiles(DATA_DIR);
  renameSync(jobs, `${jobs}.real`);
  symlinkSync(`${jobs}.real`, jobs);
  expect(await refused({ DATA_DIR }, backup)).toMatch(/jobs\.db is a symbolic link, .* set DATA_DIR to/);
  if (process.geteuid?.() !== 0) return;
  chownSync(DATA_DIR, 12_345, 12_345);
  expect(await refused({ DATA_DIR }, backup)).toMatch(
    /belongs to the user with id 12345, .* sudo -u '#12345'/,
  );
});

test('a backup of another installation is named, and replaces this one only with a flag', async () => {
  const { DATA_DIR, backup } = await killedServer();
  inDatabase(join(DATA_DIR, 'jobs.db'), (db) => db.exec("UPDATE info SET value = 'other' WHERE key = 'id'"));
  inDatabase(join(DATA_DIR, 'app.db'), (db) =>
    db.exec("UPDATE settings SET value = 'other' WHERE key = 'installation'"),
  );
  expect(await refused({ DATA_DIR }, backup)).toMatch(
    /belongs to another installation \(.+\) than the databases in DATA_DIR .+ \(other\), so nothing was restored: .+ add --replace-other/,
  );
  expect(await contentsOf(DATA_DIR)).toEqual(AFTER);
  const cli = startProcess('cli.ts', { DATA_DIR }, ['restore', backup, '--replace-other']);
  expect(await cli.ended()).toBe(0);
  expect(cli.output.stdout).toMatch(/To undo this restore: greenvue restore .+ --replace-other\n/);
  expect(await contentsOf(DATA_DIR)).toEqual(BEFORE);
});

test('the copies of an interrupted restore are no backup', async () => {
  const { DATA_DIR, backup } = await killedServer();
  const { restoring } = dataFiles(DATA_DIR);
  cpSync(backup, restoring, { recursive: true });
  expect(await refused({ DATA_DIR }, restoring)).toMatch(
    /has the copies of an interrupted restore, not a backup/,
  );
});

test('a folder of replaced databases on another disk is refused before anything changes', async ({
  skip,
}) => {
  const { DATA_DIR, backup } = await killedServer();
  const other = ['/dev/shm', '/tmp', '/var/tmp'].find(
    (folder) => existsSync(folder) && statSync(folder).dev !== statSync(DATA_DIR).dev,
  );
  if (other === undefined) return skip('there is one disk');
  const elsewhere = mkdtempSync(join(other, 'greenvue-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  symlinkSync(elsewhere, dataFiles(DATA_DIR).replaced);
  expect(await refused({ DATA_DIR }, backup)).toMatch(
    /can't be moved to .+replaced \(EXDEV: .+\), so nothing was restored: put this folder on the disk of DATA_DIR/,
  );
  expect(existsSync(dataFiles(DATA_DIR).restoring)).toBe(false);
  expect(await contentsOf(DATA_DIR)).toEqual(AFTER);
});

test('databases that were kept before are not overwritten', async () => {
  const { DATA_DIR, backup } = await killedServer();
  const now = new Date();
  vi.useFakeTimers({ toFake: ['Date'], now });
  onTestFinished(() => void vi.useRealTimers());
  const config = await testConfig({ DATA_DIR });
  await restore(config, [backup]);
  vi.setSystemTime(now);
  expect(await refused({ DATA_DIR }, backup)).toMatch(
    /already exists, so nothing was restored: check the clock/,
  );
  const [kept = ''] = readdirSync(dataFiles(DATA_DIR).replaced);
  expect(await contentsOf(join(dataFiles(DATA_DIR).replaced, kept))).toEqual(AFTER);
});

test('a backup with read-only files is restored to files that the server can write', async () => {
  const { DATA_DIR, backup } = await killedServer();
  for (const name of ['jobs.db', 'app.db']) chmodSync(join(backup, name), 0o444);
  await restore(await testConfig({ DATA_DIR }), [backup]);
  for (const file of [dataFiles(DATA_DIR).jobs, dataFiles(DATA_DIR).app])
    expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('with PostgreSQL the line says where its commands are', async () => {
  const DATABASE_URL = 'postgres://ann:hunter2@db.example.com/shop';
  expect(await refused({ DATABASE_URL }, 'backup')).toMatch(
    /^DATABASE_URL is set, and this command restores SQLite only\. Stop all nodes, .* docs\/greenvue-postgres\.md/,
  );
});

test('greenvue restore prints its result, and its refusal is one line', async () => {
  const { DATA_DIR, backup } = await killedServer();
  const cli = startProcess('cli.ts', { DATA_DIR }, ['restore', backup]);
  expect(await cli.ended()).toBe(0);
  expect(cli.output.stdout).toMatch(/^Restored /);
  const again = startProcess('cli.ts', { DATA_DIR }, ['restore', join(backup, 'none')]);
  expect(await again.ended()).toBe(1);
  expect(again.output).toEqual({ stdout: '', stderr: expect.stringMatching(/^.+ is not a folder: .+\n$/) });
});

test.runIf(canMount)('a restore on a full disk says so, and changes nothing', async () => {
  const { backup } = await killedServer();
  const DATA_DIR = await smallDisk('8m');
  const config = await testConfig({ DATA_DIR });
  await restore(config, [backup]);
  inDatabase(join(DATA_DIR, 'jobs.db'), (db) => db.exec("UPDATE jobs SET id = 'kept'"));
  const free = fill(DATA_DIR);
  expect(await refused({ DATA_DIR }, backup)).toBe(
    `The disk of DATA_DIR ${DATA_DIR} is full, so nothing was restored: free space on it, and restore again.`,
  );
  expect(existsSync(dataFiles(DATA_DIR).restoring)).toBe(false);
  expect(await contentsOf(DATA_DIR)).toEqual({ jobs: ['kept'], tokens: 1 });
  free();
  await restore(config, [backup]);
  expect(await contentsOf(DATA_DIR)).toEqual(BEFORE);
});
