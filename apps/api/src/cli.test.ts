import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder } from './testing/test-database.ts';
import { freePort, startProcess } from './testing/test-process.ts';

async function runCli(env: Record<string, string>, ...args: string[]) {
  const cli = startProcess('cli.ts', env, args);
  const code = await cli.ended();
  return { code, ...cli.output };
}

async function startServer(env: Record<string, string>): Promise<string> {
  const server = startProcess('main.ts', env);
  await server.printed('Data ');
  return `http://127.0.0.1:${env.PORT}`;
}

async function environment(): Promise<{ DATA_DIR: string; PORT: string }> {
  return { DATA_DIR: join(await temporaryFolder(), 'data'), PORT: String(await freePort()) };
}

const whoIs = async (url: string, token: string) => {
  const answer = await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  return answer.json();
};

test('a token made before the first start is an admin once the server runs', async () => {
  const env = await environment();
  const { code, stdout, stderr } = await runCli(env, 'token');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `There was no database in DATA_DIR ${env.DATA_DIR}: created a new one.\n`,
  });
  expect(stdout).toMatch(/^gv_[\w-]{43}\n$/);
  expect(await whoIs(await startServer(env), stdout.trim())).toMatchObject({
    kind: 'api_token',
    role: 'admin',
  });
});

test('a token made while the server runs works at once, and is in the audit log', async () => {
  const env = await environment();
  const url = await startServer(env);
  const { stdout, stderr } = await runCli(env, 'token');
  expect(stderr).toBe('');
  const token = stdout.trim();
  expect(await whoIs(url, token)).toMatchObject({ role: 'admin' });
  const answer = await fetch(`${url}/api/audit?action=token.make`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await answer.json()).toMatchObject({ data: [{ actor: 'cli', change: { role: 'admin' } }] });
});

test('a backup holds what was committed, with the server up', async () => {
  const env = await environment();
  await startServer(env);
  const target = join(env.DATA_DIR, '..', 'copy');
  const { code, stdout } = await runCli(env, 'backup', target);
  expect(code).toBe(0);
  const copies = stdout.trim().split('\n');
  expect(copies).toContain(join(target, 'app.db'));
  expect(copies.every((path) => existsSync(path))).toBe(true);
  const copy = new DatabaseSync(join(target, 'app.db'), { readOnly: true });
  expect(copy.prepare("SELECT count(*) AS admins FROM users WHERE role = 'admin'").get()).toEqual({
    admins: 1,
  });
  expect(copy.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  copy.close();
});

test('a backup overwrites nothing, and without a database there is none', async () => {
  const env = await environment();
  expect(await runCli(env, 'backup')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/no database/),
  });
  await runCli(env, 'token');
  const target = join(env.DATA_DIR, 'copy');
  mkdirSync(target);
  writeFileSync(join(target, 'app.db'), 'precious');
  expect(await runCli(env, 'backup', target)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/already exists/),
  });
  expect(readFileSync(join(target, 'app.db'), 'utf8')).toBe('precious');
});

test('bad variables fail with one line each, unknown commands say where to look, and nothing is on stdout', async () => {
  const bad = await runCli({ ...(await environment()), PORT: 'x', LOG_LEVEL: 'x' }, 'token');
  expect(bad).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^PORT .*\nLOG_LEVEL .*\n$/),
  });
  const unknown = await runCli(await environment(), 'nonsense');
  expect(unknown).toEqual({
    code: 2,
    stdout: '',
    stderr: 'There is no command nonsense.\nRun greenvue --help for a list of all commands.\n',
  });
});
