import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { OutboundRequest } from '../../src/core/outbound/outbound.ts';
import { createOutboundClient, type OutboundDeps } from '../../src/outbound/outbound-client.ts';
import { CERTIFICATE } from './certificate.ts';
import { bodyOf, serve, serveBytes, serveTls } from './test-server.ts';

const textOf = (body: Uint8Array) => new TextDecoder().decode(body);
const LOOPBACK = ['127.0.0.1'];

function clientOf(deps: OutboundDeps = { allow: LOOPBACK }) {
  const client = createOutboundClient(deps);
  onTestFinished(() => client.close());
  return client;
}

const get = (request: OutboundRequest, deps?: OutboundDeps) => clientOf(deps).request(request);

describe('an answer', () => {
  it('has the status, the headers and the body', async () => {
    const port = await serve(async (request, response) => {
      const seen = {
        method: request.method,
        url: request.url,
        ...request.headers,
        body: await bodyOf(request),
      };
      response.writeHead(201, { 'x-twice': ['a', 'b'] }).end(JSON.stringify(seen));
    });
    const answer = await get({
      url: `http://127.0.0.1:${port}/path?a=1`,
      method: 'POST',
      headers: { 'X-Key': 'secret', 'content-type': 'text/plain' },
      body: 'héllo',
    });
    expect(answer).toMatchObject({
      status: 201,
      isTruncated: false,
      url: `http://127.0.0.1:${port}/path?a=1`,
      headers: { 'x-twice': 'a, b' },
    });
    expect(JSON.parse(textOf(answer.body))).toMatchObject({
      method: 'POST',
      url: '/path?a=1',
      host: `127.0.0.1:${port}`,
      'x-key': 'secret',
      'content-length': '6',
      'user-agent': 'greenvue-jobs',
      body: 'héllo',
    });
  });

  it('of 10 GB is cut off at the limit, and its connection is closed', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const block = Buffer.alloc(1_048_576, 'x');
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 10_737_418_240 });
      response.on('close', resolve);
      const write = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', write);
      write();
    });
    const answer = await get({ url: `http://127.0.0.1:${port}`, maxResponseBytes: 1_000 });
    expect(answer).toMatchObject({ status: 200, isTruncated: true });
    expect(textOf(answer.body)).toBe('x'.repeat(1_000));
    await closed;
  });

  it('of exactly the limit is whole', async () => {
    const port = await serve((_request, response) => response.end('12345'));
    const answer = await get({ url: `http://127.0.0.1:${port}`, maxResponseBytes: 5 });
    expect(answer).toMatchObject({ isTruncated: false });
    expect(textOf(answer.body)).toBe('12345');
  });

  it('that is shorter than its content-length is an error', async () => {
    const port = await serveBytes((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'),
    );
    await expect(get({ url: `http://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'connection_closed',
      message: expect.stringContaining('before the end of its answer'),
    });
  });

  it('that is longer than its content-length does not become the answer to the next request', async () => {
    let requests = 0;
    const port = await serveBytes((socket) => {
      socket.on('data', () => {
        requests += 1;
        const body = String(requests);
        const extra = requests === 1 ? 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil' : '';
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${body}${extra}`);
      });
    });
    const client = clientOf();
    const url = `http://127.0.0.1:${port}`;
    expect(textOf((await client.request({ url })).body)).toBe('1');
    expect(textOf((await client.request({ url })).body)).toBe('2');
  });

  it.each([
    [
      'with endless headers',
      'HTTP/1.1 200 OK\r\n',
      'x-a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n',
    ],
    ['that is no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', 'x'],
  ])('%s is an error', async (_name, first, more) => {
    const port = await serveBytes((socket) => {
      socket.write(first);
      const write = () => {
        while (!socket.destroyed && socket.write(more.repeat(100)));
      };
      socket.on('drain', write);
      write();
    });
    await expect(get({ url: `http://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'invalid_response',
    });
  });
});

describe('time', () => {
  it.each([
    ['never answers', () => undefined],
    [
      'sends its headers and then nothing',
      (write: (text: string) => void) => write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1'),
    ],
    [
      'sends interim answers only',
      (write: (text: string) => void) => write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(3)),
    ],
  ])('ends a request to a server that %s', async (_name, talk) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const port = await serveBytes((socket) => {
      socket.on('close', () => resolve());
      socket.on('data', () => talk((text) => void socket.write(text)));
    });
    await expect(get({ url: `http://127.0.0.1:${port}/secret`, timeoutMs: 150 })).rejects.toMatchObject({
      code: 'timeout',
      message: `http://127.0.0.1:${port} did not answer in full within 150 ms. Allow more time, or let the server answer sooner.`,
    });
    await closed;
  });

  it('ends a handshake that the server does not continue', async () => {
    const port = await serveBytes(() => undefined);
    const request = { url: `https://127.0.0.1:${port}`, connectTimeoutMs: 100 };
    await expect(get(request)).rejects.toMatchObject({ code: 'connect_failed' });
  });

  it('ends the wait for a name server', async () => {
    const deps = { lookup: () => new Promise<never>(() => undefined) };
    await expect(get({ url: 'http://slow.test', connectTimeoutMs: 50 }, deps)).rejects.toMatchObject({
      code: 'name_not_resolved',
    });
    await expect(get({ url: 'http://slow.test', timeoutMs: 50 }, deps)).rejects.toMatchObject({
      code: 'timeout',
    });
  });

  it('of the caller ends the request with the reason of the signal', async () => {
    const reason = new Error('cancelled');
    const controller = new AbortController();
    const port = await serve(() => controller.abort(reason));
    const request = { url: `http://127.0.0.1:${port}`, signal: controller.signal };
    await expect(get(request)).rejects.toBe(reason);
    await expect(get(request)).rejects.toBe(reason);
  });

  it('of the client ends all requests, and later ones', async () => {
    const client = createOutboundClient({ allow: LOOPBACK });
    const port = await serve(() => client.close());
    const request = { url: `http://127.0.0.1:${port}` };
    await expect(client.request(request)).rejects.toMatchObject({ code: 'closed' });
    await expect(client.request(request)).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('an address', () => {
  // Each is 127.0.0.1 in another notation.
  it.each([
    'http://127.0.0.1',
    'http://127.1',
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://127.0.0.1.',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[64:ff9b::7f00:1]',
    'http://localhost',
    'http://１２７.0.0.1',
  ])('of this machine is refused: %s', async (url) => {
    await expect(get({ url }, {})).rejects.toMatchObject({ code: 'refused_address', isPermanent: true });
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://0.0.0.0',
    'http://[::]',
  ])('that is not public is refused: %s', async (url) => {
    await expect(get({ url }, {})).rejects.toMatchObject({ code: 'refused_address' });
  });

  it('is refused if any address of the name is private, with what to do', async () => {
    const deps = { lookup: async () => ['93.184.216.34', '10.0.0.7'] };
    await expect(get({ url: 'http://intra.test/token' }, deps)).rejects.toThrow(
      'intra.test resolves to 10.0.0.7, which is not public, so no request is sent to it. To allow it, name it or its range in the option `outbound`: { allow: ["intra.test"] } in code, or OUTBOUND_ALLOW=intra.test of GreenVue.',
    );
  });

  it('is resolved once: a name that changes between check and connection gains nothing', async () => {
    const heard = vi.fn();
    const port = await serve((_request, response) => response.end(String(heard())));
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    const lookup = vi.fn(async () => answers.shift() ?? []);
    const request = { url: `http://rebinding.test:${port}` };
    await expect(get(request, { allow: ['127.0.0.2'], lookup })).rejects.toMatchObject({
      code: 'connect_failed',
    });
    expect(lookup).toHaveBeenCalledTimes(1);
    expect(heard).not.toHaveBeenCalled();
  });

  it('that does not answer is left for the next one of the name', async () => {
    const port = await serve((request, response) => response.end(request.headers.host));
    const lookup = async () => ['127.0.0.2', '127.0.0.1'];
    const answer = await get({ url: `http://two.test:${port}` }, { allow: ['127.0.0.0/8'], lookup });
    expect(textOf(answer.body)).toBe(`two.test:${port}`);
  });

  it.each([['named.test'], ['127.0.0.1'], ['127.0.0.0/8']])('is allowed by %s', async (entry) => {
    const port = await serve((_request, response) => response.end('ok'));
    const deps = { allow: [entry], lookup: async () => LOOPBACK };
    expect(await get({ url: `http://NAMED.test.:${port}` }, deps)).toMatchObject({ status: 200 });
  });
});

describe('a redirect', () => {
  it('to an address that is not public is refused, also from an allowed one', async () => {
    for (const target of ['http://169.254.169.254/latest', 'http://127.0.0.2/', '//[::1]/']) {
      const port = await serve((_request, response) => response.writeHead(302, { location: target }).end());
      await expect(get({ url: `http://127.0.0.1:${port}` })).rejects.toMatchObject({
        code: 'refused_address',
      });
    }
  });

  it('is followed five times', async () => {
    const port = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(307, { location: `/${left - 1}` }).end();
    });
    const answer = await get({ url: `http://127.0.0.1:${port}/5` });
    expect(textOf(answer.body)).toBe('there');
    expect(answer.url).toBe(`http://127.0.0.1:${port}/0`);
    await expect(get({ url: `http://127.0.0.1:${port}/6` })).rejects.toMatchObject({
      code: 'refused_redirect',
    });
    const unfollowed = await get({ url: `http://127.0.0.1:${port}/6`, maxRedirects: 0 });
    expect(unfollowed).toMatchObject({ status: 307, headers: { location: '/5' } });
  });

  it('to another origin gets no credentials', async () => {
    const seen = vi.fn();
    const other = await serve((request, response) => {
      seen(request.headers);
      response.end();
    });
    const port = await serve((request, response) => {
      seen(request.headers);
      response.writeHead(302, { location: `http://x:y@127.0.0.1:${other}/` }).end();
    });
    const headers = { 'X-Api-Key': 'k', Cookie: 'c', Accept: 'text/plain' };
    await get({ url: `http://user:pass@127.0.0.1:${port}`, headers });
    const [first, second] = seen.mock.calls.map(([all]) => all);
    expect(first).toMatchObject({
      authorization: `Basic ${btoa('user:pass')}`,
      cookie: 'c',
      'x-api-key': 'k',
    });
    expect(second).toMatchObject({ accept: 'text/plain' });
    expect(Object.keys(second)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(second).not.toHaveProperty('cookie');
    expect(second).not.toHaveProperty('x-api-key');
  });

  it.each([
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'PUT', 'body'],
    [308, 'PUT', 'body'],
  ])('of status %i to a %s', async (status, method, body) => {
    const seen = vi.fn();
    const port = await serve(async (request, response) => {
      if (request.url === '/') response.writeHead(status, { location: '/next' }).end();
      else {
        seen(request.method, await bodyOf(request));
        response.end();
      }
    });
    await get({ url: `http://127.0.0.1:${port}/`, method: method === 'GET' ? 'POST' : 'PUT', body: 'body' });
    expect(seen).toHaveBeenCalledWith(method, body);
  });

  it('from https to http is refused', async () => {
    const port = await serveTls((_request, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
    );
    await expect(
      get({ url: `https://127.0.0.1:${port}` }, { allow: LOOPBACK, ca: CERTIFICATE }),
    ).rejects.toThrow(
      `https://127.0.0.1:${port} redirects to http://127.0.0.1, without TLS. Use the final address as the URL.`,
    );
  });
});

describe('TLS', () => {
  it('checks the certificate against the name of the URL, although it connects to an address', async () => {
    const port = await serveTls((request, response) => response.end(request.headers.host));
    const deps = { allow: LOOPBACK, lookup: async () => LOOPBACK };
    const known = { ...deps, ca: CERTIFICATE };
    const answer = await get({ url: `https://outbound.test:${port}` }, known);
    expect(textOf(answer.body)).toBe(`outbound.test:${port}`);
    await expect(get({ url: `https://wrong.test:${port}` }, known)).rejects.toMatchObject({
      code: 'tls_failed',
    });
    await expect(get({ url: `https://outbound.test:${port}` }, deps)).rejects.toMatchObject({
      code: 'tls_failed',
    });
  });
});

describe('connections', () => {
  it('are kept for the next request, and opened again if the server has closed them', async () => {
    const sockets = new Set<object>();
    let requests = 0;
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      requests += 1;
      // The third request comes over a connection that breaks under it.
      if (requests === 3) request.socket.destroy();
      else response.end();
    });
    const client = clientOf();
    const url = `http://127.0.0.1:${port}`;
    for (let n = 0; n < 3; n++)
      expect(await client.request({ url, method: 'POST' })).toMatchObject({ status: 200 });
    expect({ sockets: sockets.size, requests }).toEqual({ sockets: 2, requests: 4 });
  });

  it('that break after the server had the request for a second are an error: nothing is sent twice', async () => {
    const timers = new Set<{ readonly ms: number; readonly fire: () => void }>();
    const setTimer = (ms: number, fire: () => void) => {
      const timer = { ms, fire };
      timers.add(timer);
      return () => void timers.delete(timer);
    };
    let requests = 0;
    const port = await serve((request, response) => {
      requests += 1;
      if (requests === 1) return void response.end('first');
      for (const { ms, fire } of timers) if (ms === 1_000) fire();
      request.socket.resetAndDestroy();
    });
    const client = clientOf({ allow: LOOPBACK, clock: { monotonic: () => performance.now(), setTimer } });
    const url = `http://127.0.0.1:${port}/`;
    await client.request({ url });
    await expect(client.request({ url })).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(requests).toBe(2);
  });

  it('do not go through a proxy that the environment names', async () => {
    const port = await serve((_request, response) => response.end('direct'));
    const proxy = 'http://127.0.0.1:9';
    const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy };
    const program = `
      import { createOutboundClient } from ${JSON.stringify(import.meta.resolve('../../src/outbound/outbound-client.ts'))};
      const client = createOutboundClient({ allow: ['127.0.0.1'] });
      const { body } = await client.request({ url: 'http://127.0.0.1:${port}' });
      console.log(new TextDecoder().decode(body));
      client.close();
    `;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
    expect((await run).stdout).toBe('direct\n');
  });

  it('to nobody are an error that says what to do, without the path', async () => {
    const failure = await get({ url: 'http://127.0.0.1:9/secret' }).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'connect_failed', isPermanent: false });
    expect(failure).toHaveProperty(
      'message',
      "http://127.0.0.1:9 can't be reached (ECONNREFUSED). Check that the server runs and that a firewall lets this machine connect.",
    );
  });
});

it.each([
  [{ url: 'ftp://example.com' }, 'The URL must begin with https:// or http://'],
  [{ url: '/path' }, 'The URL must be a whole URL'],
  [{ url: 'http://1.2.3.4.5' }, 'The URL must be a whole URL'],
  [{ url: 'http://example.com', headers: { Host: 'x' } }, 'The headers must not have Host'],
  [{ url: 'http://example.com', headers: { 'x y': 'z' } }, 'The headers must have valid names'],
  [{ url: 'http://example.com', headers: { x: 'a\r\nb: c' } }, 'The headers must have values of one line'],
  [{ url: 'http://example.com', method: 'CONNECT' as never }, 'The method must be one of GET'],
])('the request %j is refused', async (request, message) => {
  await expect(get(request)).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining(message),
  });
});
