import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJobs } from '@greenvue/jobs';
import { connect, enqueue, getRun } from '@greenvue/jobs/client';
import { sqlite } from '@greenvue/jobs/sqlite';
import { expect, test } from 'vitest';
import { startProgram } from './guide-program.ts';
import { ROOT, until } from './shell.ts';

test('the program of docs/shutdown-and-deploys.md lets a run end at SIGTERM, and is not ready meanwhile', async () => {
  const page = readFileSync(join(ROOT, 'docs/shutdown-and-deploys.md'), 'utf8');
  const { child, folder, url } = await startProgram(page, 'A program');
  const statusOf = async (path: string) => (await fetch(`${url}${path}`).catch(() => undefined))?.status;
  await until('the program is ready', async () => (await statusOf('/readyz')) === 200);
  expect(await statusOf('/healthz')).toBe(200);

  const connection = connect({ url: `${url}/api` });
  const { id } = await enqueue(connection, 'count', { seconds: 2 });
  await until('the run has started', async () => (await getRun(connection, id)).status === 'running');
  child.kill('SIGTERM');
  const ended = once(child, 'close');
  await until('the program is not ready', async () => (await statusOf('/readyz')) !== 200);
  expect(await ended).toEqual([0, null]);

  const jobs = createJobs({ store: sqlite(join(folder, 'jobs.db')), types: [], concurrency: 0 });
  await jobs.start();
  expect((await jobs.getRun(id)).run).toMatchObject({ status: 'succeeded', attempt: 1, recoveries: 0 });
  await jobs.stop();
});
