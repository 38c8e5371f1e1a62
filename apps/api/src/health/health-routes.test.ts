import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { dataFiles } from '../data-dir/data-dir.ts';
import { temporaryFolder } from '../testing/test-database.ts';
import { startTestServer } from '../testing/test-server.ts';

test('a server whose jobs.db is gone lives, but is not ready, and says what is missing', async () => {
  const dataDir = await temporaryFolder();
  const { url } = await startTestServer({ DATA_DIR: dataDir });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ok' });
  await rm(dataFiles(dataDir).jobs);
  const answer = await fetch(`${url}/readyz`);
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await answer.json()).toMatchObject({ detail: 'Not ready: jobs.' });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});
