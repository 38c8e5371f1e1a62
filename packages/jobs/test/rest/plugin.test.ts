import { json } from 'node:stream/consumers';
import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Engine } from '../../src/engine/ports/engine-port.ts';
import { HttpProblem, type JobsAuthorize, jobsPlugin } from '../../src/fastify/index.ts';
import { jobSchema } from '../../src/http/views/jobs/job.ts';
import { createJobs } from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { fastifyMount, sendTo } from './mounts/fastify-mount.ts';
import { bodyOf, createJob, faultAt, jobBody, pointersOf, problemOf, send } from './requests.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

let first: RestServer;
let engine: Engine;
beforeAll(async () => {
  first = await startRestServer(fastifyMount);
  engine = first.engine;
});
afterAll(() => first.close());

describe('the host', () => {
  test('keeps its own Vary header on compressed responses', async () => {
    const app = fastify();
    app.addHook('onRequest', async (_request, reply) => void reply.header('vary', 'Origin'));
    await app.register(jobsPlugin, { engine, authorize: false });
    const response = await app.inject({ url: '/job-types', headers: { 'accept-encoding': 'gzip' } });
    expect(response.headers).toMatchObject({ vary: 'Origin, accept-encoding', 'content-encoding': 'gzip' });
    await app.close();
  });

  test('must give `authorize`: an open API is a decision', async () => {
    const app = fastify();
    // @ts-expect-error: the type requires `authorize`, too.
    const registered = app.register(jobsPlugin, { engine });
    await expect(registered).rejects.toThrow('authorize');
    await app.close();
  });

  test('has its own hooks run before `authorize`, such as a rate limit', async () => {
    const order: string[] = [];
    const app = fastify();
    onTestFinished(() => app.close());
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
    const created = await app.inject({ method: 'POST', url: '/deep/er/jobs', payload: jobBody('there') });
    expect(created.headers.location).toBe('/deep/er/jobs/there');
    await app.close();
  });

  test('may have read and parsed the body before Fastify', async () => {
    const app = fastify();
    app.addHook('onRequest', async ({ raw }) => Object.assign(raw, { body: await json(raw) }));
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
    const parsed = { send: sendTo(app) };
    expect((await createJob(parsed, 'parsed', { on_demand: true, name: 'Größe' })).name).toBe('Größe');
    expect(pointersOf(await send(parsed, 'POST', '/jobs', { body: { id: 7 } }))).toContain('/id');
    await app.close();
  });

  test('gets a 500 that says what to do if it has read the body and not kept it', async () => {
    const app = fastify();
    app.addHook('onRequest', async ({ raw }) => void (await json(raw)));
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
    const response = await send({ send: sendTo(app) }, 'POST', '/jobs/a/runs', { body: { payload: {} } });
    expect(problemOf(response, 500).detail).toContain('A parser in front of the jobs API has read the body');
    await app.close();
  });

  test("that keeps Fastify's bound on path parameters can't make a job that it would not find", async () => {
    const app = fastify();
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
    const short = { send: sendTo(app) };
    await createJob(short, 'y'.repeat(100));
    bodyOf(await send(short, 'GET', `/jobs/${'y'.repeat(100)}`), 200, jobSchema);
    const body = jobBody('y'.repeat(101));
    expect(faultAt(await send(short, 'POST', '/jobs', { body }), '/id')).toContain('maxParamLength');
    await app.close();
  });

  test('has the job and the run that a request is about in its own log lines, and the run that it made', async () => {
    const lines: string[] = [];
    const app = fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
    app.addHook('onResponse', async (request) => request.log.info('done'));
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false });
    const server = { send: sendTo(app) };
    const asked = async (method: 'GET' | 'POST', url: string, body?: object) => {
      lines.length = 0;
      const response = await send(server, method, url, body === undefined ? {} : { body });
      const logged = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'done');
      // Fastify's own log line at the end, written by the reply's logger.
      const completed = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'request completed');
      const { jobId, runId, newRunId } = logged;
      expect({ ...completed, jobId, runId, newRunId }).toEqual(completed);
      return {
        id: response.json<{ id: string }>().id,
        ids: [logged.jobId, logged.runId, logged.newRunId],
        line: logged,
      };
    };
    const job = jobBody('logged', { on_demand: true, overlap: 'allow' });
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

  test('without a logger has the causes of its 500s and 503s on stderr', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue();
    onTestFinished(() => printed.mockRestore());
    const app = fastify();
    const authorize = Object.assign(() => true) as () => undefined;
    await app.register(jobsPlugin, { prefix: '/api', engine, authorize });
    const store = createMemoryStore({ clock: createSystemClock() });
    const unstarted = createJobs({ store, types: [] });
    await app.register(jobsPlugin, { prefix: '/unstarted', engine: unstarted, authorize: false });
    const { instance } = problemOf(await send({ send: sendTo(app) }, 'GET', '/jobs'), 500);
    const start = '@greenvue/jobs error: a request to the jobs API failed | ';
    expect(printed.mock.lastCall?.[0]).toContain(`${start}TypeError: \`authorize\` must return a principal`);
    expect(printed.mock.lastCall?.[0]).toContain(`{"requestId":"${instance}"}`);
    expect((await app.inject('/unstarted/jobs')).statusCode).toBe(503);
    expect(printed.mock.lastCall?.[0]).toContain(`${start}EngineError: The engine has not started`);
    expect(printed).toHaveBeenCalledTimes(2);
    await app.close();
  });

  test('with a logger has the causes of its 500s there, and none at the level silent', async () => {
    const printed = vi.spyOn(console, 'error').mockReturnValue();
    onTestFinished(() => printed.mockRestore());
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const authorize = Object.assign(() => true) as () => undefined;
    for (const level of ['error', 'silent']) {
      const app = fastify({ logger: { level, stream } });
      await app.register(jobsPlugin, { prefix: '/api', engine, authorize });
      expect((await app.inject('/api/jobs')).statusCode).toBe(500);
      await app.close();
    }
    expect(lines).toEqual([expect.stringContaining('must return a principal')]);
    expect(printed).not.toHaveBeenCalled();
  });

  test('can register the API twice, each with its own gate', async () => {
    const closed: JobsAuthorize = () => {
      throw new HttpProblem({ status: 403, detail: 'No.' });
    };
    const second = fastify();
    await second.register(jobsPlugin, { prefix: '/open', engine, authorize: false });
    await second.register(jobsPlugin, { prefix: '/closed', engine, authorize: closed });
    expect((await second.inject('/open/jobs')).statusCode).toBe(200);
    expect((await second.inject('/closed/jobs')).statusCode).toBe(403);
    expect((await send(first, 'GET', '/jobs')).statusCode).toBe(200);
    await second.close();
  });
});
