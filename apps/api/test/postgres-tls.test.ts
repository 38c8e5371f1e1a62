import { appendFile, chmod, chown, copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startPostgres } from '../../../packages/jobs/test/postgres/server.ts';
import { failToStart, startProcess } from '../src/testing/test-process.ts';

// A certificate for `localhost` and its authority, made for this test and valid until 2126.
const CERTIFICATES = fileURLToPath(new URL('./postgres-tls/', import.meta.url));
const AUTHORITY = join(CERTIFICATES, 'ca.pem');

/** A server for this test that uses TLS as `localhost`. */
async function startTlsServer(): Promise<URL> {
  const dataDir = await mkdtemp(
    join(process.getuid?.() === 0 ? '/tmp' : tmpdir(), 'greenvue-postgres-data-'),
  );
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  await (await startPostgres({ dataDir })).stop();
  const { uid, gid } = await stat(dataDir);
  for (const name of ['server.pem', 'server.key']) {
    await copyFile(join(CERTIFICATES, name), join(dataDir, name));
    await chmod(join(dataDir, name), 0o600);
    await chown(join(dataDir, name), uid, gid);
  }
  const settings = "ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n";
  await appendFile(join(dataDir, 'postgresql.conf'), settings);
  const server = await startPostgres({ dataDir });
  onTestFinished(() => server.stop());
  return new URL(server.url);
}

/** The URL of the database with this host and these parameters. */
function urlOf(server: URL, hostname: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(server.href);
  url.hostname = hostname;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

const environment = (url: string) => ({ DATABASE_URL: url, SMTP_URL: 'smtp://127.0.0.1:1', PORT: '0' });

async function connectionsOf(server: URL): Promise<readonly { name: string; ssl: boolean }[]> {
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT DISTINCT application_name AS name, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
       WHERE application_name LIKE 'greenvue%' ORDER BY 1`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

test('with sslmode=verify-full all connections of a node are encrypted, and another host or authority is refused', async () => {
  const server = await startTlsServer();
  const verified = { sslmode: 'verify-full', sslrootcert: AUTHORITY };
  const node = startProcess('main.ts', environment(urlOf(server, 'localhost', verified)));
  await node.printed('Data ');
  const connections = await connectionsOf(server);
  expect(connections.filter(({ ssl }) => !ssl)).toEqual([]);
  const names = connections.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['greenvue', 'greenvue-jobs', 'greenvue-jobs-control']));
  node.child.kill('SIGTERM');
  expect(await node.ended()).toBe(0);

  expect(await failToStart(environment(urlOf(server, '127.0.0.1', verified)))).toMatch(
    /^PostgreSQL at 127\.0\.0\.1:\d+ has a certificate that DATABASE_URL does not accept \(Hostname\/IP does not match/,
  );
  expect(await failToStart(environment(urlOf(server, 'localhost', { sslmode: 'verify-full' })))).toMatch(
    /^PostgreSQL at localhost:\d+ has a certificate that DATABASE_URL does not accept \(unable to verify .*sslrootcert=/,
  );
});

test('with sslmode=verify-full a server that speaks no TLS is refused, not used without', async () => {
  const url = urlOf(new URL(inject('postgresUrl')), '127.0.0.1', { sslmode: 'verify-full' });
  expect(await failToStart(environment(url))).toMatch(
    /^PostgreSQL at 127\.0\.0\.1:\d+ does not support TLS, which DATABASE_URL requires: set ssl = on/,
  );
});
