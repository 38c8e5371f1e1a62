import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createFetchHandler, type FetchHandlerOptions } from '../../src/fetch/index.ts';
import { jobTypesSchema } from '../../src/http/views/jobs/job-type.ts';
import { fetchMount } from './mounts/fetch-mount.ts';
import { bodyOf, jobBody, problemOf } from './requests.ts';
import { answerOf, type RestServer, startRestServer } from './rest-server.ts';
import { restSuite } from './rest-suite.ts';

describe('REST on the fetch adapter', () => restSuite(fetchMount));

describe('the fetch handler', () => {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(fetchMount);
  });
  afterAll(() => server.close());

  const create = <Context = void>(options: Partial<FetchHandlerOptions<Context>> = {}) => {
    const handle = createFetchHandler<Context>({
      engine: server.engine,
      authorize: false,
      prefix: '/admin/api',
      ...options,
    });
    onTestFinished(() => handle.close());
    return handle;
  };
  const request = (path: string, init?: RequestInit) => new Request(`https://host.example${path}`, init);
  const job = (id: string) => JSON.stringify(jobBody(id));
  const JSON_TYPE = { 'content-type': 'application/json' };

  test('needs `authorize`: an open API is a decision', () => {
    // @ts-expect-error: the type requires `authorize`, too.
    expect(() => createFetchHandler({ engine: server.engine })).toThrow('authorize');
  });

  test('serves the API below its prefix, and without one at the root', async () => {
    const below = await create()(request('/admin/api/job-types'));
    bodyOf(await answerOf(below), 200, jobTypesSchema);
    const root = createFetchHandler({ engine: server.engine, authorize: false });
    expect((await root(request('/job-types'))).status).toBe(200);
    const created = await create()(
      request('/admin/api/jobs', { method: 'POST', headers: JSON_TYPE, body: job('below') }),
    );
    expect(created.headers.get('location')).toBe('/admin/api/jobs/below');
  });

  test.each(['api', '/api/', '/', '//api', '/a/../b', '/a?b', '/a\\b', '/.'])(
    'refuses a prefix that is no path: %s',
    (prefix) => {
      expect(() => create({ prefix })).toThrow('a path such as /api');
    },
  );

  test.each([
    '/',
    '/jobs',
    '/admin/api',
    '/admin/api/',
    '/admin/api/jobs/',
    '/admin/api//jobs',
    '/admin/apijobs',
  ])('answers 404 for a path that is not its own: %s', async (path) => {
    const handle = create();
    problemOf(await answerOf(await handle(request(path))), 404);
    expect(handle.handles(path)).toBe(false);
  });

  test.each(['/büro/api', '/my jobs', '/b%C3%BCro'])(
    'is below a path with special characters: %s',
    async (prefix) => {
      const handle = create({ prefix });
      const at = (path: string, init?: RequestInit) => handle(request(`${prefix}${path}`, init));
      expect((await at('/jobs')).status).toBe(200);
      const id = `special-${prefix.length}`;
      const created = await at('/jobs', { method: 'POST', headers: JSON_TYPE, body: job(id) });
      const location = created.headers.get('location') ?? '';
      expect(new URL(request(location).url).pathname).toBe(location);
      expect((await handle(request(location))).status).toBe(200);
    },
  );

  test('answers 405 with the methods of a path', async () => {
    const put = await answerOf(await create()(request('/admin/api/jobs', { method: 'PUT' })));
    expect(problemOf(put, 405).detail).toContain('GET, HEAD');
    expect(put.headers.allow).toBe('POST, GET, HEAD');
    const head = await create()(request('/admin/api/job-events', { method: 'HEAD' }));
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'GET']);
    expect(create().handles('/admin/api/jobs')).toBe(true);
  });

  test('answers HEAD with the headers of GET', async () => {
    const get = await create()(request('/admin/api/job-types'));
    const head = await create()(request('/admin/api/job-types', { method: 'HEAD' }));
    expect(await head.text()).toBe('');
    expect([...head.headers]).toEqual([...get.headers]);
    expect(Number(head.headers.get('content-length'))).toBe((await get.text()).length);
  });

  test('decodes the parameters of a path, and refuses a malformed escape', async () => {
    const handle = create();
    await handle(request('/admin/api/jobs', { method: 'POST', headers: JSON_TYPE, body: job('escaped') }));
    expect((await handle(request('/admin/api/jobs/%65scaped'))).status).toBe(200);
    problemOf(await answerOf(await handle(request('/admin/api/jobs/%zz'))), 400);
    problemOf(await answerOf(await handle(request('/admin/api/jobs/a%2Fb'))), 422);
  });

  test('passes what the host knows of a request to `authorize`', async () => {
    const handle = create<{ readonly user: string }>({
      authorize: (_request, _need, { user }) => ({ id: `user:${user}` }),
    });
    const post = request('/admin/api/jobs', { method: 'POST', headers: JSON_TYPE, body: job('by-ann') });
    expect(await (await handle(post, { user: 'ann' })).json()).toMatchObject({ created_by: 'user:ann' });
  });

  test('returns a Response that `authorize` throws as it is', async () => {
    const login = Response.redirect('https://host.example/login', 303);
    const handle = create({
      authorize: () => {
        throw login;
      },
    });
    expect(await handle(request('/admin/api/jobs'))).toBe(login);
  });

  test('returns a Response with a body each time that `authorize` throws it', async () => {
    const refusal = new Response('Sign in first.', { status: 401 });
    const handle = create({
      authorize: () => {
        throw refusal;
      },
    });
    for (let n = 0; n < 2; n += 1) {
      const response = await handle(request('/admin/api/jobs'));
      expect([response.status, await response.text()]).toEqual([401, 'Sign in first.']);
    }
    await refusal.text();
    problemOf(await answerOf(await handle(request('/admin/api/jobs'))), 401);
  });

  test.each([
    [false, 'it returned false'],
    [
      { id: 'user:42', scope: undefined },
      'scope: must be a scope such as { idPrefix: "acme-" } or { tags: ["billing"] }, and is left out for a caller who may see all jobs; got undefined',
    ],
    [
      { id: 'user:42', scope: { idPrefix: '' } },
      'scope.idPrefix: must be the beginning of job ids, such as "acme-", with 1 to 128 letters, digits, ".", "_" or "-", and a letter or a digit first; got ""',
    ],
  ])('says in the log what `authorize` must return, for %j', async (result, fault) => {
    const lines: unknown[] = [];
    const authorize = Object.assign(() => result) as () => undefined;
    const handle = create({ authorize, logger: { error: (fields) => lines.push(fields) } });
    problemOf(await answerOf(await handle(request('/admin/api/jobs'))), 500);
    const message = `\`authorize\` must return a principal such as { id: "user:42" }, or undefined; ${fault}. To refuse a request, throw an error with a \`statusCode\` of 401 or 403.`;
    expect(lines).toMatchObject([{ err: { message } }]);
  });

  test('stops reading a body of unknown length at 128 KiB', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
    });
    const init = { method: 'POST', headers: JSON_TYPE, body: endless, duplex: 'half' } as const;
    const { detail } = problemOf(await answerOf(await create()(request('/admin/api/jobs', init))), 413);
    expect(detail).toContain('128 KiB');
    expect(sent).toBeLessThan(300_000);
  });

  test('answers 500 with what to do if a middleware or `authorize` has read the body', async () => {
    const init = { method: 'POST', headers: JSON_TYPE, body: job('read-before') };
    const read = request('/admin/api/jobs', init);
    await read.text();
    const locked = request('/admin/api/jobs', init);
    locked.body?.getReader();
    for (const each of [read, locked]) {
      const { detail } = problemOf(await answerOf(await create()(each)), 500);
      expect(detail).toContain('Let it read request.clone() instead.');
    }
    const cloning = create({
      authorize: async (asked) => {
        await asked.clone().text();
        return undefined;
      },
    });
    expect((await cloning(request('/admin/api/jobs', init))).status).toBe(201);
  });

  test('answers 400 to a body that breaks off', async () => {
    const broken = new ReadableStream({
      start: (controller) => controller.error(new Error('the connection has ended')),
    });
    const init = { method: 'POST', headers: JSON_TYPE, body: broken, duplex: 'half' } as const;
    problemOf(await answerOf(await create()(request('/admin/api/jobs', init))), 400);
  });

  test('compresses nothing with `compress: false`, nor for Next.js, which removes `Content-Encoding`', async () => {
    const asked = () => request('/admin/api/job-types', { headers: { 'accept-encoding': 'gzip' } });
    expect((await create()(asked())).headers.get('content-encoding')).toBe('gzip');
    const ofNext = Object.assign(asked(), { nextUrl: new URL(asked().url) });
    const response = await create()(ofNext);
    expect(response.headers.get('content-encoding')).toBeNull();
    bodyOf(await answerOf(response), 200, jobTypesSchema);
    const never = await create({ compress: false })(asked());
    expect(never.headers.get('content-encoding')).toBeNull();
    bodyOf(await answerOf(never), 200, jobTypesSchema);
  });

  test('begins no work for a client that has disconnected', async () => {
    const gone = AbortSignal.abort();
    problemOf(await answerOf(await create()(request('/admin/api/jobs', { signal: gone }))), 400);
  });

  test('frees the place of a stream whose client disconnects', async () => {
    const handle = create({ events: { maxStreams: 1 } });
    const client = new AbortController();
    await handle(request('/admin/api/job-events', { signal: client.signal }));
    expect((await handle(request('/admin/api/job-events'))).status).toBe(503);
    client.abort();
    await expect.poll(async () => (await handle(request('/admin/api/job-events'))).status).toBe(200);
  });

  test('opens no stream once it is closed: a client that reconnects would keep the server from closing', async () => {
    const handle = create();
    const { body } = await handle(request('/admin/api/job-events'));
    handle.close();
    expect(await new Response(body).text()).toContain('alive');
    const refused = await answerOf(await handle(request('/admin/api/job-events')));
    expect(problemOf(refused, 503).detail).toContain('The server is stopping.');
    expect(refused.headers['retry-after']).toBe('30');
    expect((await handle(request('/admin/api/jobs'))).status).toBe(200);
  });

  test('logs the cause of a 500 with the id of the response, the job and the run', async () => {
    const lines: unknown[] = [];
    const cause = new Error('SELECT secret');
    const engine = Object.create(server.engine, { getJob: { value: () => Promise.reject(cause) } });
    const handle = create({ engine, logger: { error: (fields) => lines.push(fields) } });
    const { instance } = problemOf(await answerOf(await handle(request('/admin/api/jobs/logged'))), 500);
    expect(lines).toEqual([{ err: cause, requestId: instance, jobId: 'logged' }]);
  });
});
