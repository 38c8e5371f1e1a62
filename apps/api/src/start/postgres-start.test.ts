import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../../packages/jobs/test/postgres/server.ts';
import { newId } from '../db/ids.ts';
import { SECRETS_KEY } from '../testing/test-app.ts';
import { createTestPostgres, runSql } from '../testing/test-database.ts';
import { failToStart, freePort, startProcess } from '../testing/test-process.ts';
import { refuseToStart, startTestServer } from '../testing/test-server.ts';

/** Nothing of a node is in its folder but mail, and a node that can't start makes none. */
function environment(url: string, more: Readonly<Record<string, string>> = {}) {
  return { DATABASE_URL: url, SECRETS_KEY, SMTP_URL: 'smtp://127.0.0.1:1', PORT: '0', ...more };
}

function changed(url: string, change: (parts: URL) => void): string {
  const parts = new URL(url);
  change(parts);
  return parts.href;
}

/** Starts a node that stops in order once it has started. */
async function startOnce(url: string): Promise<void> {
  const node = await startTestServer(environment(url));
  await node.stop();
}

/**
 * A user who may only connect, removed when the test is over, after the databases that the test makes later.
 */
async function createRole(): Promise<string> {
  const role = `role_${newId().replaceAll('-', '')}`;
  const server = inject('postgresUrl');
  await runSql(server, `CREATE ROLE ${role} LOGIN PASSWORD 'right'`);
  onTestFinished(() => runSql(server, `DROP ROLE ${role}`));
  return role;
}

/** A server of the test's own, whose data stay when it stops. */
async function startOwnServer(dataDir: string): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir });
  onTestFinished(() => server.stop());
  return server;
}

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-postgres-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a host, a port or a database that is not there is named, without the password', async () => {
  const url = await createTestPostgres();
  const nowhere = changed(url, (parts) => {
    parts.hostname = 'nowhere.invalid';
    parts.password = 'hidden-word';
  });
  const message = await failToStart(environment(nowhere));
  expect(message).toMatch(/^The host nowhere\.invalid of DATABASE_URL can't be found/);
  expect(message).not.toContain('hidden-word');

  const port = String(await freePort());
  expect(await failToStart(environment(changed(url, (parts) => (parts.port = port))))).toBe(
    `Nothing listens at 127.0.0.1:${port}: start PostgreSQL there, or correct DATABASE_URL.\n`,
  );
  expect(await failToStart(environment(changed(url, (parts) => (parts.pathname = '/Not there'))))).toMatch(
    /^There is no database Not there at .*: create it with CREATE DATABASE "Not there"; or correct DATABASE_URL\.$/m,
  );
});

test('a server that never answers is given up', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void silent.close());
  await once(silent, 'listening');
  const address = silent.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  expect(await failToStart(environment(`postgres://ann@127.0.0.1:${port}/greenvue`))).toMatch(
    new RegExp(`^PostgreSQL at 127\\.0\\.0\\.1:${port} can't be reached \\(.*\\): check the server`),
  );
});

test('a wrong password, none, and an unknown user are named', async () => {
  const dataDir = await dataFolder();
  const server = await startOwnServer(dataDir);
  const url = await server.createDatabase('greenvue');
  await runSql(url, "CREATE ROLE ann LOGIN PASSWORD 'right'; GRANT CREATE ON DATABASE greenvue TO ann");
  const rules = join(dataDir, 'pg_hba.conf');
  await writeFile(rules, `host all ann,bob all scram-sha-256\n${await readFile(rules, 'utf8')}`);
  await runSql(url, 'SELECT pg_reload_conf()');
  const as = (username: string, password: string) =>
    changed(url, (parts) => Object.assign(parts, { username, password }));
  // The server rereads its rules in its own time.
  await expect
    .poll(() =>
      runSql(as('ann', 'wrong'), 'SELECT').then(
        () => 'let in',
        () => 'refused',
      ),
    )
    .toBe('refused');

  expect(await refuseToStart(environment(as('ann', 'wrong')))).toMatch(
    /^PostgreSQL at .* refuses the password of the user ann: correct it in DATABASE_URL\.$/m,
  );
  expect(await refuseToStart(environment(as('ann', '')))).toMatch(
    /^PostgreSQL at .* requires the password of the user ann: add it to DATABASE_URL\.$/m,
  );
  expect(await refuseToStart(environment(as('eve', 'x')))).toMatch(
    /^PostgreSQL at .* refuses the user eve \(role "eve" does not exist\)/,
  );
  // The engine's direct connection is another way to the same place.
  const direct = { DATABASE_DIRECT_URL: as('ann', 'wrong') };
  expect(await refuseToStart(environment(as('ann', 'right'), direct))).toMatch(
    /refuses the password of the user ann: correct it in DATABASE_DIRECT_URL\.$/m,
  );
  await startOnce(as('ann', 'right'));
});

test('a replica is refused', async () => {
  const dataDir = await dataFolder();
  const primary = await startOwnServer(dataDir);
  const url = await primary.createDatabase('greenvue');
  await primary.stop();
  await appendFile(join(dataDir, 'standby.signal'), '');
  const replica = await startOwnServer(dataDir);
  expect(await refuseToStart(environment(changed(url, (parts) => (parts.port = String(replica.port)))))).toBe(
    'The database greenvue is on a replica, which only reads: give the URL of the primary.\n',
  );
});

test('a database that only reads is refused', async () => {
  const url = await createTestPostgres();
  const name = new URL(url).pathname.slice(1);
  await runSql(url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  expect(await refuseToStart(environment(url))).toMatch(
    new RegExp(`^The database ${name} only reads: set default_transaction_read_only = off`),
  );
});

test('a server that is too old is refused before anything is made', async () => {
  const url = await createTestPostgres();
  const name = new URL(url).pathname.slice(1);
  // As the server of that version answers; the rest of it is as it is.
  await runSql(
    url,
    `CREATE SCHEMA old;
     CREATE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT CASE $1
       WHEN 'server_version_num' THEN '120022' WHEN 'server_version' THEN '12.22'
       ELSE pg_catalog.current_setting($1) END $$;
     ALTER DATABASE ${name} SET search_path = old, pg_catalog`,
  );
  expect(await refuseToStart(environment(url))).toBe(
    'PostgreSQL 12.22 is too old: upgrade it to 13 or newer.\n',
  );
  await expect(runSql(url, 'SELECT FROM greenvue.migrations')).rejects.toThrow('does not exist');
});

test('a database that can not hold every letter is refused', async () => {
  const server = inject('postgresUrl');
  const name = `ascii_${newId().replaceAll('-', '')}`;
  await runSql(server, `CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`);
  onTestFinished(() => runSql(server, `DROP DATABASE ${name} WITH (FORCE)`));
  expect(await refuseToStart(environment(changed(server, (parts) => (parts.pathname = name))))).toMatch(
    new RegExp(`^The database ${name} has the encoding SQL_ASCII: make one`),
  );
});

test('a schema of a newer GreenVue is refused, its own and that of the jobs', async () => {
  const url = await createTestPostgres();
  await startOnce(url);
  await runSql(url, 'UPDATE greenvue_jobs.schema_version SET version = 99');
  expect(await failToStart(environment(url))).toMatch(
    /^The job database has schema version 99; .* Start a newer/,
  );
  await runSql(url, "INSERT INTO greenvue.migrations (version, name) VALUES (99, '0099-later.sql')");
  expect(await failToStart(environment(url))).toMatch(
    /^The schema greenvue of the database app_\w+ has schema version 99, newer than .*: start the newer GreenVue/,
  );
});

test('a user without the rights is told which, and what gives them', async () => {
  const role = await createRole();
  const url = await createTestPostgres();
  const own = changed(url, (parts) => Object.assign(parts, { username: role, password: 'right' }));
  const refused = () => refuseToStart(environment(own));
  const remedy = (message: string) => /let its owner run (.*)$/m.exec(message)?.[1] ?? '';

  // Each line is run as it stands, until nothing is missing.
  for (const schema of ['greenvue', 'greenvue_jobs']) {
    const message = await refused();
    expect(message).toContain(`The user ${role} may not make the schema ${schema}`);
    await runSql(url, remedy(message));
  }
  await startOnce(own);

  await runSql(url, `DROP SCHEMA greenvue, greenvue_jobs CASCADE`);
  await startOnce(url);
  for (const schema of ['greenvue', 'greenvue_jobs']) {
    await runSql(url, `REVOKE ALL ON SCHEMA ${schema} FROM ${role}`);
    const closed = await refused();
    expect(closed).toContain(`The user ${role} may not work in the schema ${schema}`);
    await runSql(url, remedy(closed));
    const message = await refused();
    expect(message).toContain(`The user ${role} may not read and write ${schema}.`);
    await runSql(url, remedy(message));
  }
  await startOnce(own);
});

test('the commands of the terminal say the same, and nothing on stdout', async () => {
  const port = String(await freePort());
  const cli = startProcess('cli.ts', environment(`postgres://127.0.0.1:${port}/greenvue`), ['token']);
  expect(await cli.ended()).toBe(1);
  expect(cli.output).toEqual({
    stdout: '',
    stderr: `Nothing listens at 127.0.0.1:${port}: start PostgreSQL there, or correct DATABASE_URL.\n`,
  });
});
