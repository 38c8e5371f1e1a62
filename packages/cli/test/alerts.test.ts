import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { runInPipes } from '../src/testing/index.ts';
import { type Host, startHost, TOKEN } from './host.ts';

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());

const run = (...words: readonly string[]) =>
  runInPipes({
    program: JOBS_PROGRAM,
    application: createApplication(JOBS_PROGRAM),
    env: { JOBS_URL: host.url, JOBS_TOKEN: TOKEN },
    words: ['alerts', ...words],
  });

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
