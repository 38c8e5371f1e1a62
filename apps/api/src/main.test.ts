import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './testing/test-database.ts';
import { failToStart, freePort, startProcess, type TestProcess } from './testing/test-process.ts';

async function environment(): Promise<Record<string, string>> {
  return { DATA_DIR: await temporaryFolder(), PORT: String(await freePort()) };
}

async function startServer(env: Record<string, string>): Promise<TestProcess> {
  const server = startProcess('main.ts', env);
  await server.printed('Data ');
  return server;
}

test('a start says where it listens, how to get a token and where the password of the admin is', async () => {
  const env = await environment();
  const server = await startServer(env);
  const passwordFile = join(env.DATA_DIR ?? '', 'admin-password');
  expect(server.output.stdout).toContain(`http://127.0.0.1:${env.PORT}/docs`);
  expect(server.output.stdout).toContain('npm run -s token');
  expect(server.output.stdout).toContain(passwordFile);
  expect(server.output.stderr).toBe('');
  expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
  const login = await fetch(`http://127.0.0.1:${env.PORT}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'admin@greenvue.local',
      password: readFileSync(passwordFile, 'utf8').trim(),
    }),
  });
  expect(await login.json()).toMatchObject({ user: { role: 'admin', must_change_password: true } });
});

test('SIGTERM stops it in order', async () => {
  const env = await environment();
  const server = await startServer(env);
  server.child.kill('SIGTERM');
  expect(await server.ended()).toBe(0);
  expect(existsSync(join(env.DATA_DIR ?? '', 'app.db-wal'))).toBe(false);
});

/** Sends a request whose body does not come, but for its first byte. */
async function beginRequest(env: Record<string, string>): Promise<Socket> {
  const socket = connect(Number(env.PORT), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  socket.write(
    'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
  );
  // Its answer tells that the server has got to the request before it.
  await fetch(`http://127.0.0.1:${env.PORT}/healthz`);
  return socket;
}

test('a request under way is answered, and its connection does not keep a server that stops', async () => {
  const env: Record<string, string> = { ...(await environment()), SHUTDOWN_TIMEOUT: '1h' };
  const server = await startServer(env);
  const request = await beginRequest(env);
  let answer = '';
  request.on('data', (chunk) => {
    answer += chunk;
  });
  server.child.kill('SIGTERM');
  const isRefused = () =>
    fetch(`http://127.0.0.1:${env.PORT}/healthz`).then(
      () => false,
      () => true,
    );
  await expect.poll(isRefused).toBe(true);
  request.write('        }');
  expect(await server.ended()).toBe(0);
  expect(answer).toMatch(/^HTTP\/1\.1 422/);
});

test('nor does an event stream, though its client would keep the connection', async () => {
  const env: Record<string, string> = { ...(await environment()), SHUTDOWN_TIMEOUT: '1h' };
  const server = await startServer(env);
  const cli = startProcess('cli.ts', env, ['token']);
  await cli.ended();
  const reader = connect(Number(env.PORT), '127.0.0.1');
  onTestFinished(() => void reader.destroy());
  let answer = '';
  reader.on('data', (chunk) => {
    answer += chunk;
  });
  const token = cli.output.stdout.trim();
  reader.write(`GET /api/job-events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`);
  await expect.poll(() => answer).toMatch(/^HTTP\/1\.1 200/);
  server.child.kill('SIGTERM');
  expect(await server.ended()).toBe(0);
});

test('two signals within a millisecond, as npm sends them, stop it in order', async () => {
  const server = await startServer(await environment());
  // Two of the same kind would come as one.
  server.child.kill('SIGINT');
  server.child.kill('SIGTERM');
  expect(await server.ended()).toBe(0);
});

test('a signal after a second ends it at once', async () => {
  const env = { ...(await environment()), SHUTDOWN_TIMEOUT: '1h' };
  const server = await startServer(env);
  await beginRequest(env);
  const again = setInterval(() => server.child.kill('SIGINT'), 100);
  onTestFinished(() => clearInterval(again));
  expect(await server.ended()).toBe(130);
});

test('a request that never ends is cut off when the time to stop is over', async () => {
  const env = await environment();
  const server = await startServer({ ...env, SHUTDOWN_TIMEOUT: '300ms' });
  await beginRequest(env);
  server.child.kill('SIGTERM');
  expect(await server.ended()).toBe(0);
});

test('a second server on a folder is refused with the pid of the first, and starts once the first was killed', async () => {
  const env = await environment();
  const first = await startServer(env);
  const message = await failToStart({ ...env, PORT: String(await freePort()) });
  expect(message).toContain(`is in use by another GreenVue (pid ${first.child.pid} on `);
  first.child.kill('SIGKILL');
  expect(await first.ended()).toBe('SIGKILL');
  await startServer(env);
});

test('a port that is taken is named', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await once(taken, 'listening');
  const address = taken.address();
  const port = address !== null && typeof address === 'object' ? String(address.port) : '';
  const message = await failToStart({ ...(await environment()), PORT: port });
  expect(message).toMatch(new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use: set PORT`));
});

test('a host that this machine has not is named', async () => {
  expect(await failToStart({ ...(await environment()), HOST: '203.0.113.7' })).toMatch(
    /^HOST 203\.0\.113\.7 is not an address/,
  );
});

test('every bad variable is named before anything is touched', async () => {
  const folder = join(await temporaryFolder(), 'data');
  const server = startProcess('main.ts', {
    DATA_DIR: folder,
    PORT: 'x',
    LOG_LEVEL: 'x',
    NODE_ENV: 'production',
  });
  expect(await server.ended()).toBe(1);
  const names = server.output.stderr
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  expect(names.sort()).toEqual(['JWT_SECRET', 'LOG_LEVEL', 'PORT']);
  expect(existsSync(folder)).toBe(false);
});

test('a data folder that can not be is named', async () => {
  const file = join(await temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(await failToStart({ DATA_DIR: file, PORT: '0' })).toMatch(/^DATA_DIR .* is not writable/);
});

test('a database of a newer GreenVue is refused', async () => {
  const env = await environment();
  const first = await startServer(env);
  first.child.kill('SIGTERM');
  await first.ended();
  const database = new DatabaseSync(join(env.DATA_DIR ?? '', 'app.db'));
  database.exec("INSERT INTO migrations VALUES (99, '0099-later.sql', 0)");
  database.close();
  expect(await failToStart(env)).toMatch(/newer/);
});

test.each([
  ['app.db', /^The database in DATA_DIR .* can't be used: .*not a database/],
  ['jobs.db', /^The job database .*jobs\.db is damaged \(file is not a database\): .*restore a backup/],
])('a file %s that is no database is refused', async (file, line) => {
  const env = await environment();
  writeFileSync(join(env.DATA_DIR ?? '', file), 'this is no database, but a text that is long enough');
  expect(await failToStart(env)).toMatch(line);
});
