import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../packages/jobs/test/postgres/server.ts';
import { listOf, textOf } from '../src/testing/test-bodies.ts';
import { runSql, temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { becomeOperator, type Operator, startServer } from './operator.ts';
import { until } from './shell.ts';

/** A PostgreSQL that can restart on the same port with its data. */
async function startOwnServer(dataDir: string, port?: number): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir, ...(port === undefined ? {} : { port }) });
  onTestFinished(() => server.stop());
  return server;
}

/** Reads and writes of GreenVue and of the engine. */
const ROUTES = [
  ['POST', '/api/auth/login', { email: 'ann@example.com', password: 'correct horse battery' }],
  ['GET', '/api/listings'],
  ['GET', '/api/listings?q=lamp'],
  ['GET', '/api/jobs'],
  ['POST', '/api/jobs', { id: 'b', name: 'B', type: 'update_search_index', interval: '1s' }],
  ['POST', '/api/jobs/tick/runs'],
  ['GET', '/api/job-stats'],
  ['GET', '/api/audit'],
] as const;

/** The finished runs of the job, newest first. */
async function finishedRuns(operator: Operator): Promise<readonly unknown[]> {
  const { body } = await operator.ask('GET', '/api/runs?job_id=tick&status=succeeded&limit=200');
  return listOf(body, 'data');
}

test('while PostgreSQL is down, a node reports it and answers 503; it recovers by itself', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'greenvue-postgres-data-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const before = await startOwnServer(dataDir);
  const env = {
    DATABASE_URL: before.url,
    DATA_DIR: await temporaryFolder(),
    PORT: String(await freePort()),
  };
  const node = await startServer(env);
  const operator = await becomeOperator(env);
  const job = { id: 'tick', name: 'Tick', type: 'update_search_index', interval: '1s' };
  expect((await operator.ask('POST', '/api/jobs', job)).status).toBe(201);
  await until('the job runs', async () => (await finishedRuns(operator)).length > 0);
  expect((await operator.ask('GET', '/readyz')).status).toBe(200);

  await before.stop();
  const ready = await fetch(`http://127.0.0.1:${env.PORT}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ status: 503, detail: 'Not ready: database, jobs.' });
  expect((await operator.ask('GET', '/healthz')).status).toBe(200);
  const metrics = await fetch(`http://127.0.0.1:${env.PORT}/metrics`);
  expect(metrics.status).toBe(200);
  expect(await metrics.text()).toContain('greenvue_job_database_up 0');
  for (const [method, path, body] of ROUTES) {
    const answer = await fetch(`http://127.0.0.1:${env.PORT}${path}`, {
      method,
      headers: {
        authorization: operator.authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    expect({ path, status: answer.status }).toEqual({ path, status: 503 });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(text).not.toMatch(/SELECT|greenvue\.|ECONN|\.ts|node:|postgres/i);
  }

  const runsBefore = await startOwnServer(dataDir, before.port).then(() =>
    until('the node answers again', () => finishedRuns(operator).catch(() => undefined)),
  );
  await until('the job runs again', async () => {
    const runs = await finishedRuns(operator);
    return runs.length >= runsBefore.length + 2;
  });
  expect((await operator.ask('GET', '/readyz')).status).toBe(200);
  expect(node.child.exitCode).toBe(null);
});

test('connections that are cut, again and again, cost a node nothing but the requests that they carried', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'greenvue-postgres-data-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const server = await startOwnServer(dataDir);
  const env = {
    DATABASE_URL: server.url,
    DATA_DIR: await temporaryFolder(),
    PORT: String(await freePort()),
  };
  const node = await startServer(env);
  const operator = await becomeOperator(env);
  const job = { id: 'tick', name: 'Tick', type: 'update_search_index', interval: '1s', overlap: 'allow' };
  expect((await operator.ask('POST', '/api/jobs', job)).status).toBe(201);
  const statuses = new Map<string, Set<number>>();
  for (let cut = 0; cut < 15; cut += 1) {
    const asked = ROUTES.map(async ([method, path, body]) => {
      const { status } = await operator.ask(method, path, body);
      statuses.set(path, (statuses.get(path) ?? new Set()).add(status));
    });
    await runSql(
      server.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    await Promise.all(asked);
  }
  for (const [path, seen] of statuses) expect([...seen], path).not.toContain(500);
  expect(node.child.exitCode).toBe(null);
  const runId = await until('a run by hand is let in', async () => {
    const { status, body } = await operator.ask('POST', '/api/jobs/tick/runs');
    return status === 202 ? textOf(body, 'id') : undefined;
  });
  expect(await operator.finished(runId)).toMatchObject({ status: 'succeeded' });
});
