import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect, createJob, getRun, type Run, runJob } from '@greenvue/jobs/client';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { startProcess } from '../src/testing/test-process.ts';

// Promise P9, lost nodes.
test('stray errors of handlers fail their attempts, and the server continues; other stray errors end it', async () => {
  const server = await startCareless();
  const { connection } = server;
  await createJob(connection, {
    id: 'careless',
    name: 'Careless',
    type: 'careless',
    on_demand: true,
    overlap: 'allow',
  });
  const ran = async (leaves: string): Promise<Run> => {
    const { id } = await runJob(connection, 'careless', { payload: { leaves } });
    const isOver = async () => (await getRun(connection, id)).finished_at !== null;
    await expect.poll(isOver).toBe(true);
    return getRun(connection, id);
  };
  for (const leaves of ['rejection', 'timer']) {
    const run = await ran(leaves);
    expect(run).toMatchObject({ status: 'failed', reason: 'error', recoveries: 0 });
    expect(run.errors).toMatchObject([{ name: 'TypeError', message: `${leaves} of ${run.id}` }]);
  }
  const late = await ran('late');
  expect(late.status).toBe('succeeded');
  await expect.poll(() => server.output()).toContain(`late of ${late.id}`);
  expect(await ran('nothing')).toMatchObject({ status: 'succeeded' });
  expect(server.child.exitCode).toBeNull();

  const ended = once(server.child, 'close');
  server.child.kill('SIGUSR2');
  expect((await ended)[0]).toBe(1);
  expect(server.output()).toContain('nothing handles this error, so the process ends: of no handler\n');
  expect(server.output()).toContain('RangeError: of no handler');
});

async function startCareless() {
  const env = { DATA_DIR: await temporaryFolder(), PORT: '0' };
  const script = fileURLToPath(new URL('./stray-errors.child.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  await expect.poll(() => output).toContain('url http');
  const token = startProcess('cli.ts', env, ['token']);
  expect(await token.ended()).toBe(0);
  const url = /url (\S+)/.exec(output)?.[1] ?? '';
  const connection = connect({ url: `${url}/api`, token: token.output.stdout.trim() });
  return { child, connection, output: () => output };
}
