import { json } from 'node:stream/consumers';
import { fastify } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../src/core/model/errors.ts';
import { type Engine, EngineError } from '../../src/engine/engine-port.ts';
import { HttpProblem, type JobsAuthorize, jobsPlugin } from '../../src/fastify/index.ts';
import { jobSchema } from '../../src/http/views/job.ts';
import { runSchema } from '../../src/http/views/run.ts';
import { bodyOf, createJob, faultAt, pointersOf, problemOf, send } from './requests.ts';
import { type RestServer, serve, startRestServer } from './rest-server.ts';

let first: RestServer;
let engine: Engine;
const open: RestServer[] = [];
beforeAll(async () => {
  first = await startRestServer();
  engine = first.engine;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
afterAll(() => first.close());

const start = async (options: Parameters<typeof serve>[1]) => {
  const server = await serve(engine, options);
  open.push(server);
  return server;
};

describe('authorize', () => {
  test('must be given: an open API is a decision', async () => {
    const app = fastify();
    // @ts-expect-error: the type requires `authorize`, too.
    const registered = app.register(jobsPlugin, { engine });
    await expect(registered).rejects.toThrow('authorize');
    await app.close();
  });

  test('is asked before a body is read, with what the route needs', async () => {
    const asked: string[] = [];
    const authorize: JobsAuthorize = (request, need) => {
      asked.push(`${request.method} ${need}`);
      throw new HttpProblem({ status: 403, detail: 'No.' });
    };
    const server = await start({ authorize });
    const routes = [
      ['GET', '/jobs', 'read'],
      ['POST', '/jobs', 'admin'],
      ['GET', '/jobs/a', 'read'],
      ['PUT', '/jobs/a', 'admin'],
      ['PATCH', '/jobs/a', 'admin'],
      ['DELETE', '/jobs/a', 'admin'],
      ['POST', '/jobs/a/runs', 'operate'],
      ['POST', '/jobs/a/pause', 'operate'],
      ['POST', '/jobs/a/resume', 'operate'],
      ['GET', '/jobs/a/runs', 'read'],
      ['GET', '/runs', 'read'],
      ['GET', '/runs/1', 'read'],
      ['GET', '/runs/1/logs', 'read'],
      ['POST', '/runs/1/cancel', 'operate'],
      ['POST', '/runs/1/retry', 'operate'],
      ['POST', '/job-preview', 'read'],
      ['GET', '/job-types', 'read'],
      ['GET', '/job-stats', 'read'],
      ['GET', '/job-events', 'read'],
      ['GET', '/me', 'read'],
    ] as const;
    for (const [method, url] of routes) {
      const type = { 'content-type': 'text/plain' };
      expect(problemOf(await send(server, method, url, { headers: type }), 403).detail).toBe('No.');
    }
    expect(asked).toEqual(routes.map(([method, , need]) => `${method} ${need}`));
  });

  test("is asked after the host's own hooks, such as a rate limit", async () => {
    const order: string[] = [];
    const app = fastify();
    open.push({ app, engine, close: () => app.close() });
    app.addHook('onRoute', (route) => {
      const before = [route.onRequest ?? []].flat();
      route.onRequest = [...before, async () => void order.push('host')];
    });
    const authorize: JobsAuthorize = () => {
      order.push('authorize');
      return undefined;
    };
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize });
    expect((await app.inject('/api/jobs')).statusCode).toBe(200);
    expect(order).toEqual(['host', 'authorize']);
  });

  test('answers 401 with the scheme', async () => {
    const authorize = async () => {
      throw Object.assign(new Error(''), { statusCode: 401 });
    };
    const response = await send(await start({ authorize }), 'GET', '/jobs');
    expect(problemOf(response, 401).detail).toBe('This route requires a valid token.');
    expect(response.headers['www-authenticate']).toBe('Bearer');
  });

  test.each([401, 403])('answers %i with the message of the error that it throws', async (statusCode) => {
    const authorize = async () => {
      throw Object.assign(new Error('Ask the owner of the shop.'), { statusCode });
    };
    const response = await send(await start({ authorize }), 'GET', '/jobs');
    expect(problemOf(response, statusCode).detail).toBe('Ask the owner of the shop.');
  });

  test('provides the name of the caller for jobs and pauses', async () => {
    const server = await start({ authorize: () => ({ id: 'user:42' }) });
    expect((await createJob(server, 'mine', { interval: '1h' })).created_by).toBe('user:42');
    const paused = bodyOf(await send(server, 'POST', '/jobs/mine/pause'), 200, jobSchema);
    expect(paused.pause?.by).toBe('user:42');
    const audit = await engine.listAudit({ limit: 10 });
    expect(audit.map(({ actor, target }) => [actor, target])).toContainEqual(['user:42', 'mine']);
  });
});

describe('an operator', () => {
  const operator: JobsAuthorize = (_request, need) => {
    if (need === 'admin') throw new HttpProblem({ status: 403, detail: 'No.' });
    return { id: 'user:7' };
  };
  const runWith = (server: RestServer, id: string, payload: object) =>
    send(server, 'POST', `/jobs/${id}/runs`, { body: { payload } });

  test('changes only the payload fields that the job type lets operators set', async () => {
    const server = await start({ authorize: operator });
    await createJob(first, 'limited', { on_demand: true, overlap: 'allow', payload: { days: 9 } });
    const refused = problemOf(await runWith(server, 'limited', { name: 'Bo', days: 1 }), 403);
    expect(refused.detail).toBe(
      'Only an admin may change days for a run of greet; an operator may change: name. Run the job without a payload, or ask an admin.',
    );
    expect(refused.errors).toEqual([{ pointer: '/payload/days', detail: "must be as in the job's payload" }]);
    // If left out, it is the type's default and not the job's.
    problemOf(await runWith(server, 'limited', { name: 'Bo' }), 403);
    const run = bodyOf(await runWith(server, 'limited', { days: 9, name: 'Bo' }), 202, runSchema);
    expect(run.payload).toEqual({ name: 'Bo', days: 9 });
    bodyOf(await send(server, 'POST', '/jobs/limited/runs'), 202, runSchema);
    expect(pointersOf(await runWith(server, 'limited', { days: 'x' }))).toEqual(['/payload/days']);
  });

  test('runs again what an admin ran with another payload', async () => {
    const server = await start({ authorize: operator });
    await createJob(first, 'again', { on_demand: true, overlap: 'allow' });
    const run = bodyOf(await runWith(first, 'again', { days: 3 }), 202, runSchema);
    await expect.poll(async () => (await engine.getRun(run.id)).run.status).toBe('succeeded');
    bodyOf(await send(server, 'POST', `/runs/${run.id}/retry`), 202, runSchema);
  });

  test('gets the error of an `authorize` that throws, and no other right', async () => {
    const authorize: JobsAuthorize = (_request, need) => {
      if (need === 'admin') throw new StoreError('unavailable', 'the database of the gate is away');
      return undefined;
    };
    await createJob(first, 'broken-gate', { on_demand: true });
    problemOf(await runWith(await start({ authorize }), 'broken-gate', { days: 3 }), 503);
  });
});

describe('an error', () => {
  test.each([
    [403, new EngineError('forbidden', 'x', [{ pointer: '/a', detail: 'b' }])],
    [422, new EngineError('invalid', 'x', [{ pointer: '/a', detail: 'b' }])],
    [404, new EngineError('not_found', 'x')],
    [409, new EngineError('exists', 'x')],
    [412, new EngineError('stale', 'x')],
    [409, new EngineError('conflict', 'x')],
    [429, new EngineError('too_many', 'x')],
    [503, new EngineError('unavailable', 'x')],
    [503, new StoreError('unavailable', 'SELECT secret')],
    [503, new StoreError('newer_schema', 'SELECT secret')],
    [500, new Error('SELECT secret FROM jobs')],
    [500, Object.assign(new Error('SELECT secret'), { statusCode: 200 })],
    [500, 'a string with a secret'],
  ])('is a %i, and tells nothing of the inside: %s', async (status, error) => {
    const authorize = () => {
      throw error;
    };
    const response = await send(await start({ authorize }), 'GET', '/jobs');
    problemOf(response, status);
    expect(response.body).not.toContain('secret');
    expect(response.body).not.toContain('at ');
    expect(response.headers['retry-after'] !== undefined).toBe(status === 429 || status === 503);
  });
});

describe('the host', () => {
  test('keeps its own errors, schemas and bodies', async () => {
    const app = fastify();
    await app.register(jobsPlugin, { prefix: '/deep/er', engine, authorize: false });
    const body = { type: 'object', properties: { n: { type: 'integer' } } };
    app.post('/mine', { schema: { body } }, async (request) => request.body);
    app.post('/text', async (request) => request.body);
    app.get('/broken', async () => {
      throw new Error('mine');
    });
    const mine = await app.inject({ method: 'POST', url: '/mine', payload: { n: '7' } });
    expect(mine.json()).toEqual({ n: 7 });
    const text = await app.inject({
      method: 'POST',
      url: '/text',
      payload: 'plain',
      headers: { 'content-type': 'text/plain' },
    });
    expect(text.body).toBe('plain');
    expect((await app.inject('/broken')).json()).toMatchObject({ message: 'mine', statusCode: 500 });
    expect((await app.inject('/deep/er/nothing')).json()).toMatchObject({
      statusCode: 404,
      error: 'Not Found',
    });
    const created = await app.inject({
      method: 'POST',
      url: '/deep/er/jobs',
      payload: { id: 'there', name: 'There', type: 'greet', on_demand: true },
    });
    expect(created.headers.location).toBe('/deep/er/jobs/there');
    await app.close();
  });

  test('may have read and parsed the body before Fastify', async () => {
    const app = fastify();
    app.addHook('onRequest', async ({ raw }) => Object.assign(raw, { body: await json(raw) }));
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
    const parsed = { app, engine, close: () => app.close() };
    expect((await createJob(parsed, 'parsed', { on_demand: true, name: 'Größe' })).name).toBe('Größe');
    expect(pointersOf(await send(parsed, 'POST', '/jobs', { body: { id: 7 } }))).toContain('/id');
    await app.close();
  });

  test("that keeps Fastify's bound on path parameters can't make a job that it would not find", async () => {
    const app = fastify();
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
    const short = { app, engine, close: () => app.close() };
    await createJob(short, 'y'.repeat(100));
    bodyOf(await send(short, 'GET', `/jobs/${'y'.repeat(100)}`), 200, jobSchema);
    const body = { id: 'y'.repeat(101), name: 'Long', type: 'greet', on_demand: true };
    expect(faultAt(await send(short, 'POST', '/jobs', { body }), '/id')).toContain('maxParamLength');
    await app.close();
  });

  test('has the job and the run that a request is about in its own log lines, and the run that it made', async () => {
    const lines: string[] = [];
    const app = fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
    app.addHook('onResponse', async (request) => request.log.info('done'));
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
    const server = { app, engine, close: () => app.close() };
    const asked = async (method: 'GET' | 'POST', url: string, body?: object) => {
      lines.length = 0;
      const response = await send(server, method, url, body === undefined ? {} : { body });
      const logged = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'done');
      // Fastify's own log line at the end, written by the reply's logger.
      const completed = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'request completed');
      const { jobId, runId, newRunId } = logged;
      expect({ ...completed, jobId, runId, newRunId }).toEqual(completed);
      return { id: response.json().id, ids: [logged.jobId, logged.runId, logged.newRunId], line: logged };
    };
    const job = { id: 'logged', name: 'Logged', type: 'greet', on_demand: true, overlap: 'allow' };
    expect((await asked('POST', '/jobs', job)).ids).toEqual(['logged', undefined, undefined]);
    const made = await asked('POST', '/jobs/logged/runs');
    expect(made.ids).toEqual(['logged', made.id, undefined]);
    expect(made.line.reqId).toEqual(expect.any(String));
    expect((await asked('GET', `/runs/${made.id}`)).ids).toEqual([undefined, made.id, undefined]);
    await expect.poll(async () => (await engine.getRun(made.id)).run.status).toBe('succeeded');
    const again = await asked('POST', `/runs/${made.id}/retry`);
    expect(again.ids).toEqual([undefined, made.id, again.id]);
    expect((await asked('GET', '/jobs')).ids).toEqual([undefined, undefined, undefined]);
    await app.close();
  });

  test('can register the API twice, each with its own gate', async () => {
    const { app } = first;
    const closed: JobsAuthorize = () => {
      throw new HttpProblem({ status: 403, detail: 'No.' });
    };
    const second = fastify();
    await second.register(jobsPlugin, { prefix: '/open', engine, authorize: false });
    await second.register(jobsPlugin, { prefix: '/closed', engine, authorize: closed });
    expect((await second.inject('/open/jobs')).statusCode).toBe(200);
    expect((await second.inject('/closed/jobs')).statusCode).toBe(403);
    expect((await app.inject('/api/jobs')).statusCode).toBe(200);
    await second.close();
  });
});
