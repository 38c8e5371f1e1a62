import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, startHost, TOKEN } from './host.ts';

const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());

async function run(...words: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'alerts', ...words], {
    env: { PATH: process.env.PATH ?? '', JOBS_URL: host.url, JOBS_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

// Promise P24, alerts.
test('a channel is created, listed, changed, tested and deleted', async () => {
  const flags = ['--kind', 'webhook', '--address', 'http://127.0.0.1:9/x', '--conditions', 'failed,late'];
  const created = await run('channels', 'create', 'ops', ...flags);
  expect(created.stderr).toBe('');
  expect(created.stdout).toMatch(/^ops is created\.\nIts signing secret, which is shown only now: whsec_/);
  expect((await run('channels', 'list')).stdout).toMatch(/ops +webhook +all +failed,late/);
  expect((await run('channels', 'edit', 'ops', '--named-only', '--conditions', 'all')).stdout).toBe(
    'ops is changed.\n',
  );
  const shown: unknown = JSON.parse((await run('channels', 'list', '--json')).stdout);
  expect(shown).toMatchObject({ data: [{ id: 'ops', all_jobs: false, conditions: null }] });
  // Requests to this machine are refused.
  const tested = await run('channels', 'test', 'ops');
  expect(tested.code).toBe(1);
  expect(tested.stderr).toContain('The sample did not arrive');
  expect((await run('list')).stderr).toContain('There are no such alerts.');
  expect((await run('retry', '4711')).code).toBe(5);
  expect((await run('channels', 'create', 'x')).stderr).toContain('--kind email');
  expect((await run('channels', 'delete', 'ops')).code).toBe(2);
  expect((await run('channels', 'delete', 'ops', '--yes')).stdout).toBe('ops is deleted.\n');
});
