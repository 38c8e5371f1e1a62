import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createDatabase, dropDatabase, type PostgresServer, startPostgres } from './server.ts';

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // Tests that end the server check its failed queries themselves.
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

async function value(client: Client, sql: string): Promise<unknown> {
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
  return rows[0]?.[0];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a PostgreSQL for tests', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  it('is PostgreSQL 18, with UTF-8 and the order of code points', async () => {
    const client = await connect(server.url);
    expect(await value(client, 'SELECT version()')).toMatch(/^PostgreSQL 18\./);
    expect(await value(client, 'SHOW server_encoding')).toBe('UTF8');
    expect(await value(client, `SELECT string_agg(c, '' ORDER BY c) FROM (VALUES ('a'), ('B')) t(c)`)).toBe(
      'Ba',
    );
  });

  it('makes databases that are apart, whatever their names', async () => {
    const names = ['plain', 'Odd "name" of ü'];
    const clients: Client[] = [];
    for (const name of names) clients.push(await connect(await server.createDatabase(name)));
    for (const [n, client] of clients.entries()) {
      expect(await value(client, 'SELECT current_database()')).toBe(names[n]);
      await client.query('CREATE TABLE thing (id int)');
    }
  });

  it('loses its connections in a crash and comes back with what was committed', async () => {
    const url = await server.createDatabase('crash');
    const before = await connect(url);
    await before.query('CREATE TABLE thing (id int)');
    await before.query('INSERT INTO thing VALUES (7)');
    const sleeper = expect(before.query('SELECT pg_sleep(600)')).rejects.toThrow();
    const pid = server.pid;

    await server.restart('immediate');

    await sleeper;
    expect(server.pid).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
    expect(await value(await connect(url), 'SELECT id FROM thing')).toBe(7);
  });

  it('restarts in order while a client is connected', async () => {
    const before = await connect(server.url);
    await server.restart('fast');
    await expect(before.query('SELECT 1')).rejects.toThrow();
    expect(await value(await connect(server.url), 'SELECT 1')).toBe(1);
  });

  it('does not take another server on its port for itself', async () => {
    await expect(startPostgres({ port: server.port })).rejects.toThrow('could not bind');
  });
});

it('takes settings, and keeps the data that have a folder of their own', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'greenvue-postgres-data-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const first = await startPostgres({ dataDir, settings: { max_connections: '17' } });
  const url = new URL(await first.createDatabase('kept'));
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect([first.folder, dataDir].map(existsSync)).toEqual([false, true]);

  const second = await startPostgres({ dataDir, settings: { max_connections: '23' } });
  onTestFinished(() => second.stop());
  url.port = String(second.port);
  expect(await value(await connect(url.href), 'SHOW max_connections')).toBe('23');
});

it('leaves no server and no folder when its process is killed', async () => {
  const script = fileURLToPath(new URL('./server-child.ts', import.meta.url));
  const dataParent = await parentOfData();
  const child = spawn(process.execPath, [script, dataParent], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = await once(child.stdout, 'data');
  const { pid, folder, dataDir } = z
    .object({ pid: z.int(), folder: z.string(), dataDir: z.string() })
    .parse(JSON.parse(String(line)));
  expect(isAlive(pid)).toBe(true);
  expect([folder, dataDir].map(existsSync)).toEqual([true, true]);
  expect(dataDir.startsWith(dataParent)).toBe(true);

  child.kill('SIGKILL');

  await expect.poll(() => isAlive(pid)).toBe(false);
  await expect.poll(() => existsSync(folder)).toBe(false);
  expect(readdirSync(dataParent)).toEqual([]);
});

it('takes the data from where they were to be when it stops', async () => {
  const dataParent = await parentOfData();
  const server = await startPostgres({ dataParent });
  expect(server.dataDir.startsWith(dataParent)).toBe(true);
  await server.stop();
  expect(readdirSync(dataParent)).toEqual([]);
});

/** The user that the server runs as needs to write there. */
async function parentOfData(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-postgres-data-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o1777);
  return folder;
}

it('is shared by the tests of a run, which create and drop databases there', async () => {
  const serverUrl = inject('postgresUrl');
  const name = `shared_${process.pid}`;
  const client = await connect(await createDatabase(serverUrl, name));
  expect(await value(client, 'SELECT current_database()')).toBe(name);

  await dropDatabase(serverUrl, name);

  const count = `SELECT count(*)::int FROM pg_database WHERE datname = '${name}'`;
  expect(await value(await connect(serverUrl), count)).toBe(0);
});
