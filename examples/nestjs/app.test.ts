import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AppModule } from './app.module.ts';
import { mountJobs } from './mount-jobs.ts';

test('an admin who has signed in sees the job', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'test-'));
  process.env.JOBS_FILE = join(folder, 'jobs.db');
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication<NestExpressApplication>();
  t.after(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });
  mountJobs(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();

  const form = new URLSearchParams({ name: 'ann', password: 'secret' });
  const signedIn = await fetch(`${url}/login`, { method: 'POST', body: form, redirect: 'manual' });
  const cookie = signedIn.headers.getSetCookie().join('; ');
  const response = await fetch(`${url}/admin/api/jobs/check-disk`, { headers: { cookie } });
  assert.equal(response.status, 200);
  assert.partialDeepStrictEqual(await response.json(), { interval: '10s' });
});
