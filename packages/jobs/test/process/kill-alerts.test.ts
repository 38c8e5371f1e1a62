import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteContents } from '../../src/stores/sqlite/rows/contents.ts';
import { bodyOf, serve } from '../outbound/test-server.ts';

function start(file: string, url: string): ChildProcess {
  const script = fileURLToPath(new URL('./alert-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, file, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

// Promise P24, alerts.
it('a kill -9 between a failure and its delivery loses no alert, and the message keeps its id', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alert-kill-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'jobs.db');
  let isUp = false;
  const tried: string[] = [];
  const told = new Map<string, string>();
  const arrived = Promise.withResolvers<void>();
  const hung = Promise.withResolvers<void>();
  const port = await serve(async (request, response) => {
    const id = String(request.headers['webhook-id']);
    const body = JSON.parse(await bodyOf(request)) as {
      readonly data: { readonly alerts: readonly { readonly job_id: string }[] };
    };
    if (!isUp) {
      tried.push(id);
      return hung.resolve();
    }
    for (const { job_id: jobId } of body.data.alerts) told.set(jobId, id);
    response.end();
    if (told.size === 5) arrived.resolve();
  });
  const url = `http://127.0.0.1:${port}/`;
  const first = start(file, url);
  await hung.promise;
  // All five failures are written before the process dies.
  await once(first.stdout ?? first, 'data');
  await expect.poll(() => alertsIn(file), { timeout: 10_000 }).toBe(5);
  first.kill('SIGKILL');
  await once(first, 'exit');
  isUp = true;
  start(file, url);
  await arrived.promise;
  expect([...told.keys()].sort()).toEqual(['j0', 'j1', 'j2', 'j3', 'j4']);
  // The message that was on its way comes again under its id, once its lease is over.
  expect([...told.values()]).toContain(tried[0]);
}, 60_000);

function alertsIn(file: string): number {
  const contents = openSqliteContents(file);
  try {
    return contents.tables.find(({ table }) => table === 'alert_deliveries')?.count ?? 0;
  } finally {
    contents.close();
  }
}
