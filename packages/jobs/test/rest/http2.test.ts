import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { text } from 'node:stream/consumers';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createKoaMiddleware, createNodeHandler } from '../../src/node/index.ts';
import { fetchMount } from './mounts/fetch-mount.ts';
import { jobBody } from './requests.ts';
import { type RestServer, startRestServer } from './rest-server.ts';

type Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

describe.each(['node', 'koa'] as const)('over HTTP/2, the %s adapter', (kind) => {
  let rest: RestServer;
  beforeAll(async () => {
    rest = await startRestServer(fetchMount);
  });
  afterAll(() => rest.close());

  /** HTTP/2 has the same requests and responses as HTTP/1, but for their types. */
  function listener(): Listener {
    const options = { engine: rest.engine, authorize: false, prefix: '/api' } as const;
    if (kind === 'koa') return new Koa().use(createKoaMiddleware(options)).callback();
    const handle = createNodeHandler(options);
    return (request, response) => Reflect.apply(handle, undefined, [request, response]);
  }

  async function open(): Promise<ClientHttp2Session> {
    const server = createServer(listener()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const client = connect(`http://127.0.0.1:${address.port}`);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    return client;
  }

  async function send(client: ClientHttp2Session, method: string, path: string, body?: string) {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const stream = client.request({ ':method': method, ':path': `/api${path}`, ...type });
    stream.end(body);
    const [headers] = await once(stream, 'response');
    return { status: headers[':status'], text: await text(stream) };
  }

  test('reads a body without a length', async () => {
    const client = await open();
    const job = JSON.stringify(jobBody('h2', { on_demand: true, overlap: 'allow' }));
    expect(await send(client, 'POST', '/jobs', job)).toMatchObject({ status: 201 });
    const run = await send(client, 'POST', '/jobs/h2/runs', '{"payload":{"name":"Bo"}}');
    expect(JSON.parse(run.text)).toMatchObject({ payload: { name: 'Bo' } });
    expect(await send(client, 'POST', '/jobs/h2/runs')).toMatchObject({ status: 202 });
    expect(await send(client, 'GET', '/jobs/h2')).toMatchObject({ status: 200 });
    expect(await send(client, 'DELETE', '/jobs/h2')).toMatchObject({ status: 204, text: '' });
  });
});
