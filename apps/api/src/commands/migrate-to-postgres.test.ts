import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { dataFiles, lockDataDir } from '../data-dir/data-dir.ts';
import { noteMoving } from '../data-dir/move-notes.ts';
import { takeDataDir } from '../data-dir/take-data-dir.ts';
import { createDatabase } from '../db/create-database.ts';
import { startFault } from '../start/start-fault.ts';
import { SECRETS_KEY, testConfig } from '../testing/test-app.ts';
import { listOf, textOf, textsOf } from '../testing/test-bodies.ts';
import { createTestPostgres, runSql, temporaryFolder } from '../testing/test-database.ts';
import { startProcess } from '../testing/test-process.ts';
import { startTestServer } from '../testing/test-server.ts';
import { makeToken } from './make-token.ts';
import { migrateToPostgres } from './migrate-to-postgres.ts';

async function runCli(env: Readonly<Record<string, string>>) {
  const cli = startProcess('cli.ts', env, ['migrate-to-postgres']);
  const code = await cli.ended();
  return { code, ...cli.output };
}

/** {@link migrateToPostgres} in this process, without a screen. */
async function move(env: Readonly<Record<string, string>>): Promise<string> {
  return migrateToPostgres(await testConfig(env), { write: () => true });
}

/** A folder that holds a token and what was noted of it, as `npm run token` leaves them. */
async function smallFolder(): Promise<string> {
  const config = await testConfig();
  await makeToken(config);
  return config.dataDir;
}

async function openClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

const numberIn = async (client: pg.Client, sql: string): Promise<number> => {
  const { rows } = await client.query<[string]>({ text: sql, rowMode: 'array' });
  return Number(rows[0]?.[0]);
};
const countSchemas = (client: pg.Client) =>
  numberIn(client, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'greenvue%'");

interface Api {
  get(path: string): Promise<unknown>;
  /** Gives the body of an answer of 200 to 299. */
  send(method: string, path: string, body?: unknown): Promise<unknown>;
}

function apiOf(url: string, token: string): Api {
  const send: Api['send'] = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text, withoutLastUse);
  };
  return { get: (path) => send('GET', path), send };
}

/** When a token was last used is noted once a minute, and so may be while all is read again. */
const withoutLastUse = (key: string, value: unknown) => (key === 'last_used_at' ? undefined : value);

const READ = [
  '/api/auth/me',
  '/api/users',
  '/api/tokens',
  '/api/audit',
  '/api/jobs',
  '/api/jobs/index',
  '/api/runs',
  '/api/runs?status=succeeded',
  '/api/jobs/index/runs',
  '/api/listings?limit=3',
  '/api/notifications',
];

/** Uses everything once, and gives what an admin, a user and the search then see. */
async function useEverything(url: string, token: string) {
  const admin = apiOf(url, token);
  const session = await admin.send('POST', '/api/auth/register', {
    email: 'ann@example.com',
    name: 'Ann',
    password: 'correct horse battery',
  });
  const user = apiOf(url, textOf(session, 'access_token'));
  for (const title of ['Oak sideboard', 'Pine table', 'Gone chair', 'Blue lamp']) {
    const listing = { title, description: 'Größe „1“', category: 'home', price_cents: 1, currency: 'EUR' };
    const made = await user.send('POST', '/api/listings', { ...listing, condition: 'good' });
    if (title === 'Gone chair') await user.send('DELETE', `/api/listings/${textOf(made, 'id')}`);
  }
  await admin.send('POST', '/api/notifications', {
    user_id: textOf(session, 'user', 'id'),
    template: 'default',
    data: { title: 'Hello', message: 'There' },
    due_at: '2099-01-01T00:00:00.000Z',
  });
  const never = { interval: '1000h' };
  await admin.send('POST', '/api/jobs', {
    id: 'index',
    name: 'Index',
    type: 'update_search_index',
    ...never,
  });
  await admin.send('POST', '/api/jobs', { id: 'held', name: 'Held', type: 'send_notifications', ...never });
  await admin.send('POST', '/api/jobs/index/runs');
  await expect.poll(() => admin.get('/api/runs')).toMatchObject({ data: [{ status: 'succeeded' }] });
  // Not in the index of the old database when it is moved.
  await user.send('POST', '/api/listings', {
    title: 'Late oak bench',
    description: '',
    category: 'home',
    price_cents: 1,
    currency: 'EUR',
    condition: 'good',
  });
  await admin.send('POST', '/api/jobs/held/pause', { reason: 'moving' });
  return session;
}

const readAll = async (api: Api) =>
  Object.fromEntries(await Promise.all(READ.map(async (path) => [path, await api.get(path)])));

test('a server continues on PostgreSQL with its accounts, tokens, listings, jobs, runs and searches', async () => {
  const folder = join(await temporaryFolder(), 'data');
  const token = await makeToken(await testConfig({ DATA_DIR: folder }));
  const old = await startTestServer({ DATA_DIR: folder });
  const session = await useEverything(old.url, token);
  const user = apiOf(old.url, textOf(session, 'access_token'));
  const before = { admin: await readAll(apiOf(old.url, token)), own: await user.get('/api/notifications') };
  await old.stop();

  const url = await createTestPostgres();
  const moved = await runCli({ DATA_DIR: folder, DATABASE_URL: url });
  expect(moved).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Moving: 0 %\n.*Moving: 100 %\n$/s),
  });
  expect(moved.stdout).toMatch(/greenvue\.listings +4\n.*greenvue_jobs\.jobs +2\n/s);
  expect(moved.stdout).toContain('the contents of these files, as settings: jwt-secret, admin-password');

  const server = await startTestServer({ DATABASE_URL: url, DATA_DIR: folder });
  const admin = apiOf(server.url, token);
  const userThere = apiOf(server.url, textOf(session, 'access_token'));
  const after = { admin: await readAll(admin), own: await userThere.get('/api/notifications') };
  expect(after).toEqual(before);
  expect(server.adminPasswordAt).toContain('admin-password');
  const titles = (found: unknown) => textsOf(listOf(found, 'data'), 'title').sort();
  expect(titles(await userThere.send('GET', '/api/listings?q=oak'))).toEqual([
    'Late oak bench',
    'Oak sideboard',
  ]);
  const refreshed = await admin.send('POST', '/api/auth/refresh', {
    refresh_token: textOf(session, 'refresh_token'),
  });
  expect(refreshed).toHaveProperty('access_token');
  const made = await userThere.send('POST', '/api/listings', {
    title: 'New',
    description: '',
    category: 'home',
    price_cents: 1,
    currency: 'EUR',
    condition: 'good',
  });
  expect(made).toMatchObject({ title: 'New' });
  await admin.send('POST', '/api/jobs/index/runs');
  await expect
    .poll(() => admin.get('/api/jobs/index/runs'))
    .toMatchObject({ data: [{ status: 'succeeded' }, { status: 'succeeded' }] });

  // The folder is out of date from now on.
  const line = /^DATA_DIR .* was moved to PostgreSQL .*: set DATABASE_URL to that\..*$/;
  await expect(makeToken(await testConfig({ DATA_DIR: folder }))).rejects.toThrow(line);
  await expect(move({ DATA_DIR: folder, DATABASE_URL: url })).rejects.toThrow(line);
  const again = startProcess('main.ts', { DATA_DIR: folder, PORT: '0' });
  expect(await again.ended()).toBe(1);
  expect(again.output.stderr).toMatch(/^DATA_DIR .* was moved to .*\n$/);
});

test('what is missing, locked, unreachable or not empty is told in one line, and nothing is moved', async () => {
  const DATA_DIR = await smallFolder();
  const url = await createTestPostgres();
  const refused = async (env: Readonly<Record<string, string>>, line: RegExp) => {
    const config = await testConfig({ DATA_DIR, ...env });
    const fault = await move({ DATA_DIR, ...env }).catch((error) => startFault(error, config));
    expect(fault).toMatch(line);
  };
  await refused({}, /^DATABASE_URL is not set: .*$/);
  await refused(
    { DATABASE_URL: url, DATA_DIR: await temporaryFolder() },
    /^There is no database to move in .*$/,
  );

  const lock = await lockDataDir(DATA_DIR);
  await refused({ DATABASE_URL: url }, new RegExp(`^DATA_DIR .* is in use .*pid ${process.pid}.*$`));
  lock.release();

  await refused(
    { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' },
    /^Nothing listens at 127\.0\.0\.1:1: start PostgreSQL there, or correct DATABASE_URL\.$/,
  );
  const nowhere = new URL(url);
  nowhere.pathname = '/nowhere';
  await refused({ DATABASE_URL: nowhere.href }, /^There is no database nowhere at .*$/);

  await makeToken(await testConfig({ DATABASE_URL: url }));
  await refused(
    { DATABASE_URL: url },
    /^PostgreSQL .*: greenvue\.api_tokens has rows already: .* Nothing was moved\.$/,
  );
  expect(existsSync(dataFiles(DATA_DIR).moved)).toBe(false);
});

test('secrets of the folder move sealed; production without a key moves nothing', async () => {
  const folder = await smallFolder();
  writeFileSync(join(folder, 'admin-password'), 'the first password');
  const url = await createTestPostgres();
  const production = {
    DATA_DIR: folder,
    DATABASE_URL: url,
    NODE_ENV: 'production',
    JWT_SECRET: 'WcOAHcpfo0oKd1sE3f8Yk0yNq2VnJ7m4tZb6',
  };
  await expect(move(production)).rejects.toThrow(
    /admin-password can't move to PostgreSQL in plain text\. .+ Set it as SECRETS_KEY/,
  );
  expect(await move({ ...production, SECRETS_KEY })).toContain('Set the same SECRETS_KEY on each node');
  const { kysely, close } = await createDatabase({ url });
  onTestFinished(close);
  expect(
    await kysely.selectFrom('settings').select('value').where('key', '=', 'admin-password').execute(),
  ).toEqual([{ value: expect.stringMatching(/^sealed:1:/) }]);
});

test('a kill in the middle leaves the database without a trace, and the folder as good as before', async () => {
  const DATA_DIR = await smallFolder();
  const DATABASE_URL = await createTestPostgres();
  const client = await openClient(DATABASE_URL);
  // The migration of the engine's schema waits for this lock, after it has written GreenVue's tables.
  await client.query('SELECT pg_advisory_lock(7236451902)');
  const others = (where: string) =>
    numberIn(
      client,
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() ${where}`,
    );
  const killed = startProcess('cli.ts', { DATA_DIR, DATABASE_URL }, ['migrate-to-postgres']);
  await expect.poll(() => others("AND wait_event = 'advisory'")).toBe(1);
  killed.child.kill('SIGKILL');
  await once(killed.child, 'close');
  // The server notices once it has the lock, and its connection is gone.
  await client.query('SELECT pg_advisory_unlock(7236451902)');
  await expect.poll(() => others('')).toBe(0);
  expect(await countSchemas(client)).toBe(0);

  await move({ DATA_DIR, DATABASE_URL });
  expect(await numberIn(client, 'SELECT count(*) FROM greenvue.api_tokens')).toBe(1);
});

/** A database whose server stands still in each COMMIT of a move, until `letGo`; `client` holds it up. */
async function slowToCommit() {
  const DATABASE_URL = await createTestPostgres();
  await (await createDatabase({ url: DATABASE_URL })).close();
  await runSql(
    DATABASE_URL,
    `CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
     CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON greenvue.settings DEFERRABLE INITIALLY DEFERRED
     FOR EACH ROW WHEN (NEW.key = 'moved-by') EXECUTE FUNCTION wait()`,
  );
  const client = await openClient(DATABASE_URL);
  await client.query('SELECT pg_advisory_lock(1)');
  const committing = () =>
    numberIn(
      client,
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted",
    );
  return { DATABASE_URL, client, committing, letGo: () => client.query('SELECT pg_advisory_unlock(1)') };
}

/** Moves, and is killed once the COMMIT has reached the server. */
async function killInCommit(env: Readonly<Record<string, string>>, committing: () => Promise<number>) {
  const killed = startProcess('cli.ts', env, ['migrate-to-postgres']);
  await expect.poll(committing).toBe(1);
  killed.child.kill('SIGKILL');
  await killed.ended();
}

const tokensIn = (client: pg.Client) => numberIn(client, 'SELECT count(*) FROM greenvue.api_tokens');

test('a kill in the COMMIT leaves one side: the database when it was committed', async () => {
  const DATA_DIR = await smallFolder();
  const { DATABASE_URL, client, committing, letGo } = await slowToCommit();
  await killInCommit({ DATA_DIR, DATABASE_URL }, committing);
  expect(await tokensIn(client)).toBe(0);
  // A start that looks while the server still commits waits, and does not take the folder for the one to use.
  const start = takeDataDir(await testConfig({ DATA_DIR }));
  await expect.poll(() => numberIn(client, WAITING_FOR_THE_MOVE)).toBe(1);
  await letGo();
  const line = /^DATA_DIR .* was moved to PostgreSQL .*: set DATABASE_URL to that\..*$/;
  await expect(start).rejects.toThrow(line);
  expect(await tokensIn(client)).toBe(1);
  expect(existsSync(dataFiles(DATA_DIR).moving)).toBe(false);
  await expect(makeToken(await testConfig({ DATA_DIR }))).rejects.toThrow(line);
  await expect(move({ DATA_DIR, DATABASE_URL })).rejects.toThrow(line);
});

const WAITING_FOR_THE_MOVE =
  "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid <> 1";

test('a kill in the COMMIT leaves one side: the folder when it was not committed', async () => {
  const DATA_DIR = await smallFolder();
  const { DATABASE_URL, client, committing, letGo } = await slowToCommit();
  await killInCommit({ DATA_DIR, DATABASE_URL }, committing);
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = $1 AND objid = 1 AND NOT granted',
    ['advisory'],
  );
  // A node does not begin with the empty database either: the folder still has the data.
  await expect(takeDataDir(await testConfig({ DATA_DIR, DATABASE_URL }))).rejects.toThrow(
    /^The move of DATA_DIR .* to PostgreSQL .* was interrupted, and nothing was moved\. Run npm run -s migrate-to-postgres again\./,
  );
  const lock = await takeDataDir(await testConfig({ DATA_DIR }));
  lock.release();
  expect(await tokensIn(client)).toBe(0);
  expect(existsSync(dataFiles(DATA_DIR).moving)).toBe(false);

  await letGo();
  await move({ DATA_DIR, DATABASE_URL });
  expect(await tokensIn(client)).toBe(1);
  await expect(takeDataDir(await testConfig({ DATA_DIR }))).rejects.toThrow('was moved to PostgreSQL');
});

test('a move that broke off in the COMMIT is finished by the next one, with the password that no note has', async () => {
  const DATA_DIR = await smallFolder();
  const { DATABASE_URL, client, committing, letGo } = await slowToCommit();
  await killInCommit({ DATA_DIR, DATABASE_URL }, committing);
  await letGo();
  const note = dataFiles(DATA_DIR).moving;
  const { token } = JSON.parse(readFileSync(note, 'utf8'));
  const { port, pathname } = new URL(DATABASE_URL);
  // The same database for people, where nobody answers the note's own way in.
  noteMoving(DATA_DIR, { token, url: `postgres://nobody:hidden-word@127.0.0.1:${port}${pathname}` });
  expect(readFileSync(note, 'utf8')).not.toContain('hidden-word');
  const config = await testConfig({ DATA_DIR });
  await expect(takeDataDir(config)).rejects.toThrow(
    /^A move of DATA_DIR .* was interrupted during its commit, .*\(role "nobody" does not exist\)\. Run npm run -s migrate-to-postgres with the DATABASE_URL/,
  );
  const elsewhere = await createTestPostgres();
  await expect(move({ DATA_DIR, DATABASE_URL: elsewhere })).rejects.toThrow(
    'was interrupted during its commit',
  );
  await expect(move({ DATA_DIR, DATABASE_URL })).rejects.toThrow('was moved to PostgreSQL');
  expect(await tokensIn(client)).toBe(1);
  expect(existsSync(note)).toBe(false);
});

test('a row that gets lost on the way undoes it all; empty tables of GreenVue count as empty', async () => {
  const DATA_DIR = await smallFolder();
  const DATABASE_URL = await createTestPostgres();
  await (await createDatabase({ url: DATABASE_URL })).close();
  await runSql(
    DATABASE_URL,
    `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE TRIGGER swallow BEFORE INSERT ON greenvue.audit FOR EACH ROW EXECUTE FUNCTION swallow()`,
  );
  const client = await openClient(DATABASE_URL);
  await expect(move({ DATA_DIR, DATABASE_URL })).rejects.toThrow(
    /greenvue\.audit has 0 rows after 1 were copied\. Nothing was moved\.$/,
  );
  expect(await numberIn(client, 'SELECT count(*) FROM greenvue.api_tokens')).toBe(0);
  expect(await countSchemas(client)).toBe(1);

  await runSql(DATABASE_URL, 'DROP TRIGGER swallow ON greenvue.audit');
  await move({ DATA_DIR, DATABASE_URL });
  expect(await numberIn(client, 'SELECT count(*) FROM greenvue.audit')).toBe(1);
});
