import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../../src/core/model/errors.ts';
import { type Engine, EngineError } from '../../../src/engine/ports/engine-port.ts';
import { HttpProblem } from '../../../src/fetch/index.ts';
import { jobSchema } from '../../../src/http/views/jobs/job.ts';
import { runSchema } from '../../../src/http/views/runs/run.ts';
import { bodyOf, createJob, pointersOf, problemOf, send } from '../requests.ts';
import {
  type MakeMount,
  type Mount,
  type MountOptions,
  type RestServer,
  startRestServer,
} from '../rest-server.ts';

type Authorize = Exclude<MountOptions['authorize'], false | undefined>;

export function access(makeMount: MakeMount): void {
  let first: RestServer;
  let engine: Engine;
  const open: Mount[] = [];
  beforeAll(async () => {
    first = await startRestServer(makeMount);
    engine = first.engine;
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((server) => server.close()));
  });
  afterAll(() => first.close());

  const start = async (options: MountOptions) => {
    const mount = await makeMount(engine, options);
    open.push(mount);
    return mount;
  };

  describe('authorize', () => {
    test('is asked before a body is read, with what the route needs', async () => {
      const asked: string[] = [];
      const authorize: Authorize = (request, need) => {
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
        ['POST', '/job-types/greet/runs', 'operate'],
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

  describe('authorize that returns neither a principal nor undefined', () => {
    test.each([
      ['false', false],
      ['null', null],
      ['true', true],
      ['the name of the user', 'ann'],
      ['a Response', new Response('No.', { status: 401 })],
      ['an id that is a number', { id: 42 }],
      ['an empty id', { id: '' }],
      ['an id that PostgreSQL refuses', { id: 'user:\0' }],
      ['a name that is a number', { id: 'user:42', name: 42 }],
    ])('lets no request through: %s', async (_what, result) => {
      // What hosts without TypeScript may return.
      const authorize = Object.assign(() => result) as Authorize;
      const server = await start({ authorize });
      problemOf(await send(server, 'GET', '/jobs'), 500);
      problemOf(await send(server, 'DELETE', '/jobs/a'), 500);
      problemOf(await send(server, 'GET', '/job-events'), 500);
    });

    test('gives no further right', async () => {
      const authorize = Object.assign((_request: unknown, need: string) =>
        need === 'read' ? undefined : false,
      ) as Authorize;
      problemOf(await send(await start({ authorize }), 'GET', '/me'), 500);
    });
  });

  describe('a command without a body', () => {
    const commands = ['/jobs/forged/runs', '/jobs/forged/pause', '/runs/1/cancel', '/job-types/greet/runs'];

    test.each(['cross-site', 'same-site'])(
      'is refused from a page of another origin (%s): a browser asks no permission for it',
      async (site) => {
        const headers = { 'sec-fetch-site': site, cookie: 'session=1' };
        for (const url of commands)
          expect(problemOf(await send(first, 'POST', url, { headers }), 403).detail).toContain(
            'another origin',
          );
        const basic = { ...headers, authorization: 'Basic YTpi' };
        problemOf(await send(first, 'POST', '/jobs/forged/resume', { headers: basic }), 403);
      },
    );

    test('is allowed with JSON or a token of its own, and from other clients', async () => {
      await createJob(first, 'own', { on_demand: true, overlap: 'allow' });
      const runs = (options: Parameters<typeof send>[3]) => send(first, 'POST', '/jobs/own/runs', options);
      const other = { 'sec-fetch-site': 'cross-site' };
      bodyOf(await runs({}), 202, runSchema);
      bodyOf(await runs({ headers: { 'sec-fetch-site': 'same-origin' } }), 202, runSchema);
      bodyOf(await runs({ headers: other, body: {} }), 202, runSchema);
      bodyOf(await runs({ headers: { ...other, authorization: 'Bearer t' } }), 202, runSchema);
    });
  });

  test('no response may be stored: it may be for the cookie of one user', async () => {
    for (const url of ['/jobs', '/jobs/none', '/me', '/job-types', '/jobs?limit=x']) {
      const response = await send(first, 'GET', url);
      expect([url, response.headers['cache-control']]).toEqual([url, 'no-store']);
    }
  });

  describe('an operator', () => {
    const operator: Authorize = (_request, need) => {
      if (need === 'admin') throw new HttpProblem({ status: 403, detail: 'No.' });
      return { id: 'user:7' };
    };
    const runWith = (mount: Mount, id: string, payload: object) =>
      send(mount, 'POST', `/jobs/${id}/runs`, { body: { payload } });

    test('changes only the payload fields that the job type lets operators set', async () => {
      const server = await start({ authorize: operator });
      await createJob(first, 'limited', { on_demand: true, overlap: 'allow', payload: { days: 9 } });
      const refused = problemOf(await runWith(server, 'limited', { name: 'Bo', days: 1 }), 403);
      expect(refused.detail).toBe(
        'Only an admin may change days for a run of greet; an operator may change: name. Run the job without a payload, or ask an admin.',
      );
      expect(refused.errors).toEqual([
        { pointer: '/payload/days', detail: "must have the value of the job's payload" },
      ]);
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
      const authorize: Authorize = (_request, need) => {
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
}
