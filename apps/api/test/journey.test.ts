import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dataFiles } from '../src/data-dir/data-dir.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { type Env, isAlive, runInBash, startNpm, until } from './shell.ts';

/** As an operator types them, with the port of the test. */
const FIRST_CALLS = [
  'TOKEN=$(npm run -s token)',
  `curl -X POST http://localhost:8080/api/jobs -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{
  "id": "cleanup-expired-listings", "name": "Cleanup Expired Listings", "description": "Remove listings older than 30 days",
  "type": "cleanup_expired_listings", "interval": "24h", "payload": { "days_old": 30 } }'`,
  'curl http://localhost:8080/api/jobs -H "Authorization: Bearer $TOKEN"',
  'curl http://localhost:8080/api/jobs/cleanup-expired-listings -H "Authorization: Bearer $TOKEN"',
  'curl -X DELETE http://localhost:8080/api/jobs/cleanup-expired-listings -H "Authorization: Bearer $TOKEN"',
];

async function environment() {
  return { DATA_DIR: await temporaryFolder(), PORT: String(await freePort()) };
}

/** Waits until the server that npm starts is ready, and returns the server's pid. */
async function ready(env: Env & { DATA_DIR: string }): Promise<number> {
  await until('the server is ready', async () => {
    const answer = await fetch(`http://127.0.0.1:${env.PORT}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  });
  return Number(readFileSync(dataFiles(env.DATA_DIR).pid, 'utf8'));
}

test('npm start serves the first calls of an operator as they stand, and SIGTERM to npm leaves no process behind', async () => {
  const env = await environment();
  const npm = startNpm(env);
  const pid = await ready(env);
  const calls = FIRST_CALLS.join("\nprintf '\\n---\\n'\n").replaceAll(
    'localhost:8080',
    `localhost:${env.PORT}`,
  );
  const [, ...bodies] = (await runInBash(calls, env)).split('\n---\n');
  const [created, list, read, deleted] = bodies.map((body) => (body === '' ? '' : JSON.parse(body)));
  expect(created).toMatchObject({
    id: 'cleanup-expired-listings',
    name: 'Cleanup Expired Listings',
    description: 'Remove listings older than 30 days',
    type: 'cleanup_expired_listings',
    interval: '24h',
    payload: { days_old: 30 },
    status: 'active',
  });
  expect(Date.parse(created.next_run) - Date.parse(created.created_at)).toBe(86_400_000);
  expect(list.data).toEqual([created]);
  expect(read).toEqual(created);
  expect(deleted).toBe('');

  expect(npm.pid).not.toBe(pid);
  npm.kill('SIGTERM');
  await once(npm, 'exit');
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(`${dataFiles(env.DATA_DIR).app}-wal`)).toBe(false);
});

test('Ctrl-C, which reaches npm and the server, stops it in order', async () => {
  const env = await environment();
  const npm = startNpm(env);
  const pid = await ready(env);
  // The terminal signals the group, and npm passes the signal on: the server gets two.
  process.kill(-(npm.pid ?? 0), 'SIGINT');
  await once(npm, 'exit');
  expect(isAlive(pid)).toBe(false);
  expect(npm.exitCode).toBe(0);
  expect(existsSync(`${dataFiles(env.DATA_DIR).app}-wal`)).toBe(false);
});
