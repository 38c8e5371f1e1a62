import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CommandOptions } from '../../src/engine/ports/engine-port.ts';
import {
  createKoaMiddleware,
  createNodeHandler,
  type NodeHandlerOptions,
  type NodeRequest,
} from '../../src/node/index.ts';
import { fetchMount } from './mounts/fetch-mount.ts';
import { listening, rawClient } from './mounts/listening.ts';
import { nodeMount } from './mounts/node-mount.ts';
import { createJob, jobBody } from './requests.ts';
import { type RestServer, startRestServer } from './rest-server.ts';
import { restSuite } from './rest-suite.ts';

describe('REST on the node adapter', () => restSuite(nodeMount));

type Listener = (request: NodeRequest, response: ServerResponse) => void;

describe('the node handler', () => {
  let first: RestServer;
  beforeAll(async () => {
    first = await startRestServer(fetchMount);
  });
  afterAll(() => first.close());

  const create = (options: Partial<NodeHandlerOptions> = {}) =>
    createNodeHandler({ engine: first.engine, authorize: false, prefix: '/api', ...options });
  const listen = async (listener: Listener) => {
    const { origin, close } = await listening(createServer(listener));
    onTestFinished(close);
    return origin;
  };
  const post = (origin: string, body: object, path = '/api/jobs') =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('takes a body that a parser in front has read', async () => {
    const handle = create();
    const origin = await listen(async (request, response) => {
      handle(Object.assign(request, { body: await json(request) }), response);
    });
    expect((await post(origin, jobBody('parsed'))).status).toBe(201);
    const refused = await post(origin, { id: 7 });
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { errors: [{ pointer: '/id' }, {}, {}] },
    ]);
    expect((await post(origin, { __proto__: null, constructor: { prototype: {} } })).status).toBe(400);
  });

  test('takes a body that a parser in front has read as bytes', async () => {
    const handle = create();
    const origin = await listen(async (request, response) => {
      handle(Object.assign(request, { body: Buffer.concat(await Array.fromAsync(request)) }), response);
    });
    expect((await post(origin, jobBody('bytes'))).status).toBe(201);
  });

  test('answers a request without a body, although a parser in front has set an empty one', async () => {
    const handle = create();
    const origin = await listen((request, response) => {
      handle(Object.assign(request, { body: {} }), response);
    });
    await createJob(first, 'unsent');
    expect((await fetch(`${origin}/api/jobs/unsent/runs`, { method: 'POST' })).status).toBe(202);
    expect((await fetch(`${origin}/api/jobs/unsent`)).status).toBe(200);
  });

  test('reads a body that a parser in front has not read, although it has set an empty one', async () => {
    const handle = create();
    const origin = await listen((request, response) => {
      handle(Object.assign(request, { body: {} }), response);
    });
    await createJob(first, 'unread');
    const patched = await fetch(`${origin}/api/jobs/unread`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"name":"Read"}',
    });
    expect(await patched.json()).toMatchObject({ name: 'Read' });
    const text = await fetch(`${origin}/api/jobs/unread/runs`, { method: 'POST', body: 'text' });
    expect(text.status).toBe(415);
  });

  test.each([
    ['is not kept', undefined],
    ['is no JSON', () => 1],
    ['has a bigint', { id: 7n }],
  ])('answers 500 with what to do if the body that a parser has read %s', async (_what, body) => {
    const handle = create();
    const origin = await listen(async (request, response) => {
      await json(request);
      handle(Object.assign(request, { body }), response);
    });
    const answer = await post(origin, { payload: { name: 'Bo' } }, '/api/jobs/unread/runs');
    expect([answer.status, await answer.text()]).toEqual([
      500,
      expect.stringContaining('A parser in front of the jobs API has read the body'),
    ]);
  });

  test('drops its response if the host has answered meanwhile', async () => {
    const late = Promise.withResolvers<undefined>();
    const handle = create({ authorize: () => late.promise });
    const origin = await listen((request, response) => {
      handle(request, response);
      response.end('too late');
    });
    expect(await (await fetch(`${origin}/api/jobs`)).text()).toBe('too late');
    late.resolve(undefined);
    expect((await fetch(`${origin}/api/users`)).status).toBe(200);
  });

  test('does not touch the response of a host that still answers, and keeps no stream open for it', async () => {
    const late = Promise.withResolvers<undefined>();
    const handle = create({ authorize: () => late.promise, events: { maxStreams: 1 } });
    const streams = await listen((request, response) => {
      handle(request, response);
      if (request.url !== '/api/job-events?last_event_id=late') return;
      response.write('too ');
      setTimeout(() => response.end('late'), 200);
    });
    const answered = fetch(`${streams}/api/job-events?last_event_id=late`);
    await answered;
    late.resolve(undefined);
    expect(await (await answered).text()).toBe('too late');
    await expect.poll(async () => (await fetch(`${streams}/api/job-events`)).status).toBe(200);
    handle.close();
  });

  test('calls `next` for a path that is not its own; without it, the response is a 404', async () => {
    const handle = create();
    const origin = await listen((request, response) => {
      handle(request, response, () => response.end('the host'));
    });
    expect(await (await fetch(`${origin}/api/users`)).text()).toBe('the host');
    expect((await fetch(`${origin}/api/jobs`)).status).toBe(200);
    const alone = await listen((request, response) => handle(request, response));
    expect((await fetch(`${alone}/api/users`)).status).toBe(404);
  });

  test('finds its paths below a router that has removed the path of its mount', async () => {
    const handle = create({ prefix: '/admin/api' });
    const origin = await listen((request, response) => {
      const { url = '' } = request;
      handle(Object.assign(request, { originalUrl: url, url: url.replace('/admin', '') }), response);
    });
    const created = await post(origin, jobBody('mounted'), '/admin/api/jobs');
    expect(created.headers.get('location')).toBe('/admin/api/jobs/mounted');
  });

  test('gives `authorize` the request of Node, and keeps what the host has set on the response', async () => {
    const handle = createNodeHandler<IncomingMessage & { user?: string }>({
      engine: first.engine,
      prefix: '/api',
      authorize: ({ user = '' }) => ({ id: `user:${user}` }),
    });
    const origin = await listen((request, response) => {
      response.setHeader('vary', 'origin');
      response.setHeader('x-host', 'yes');
      handle(Object.assign(request, { user: 'ann' }), response);
    });
    const created = await post(origin, jobBody('by-ann'));
    expect(await created.json()).toMatchObject({ created_by: 'user:ann' });
    const { headers } = await fetch(`${origin}/api/job-types`);
    expect([headers.get('vary'), headers.get('x-host')]).toEqual(['origin, accept-encoding', 'yes']);
  });

  test.each([
    ['authorize refuses', '/api/jobs', 403],
    ['the body is too large', '/api/jobs/large/runs', 413],
  ])('uses a connection further after it has not read a body: %s', async (_why, path, status) => {
    const handle = create({
      authorize: ({ url }) => {
        if (url === '/api/jobs') throw Object.assign(new Error('No.'), { statusCode: 403 });
        return undefined;
      },
    });
    const origin = await listen(handle);
    const client = rawClient(origin);
    client.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n`);
    client.write('Content-Type: application/json\r\n\r\n');
    for (let n = 0; n < 20; n += 1) client.write(`4000\r\n${' '.repeat(0x4000)}\r\n`);
    await expect.poll(client.answers).toContain(`HTTP/1.1 ${status} `);
    client.write('0\r\n\r\nGET /api/job-types HTTP/1.1\r\nHost: a\r\n\r\n');
    await expect.poll(client.answers).toContain('HTTP/1.1 200 ');
  });

  test.each(['node', 'koa'] as const)('answers a request whose URL is no path: %s', async (kind) => {
    const koa = new Koa().use(
      createKoaMiddleware({ engine: first.engine, authorize: false, prefix: '/api' }),
    );
    const client = rawClient(await listen(kind === 'node' ? create() : koa.callback()));
    client.write('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET http://a/api/jobs HTTP/1.1\r\nHost: a\r\n\r\n');
    client.write('GET //evil/api/jobs HTTP/1.1\r\nHost: a\r\n\r\n');
    await expect.poll(client.statuses).toEqual([404, 200, 404]);
  });

  test.each([
    '/open/../api/jobs',
    '/open/%2e%2E/api/jobs',
    '/./api/jobs',
    '/api\\jobs',
    '/open\\..\\api/jobs',
    'http://a/open/../api/jobs',
    'http:///open/api/jobs',
  ])('leaves a path to the host that a guard of the host has not recognized: %s', async (path) => {
    const koa = new Koa().use(
      createKoaMiddleware({ engine: first.engine, authorize: false, prefix: '/api' }),
    );
    const handle = create();
    const passing = await listen((request, response) => {
      handle(request, response, () => response.writeHead(418).end());
    });
    for (const [origin, status] of [
      [passing, 418],
      [await listen(create()), 404],
      [await listen(koa.callback()), 404],
    ] as const) {
      const client = rawClient(origin);
      client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      await expect.poll(client.statuses).toEqual([status]);
    }
  });

  test('answers 405 to a method that a Request of the Fetch API can not have', async () => {
    const koa = new Koa().use(
      createKoaMiddleware({ engine: first.engine, authorize: false, prefix: '/api' }),
    );
    for (const origin of [await listen(create()), await listen(koa.callback())]) {
      const client = rawClient(origin);
      client.write('TRACE /api/jobs HTTP/1.1\r\nHost: a\r\n\r\n');
      await expect.poll(client.statuses).toEqual([405]);
    }
  });

  test('ends the connection of an event stream with the stream, so that the server closes', async () => {
    const handle = create();
    const server = createServer(handle);
    const { origin } = await listening(server);
    const keepsConnections = new Agent({ keepAlive: true });
    const [response] = await once(get(`${origin}/api/job-events`, { agent: keepsConnections }), 'response');
    expect(response.headers.connection).toBe('close');
    await once(response, 'data');
    handle.close();
    server.close();
    await once(server, 'close');
  });

  test('tells the engine when the client of a change has disconnected', async () => {
    const signals: NonNullable<CommandOptions['signal']>[] = [];
    const waiting = Object.create(first.engine, {
      trigger: {
        value: (_jobId: string, _input: unknown, { signal }: CommandOptions) => {
          if (signal !== undefined) signals.push(signal);
          return new Promise(() => undefined);
        },
      },
    });
    const origin = await listen(create({ engine: waiting }));
    const client = connect(Number(new URL(origin).port), '127.0.0.1');
    client.on('error', () => undefined);
    client.write('POST /api/jobs/a/runs HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n');
    await expect.poll(() => signals[0]?.aborted).toBe(false);
    client.destroy();
    await once(client, 'close');
    await expect.poll(() => signals[0]?.aborted).toBe(true);
  });

  test('frees the place of a stream whose client disconnects', async () => {
    const handle = create({ events: { maxStreams: 1 } });
    const origin = await listen(handle);
    const client = new AbortController();
    await fetch(`${origin}/api/job-events`, { signal: client.signal });
    expect((await fetch(`${origin}/api/job-events`)).status).toBe(503);
    client.abort();
    await expect.poll(async () => (await fetch(`${origin}/api/job-events`)).status).toBe(200);
    handle.close();
  });
});
