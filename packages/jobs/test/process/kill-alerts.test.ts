import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteContents } from '../../src/stores/sqlite/rows/contents.ts';
import { bodyOf, serve } from '../outbound/test-server.ts';
import { end, folderOfTest, startChild } from './killed-child.ts';

// Promise P24, alerts.
it('a kill -9 between a failure and its delivery loses no alert, and the message keeps its id', async () => {
  const file = join(folderOfTest('alert-kill'), 'jobs.db');
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
  const first = await startChild('./alert-child.ts', file, url);
  await hung.promise;
  // All five failures are written before the process dies.
  await expect.poll(() => alertsIn(file)).toBe(5);
  await end(first, 'SIGKILL');
  isUp = true;
  await startChild('./alert-child.ts', file, url);
  await arrived.promise;
  expect([...told.keys()].sort()).toEqual(['j0', 'j1', 'j2', 'j3', 'j4']);
  // The message that was on its way comes again under its id, once its lease is over.
  expect([...told.values()]).toContain(tried[0]);
});

function alertsIn(file: string): number {
  const contents = openSqliteContents(file);
  try {
    return contents.tables.find(({ table }) => table === 'alert_deliveries')?.count ?? 0;
  } finally {
    contents.close();
  }
}
