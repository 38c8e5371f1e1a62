import { spawnSync } from 'node:child_process';
import disk, { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDatabaseIdentity } from '@greenvue/jobs/sqlite';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CONDITION_MS } from '../../scripts/test-deadlines.ts';
import { AppModule } from '../nestjs/app.module.ts';
import { checkDisk } from '../nestjs/check-disk.ts';
import { JobsService } from '../nestjs/jobs.ts';
import { mountJobs } from '../nestjs/mount-jobs.ts';
import { freePort, type Program, startProgram } from './start-program.ts';

const WAIT = { timeout: CONDITION_MS, interval: 50 };

describe.each(['nestjs/dist/main.js', 'nestjs/dist/main-fastify.js'])('%s', (program) => {
  let folder: string;
  let origin: string;
  let PORT: string;
  let running: Program;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'greenvue-example-'));
    PORT = await freePort();
    origin = `http://127.0.0.1:${PORT}`;
    running = startProgram(program, { PORT }, folder);
    await vi.waitFor(() => fetch(origin), WAIT);
  });
  afterAll(async () => {
    await running.end();
    await rm(folder, { recursive: true, force: true });
  });

  it('asks again for a login without a form', async () => {
    const response = await fetch(`${origin}/login`, { method: 'POST', redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/login?failed']);
  });

  it('logs no warning for a scrape without a token', async () => {
    expect((await fetch(`${origin}/metrics`)).status).toBe(401);
    expect(running.output()).not.toContain('WARN');
  });

  it('ends with an error if the port is taken', async () => {
    const other = await mkdtemp(join(folder, 'other-'));
    const second = startProgram(program, { PORT }, other);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('EADDRINUSE');
    // It has stopped its engine, which had started.
    expect(readDatabaseIdentity(join(other, 'jobs.db'))).toMatchObject({ kind: 'filled', isClosed: true });
  });
});

it('makes several apps of nestjs in a process, as end-to-end tests do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-example-'));
  for (const name of ['first.db', 'second.db']) {
    vi.stubEnv('JOBS_FILE', join(folder, name));
    const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger: ['error'] });
    mountJobs(app);
    await app.listen(0, '127.0.0.1');
    const ask = async (path: string) => (await fetch(`${await app.getUrl()}${path}`)).status;
    expect(await ask('/disk')).toBe(200);
    expect(await ask('/admin/api/jobs')).toBe(401);
    await app.get(JobsService).engine.stop();
    expect(await ask('/disk')).toBe(503);
    await app.close();
  }
  await rm(folder, { recursive: true });
});

it('logs in nestjs why a run has failed, with the causes of the error, in one line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-example-'));
  vi.stubEnv('JOBS_FILE', join(folder, 'jobs.db'));
  const cause = new Error('the disk has been removed');
  const statfs = vi.spyOn(disk, 'statfs').mockRejectedValue(new Error('cannot measure', { cause }));
  syncBuiltinESMExports();
  const lines: string[] = [];
  const keep = (text: string) => lines.push(text);
  const logger = { log: keep, warn: keep, error: keep };
  const app = await NestFactory.create<NestExpressApplication>(AppModule, { logger });
  mountJobs(app);
  await app.init();
  await app.get(JobsService).engine.enqueue(checkDisk, { path: '.' });
  await vi.waitFor(() => expect(lines.join('\n')).toMatch(/cannot measure.*the disk has been removed/), {
    timeout: CONDITION_MS,
  });
  await app.close();
  statfs.mockRestore();
  syncBuiltinESMExports();
  await rm(folder, { recursive: true });
});

it('tests the compiled app of nestjs with the test runner of Node', () => {
  const dist = join(import.meta.dirname, '../nestjs/dist');
  const { status, stdout } = spawnSync(process.execPath, ['--test', join(dist, '*.test.js')], {
    encoding: 'utf8',
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  expect(stdout).toContain('pass 1');
  expect(status).toBe(0);
});
