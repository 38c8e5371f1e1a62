import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFetchHandler } from '../../src/fetch/index.ts';
import { createJobs, type HttpRequestPayload, httpRequest, type OutboundOptions } from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { runHandler } from '../../src/testing/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { bodyOf, serve } from './test-server.ts';

// P27, HTTP requests

async function started(outbound: OutboundOptions = { allow: ['127.0.0.1'] }) {
  const store = createMemoryStore({ clock: createSystemClock() });
  const jobs = createJobs({ store, types: [httpRequest()], outbound, logger: silentLogger });
  onTestFinished(() => jobs.stop());
  await jobs.start();
  return jobs;
}

/** The run of a request that the engine has made, once it has ended or waits for a retry. */
async function runOf(payload: HttpRequestPayload, outbound?: OutboundOptions) {
  const jobs = await started(outbound);
  const { run } = await jobs.enqueue(httpRequest(), payload);
  await expect
    .poll(async () => (await jobs.getRun(run.id)).run)
    .toSatisfy(({ status, errors }) => (status !== 'queued' && status !== 'running') || errors.length > 0);
  return (await jobs.getRun(run.id)).run;
}

describe('a run', () => {
  it('sends the request of its payload, with the id of the run and the trace', async () => {
    const seen = vi.fn();
    const port = await serve(async (request, response) => {
      seen(request.method, request.url, await bodyOf(request), request.headers);
      response.writeHead(202).end('héllo\0');
    });
    const run = await runOf({
      method: 'POST',
      url: `http://127.0.0.1:${port}/hook`,
      headers: { 'X-Api-Key': 'k' },
      body: { days: 3 },
    });
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(JSON.parse('result' in run ? (run.result ?? '') : '')).toEqual({
      status: 202,
      duration_ms: expect.any(Number),
      excerpt: 'héllo\ufffd',
      truncated: false,
    });
    expect(seen).toHaveBeenCalledWith(
      'POST',
      '/hook',
      '{"days":3}',
      expect.objectContaining({
        'x-api-key': 'k',
        'content-type': 'application/json',
        'idempotency-key': run.id,
      }),
    );
  });

  it.each([404, 401, 410])('fails for good with the status %i', async (status) => {
    const port = await serve((_request, response) => response.writeHead(status).end('no such thing'));
    const run = await runOf({ url: `http://127.0.0.1:${port}/secret` });
    expect(run).toMatchObject({
      status: 'failed',
      errors: [
        {
          name: 'PermanentError',
          message: `GET http://127.0.0.1:${port} answered ${status}; 200 to 299 was expected. The answer begins: no such thing`,
        },
      ],
    });
  });

  it.each([408, 425, 429, 500, 503, 302])('is tried again after the status %i', async (status) => {
    const port = await serve((_request, response) => response.writeHead(status).end());
    const run = await runOf({ url: `http://127.0.0.1:${port}` });
    expect(run).toMatchObject({
      status: 'queued',
      errors: [{ name: 'HttpStatusError', message: expect.stringContaining('The answer has no body.') }],
    });
  });

  it('succeeds with a status that is expected, and fails with 200 if that is not', async () => {
    const port = await serve((_request, response) => response.writeHead(404).end());
    const url = `http://127.0.0.1:${port}`;
    expect(await runOf({ url, expect_status: [200, 404] })).toMatchObject({ status: 'succeeded' });
    const ok = await serve((_request, response) => response.end());
    expect(await runOf({ url: `http://127.0.0.1:${ok}`, expect_status: 204 })).toMatchObject({
      errors: [{ message: expect.stringContaining('answered 200; 204 was expected') }],
    });
  });

  it('fails for good if the address is not public, before any request', async () => {
    const heard = vi.fn();
    const port = await serve(heard);
    for (const url of [`http://127.0.0.1:${port}`, `http://localhost:${port}`]) {
      const run = await runOf({ url }, {});
      expect(run).toMatchObject({
        status: 'failed',
        errors: [{ name: 'PermanentError', causes: [{ name: 'OutboundError', code: 'refused_address' }] }],
      });
    }
    expect(heard).not.toHaveBeenCalled();
  });

  it('is tried again if the server hangs longer than its timeout', async () => {
    const port = await serve(() => undefined);
    expect(await runOf({ url: `http://127.0.0.1:${port}`, timeout: '100ms' })).toMatchObject({
      status: 'queued',
      errors: [{ name: 'OutboundError', code: 'timeout' }],
    });
  });

  it('that is cancelled ends the request', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const port = await serve((request) => {
      request.socket.on('close', () => close());
      resolve();
    });
    const jobs = await started();
    const { run } = await jobs.enqueue(httpRequest(), { url: `http://127.0.0.1:${port}` });
    await asked;
    await jobs.cancelRun(run.id);
    await closed;
    await expect.poll(async () => (await jobs.getRun(run.id)).run.status).toBe('cancelled');
  });

  it('keeps an excerpt of a long answer', async () => {
    const port = await serve((_request, response) => response.end('€'.repeat(100_000)));
    const url = `http://127.0.0.1:${port}`;
    const run = await runOf({ url, max_response_bytes: 9_000 });
    const result = JSON.parse('result' in run ? (run.result ?? '') : '');
    expect(result).toMatchObject({ truncated: true, excerpt: '€'.repeat(2_000) });
  });
});

it.each<[object, string]>([
  [{}, 'payload.url: is required: text of 1 to 2000 characters, such as "https://example.com/path"'],
  [{ url: 'ftp://x' }, 'payload.url: must begin with https:// or http://'],
  [{ url: 'https://example.com', method: 'get' }, 'payload.method: must be one of "GET"'],
  [{ url: 'https://example.com', headers: { Host: 'x' } }, 'payload.headers.Host: must not have Host'],
  [
    { url: 'https://example.com', headers: { a: 'top\nsecret' } },
    'payload.headers.a: must have values of one line',
  ],
  [
    { url: 'https://example.com', body: 1 },
    'payload.body: must be text, an object or a list; got the number 1',
  ],
  [{ url: 'https://example.com', timeout: '0s' }, 'payload.timeout: must be above 0'],
  [{ url: 'https://example.com', timeout: 'soon' }, 'payload.timeout: '],
  [{ url: 'https://example.com', expect_status: [] }, 'payload.expect_status: must have 1 to 20 statuses'],
  [{ url: 'https://example.com', expect_status: 1000 }, 'payload.expect_status: must be a whole number'],
  [
    { url: 'https://example.com', max_response_bytes: 1e9 },
    'payload.max_response_bytes: must be a whole number',
  ],
  [{ url: 'https://example.com', bodi: '' }, 'payload.bodi: unknown key'],
])('the payload %j is refused', async (payload, message) => {
  const failure = await runHandler(httpRequest(), payload as HttpRequestPayload, {}).catch(String);
  expect(failure).toContain(message);
  expect(failure).not.toContain('secret');
});

it('an operator runs such a job and can neither make one nor send it elsewhere', async () => {
  const port = await serve((_request, response) => response.end('ok'));
  const engine = await started();
  const role = (request: Request) => request.headers.get('role');
  const handle = createFetchHandler({
    engine,
    prefix: '/api',
    authorize: (request, need) => {
      if (need === 'admin' && role(request) !== 'admin')
        throw Object.assign(new Error('Only an admin may do this.'), { statusCode: 403 });
      return { id: `user:${role(request)}` };
    },
  });
  const ask = (as: string, method: string, path: string, body: object) =>
    handle(
      new Request(`http://localhost/api${path}`, {
        method,
        headers: { role: as, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  const payload = { url: `http://127.0.0.1:${port}` };
  const job = { id: 'call', name: 'Call', type: 'http_request', on_demand: true, payload };
  const elsewhere = { payload: { url: 'https://attacker.example' } };
  expect((await ask('operator', 'POST', '/jobs', job)).status).toBe(403);
  expect((await ask('admin', 'POST', '/jobs', job)).status).toBe(201);
  expect((await ask('operator', 'PUT', '/jobs/call', job)).status).toBe(403);
  expect((await ask('operator', 'PATCH', '/jobs/call', elsewhere)).status).toBe(403);
  expect((await ask('operator', 'POST', '/jobs/call/runs', elsewhere)).status).toBe(403);
  expect((await ask('operator', 'POST', '/job-types/http_request/runs', { payload })).status).toBe(403);
  expect((await ask('operator', 'POST', '/jobs/call/runs', {})).status).toBe(202);
});

it('a handler of the host sends requests through the same client', async () => {
  const request = vi.fn(async () => ({
    status: 200,
    headers: {},
    body: new TextEncoder().encode('ok'),
    isTruncated: false,
    url: 'https://example.com',
    durationMs: 1,
  }));
  const { result } = await runHandler(
    httpRequest(),
    { url: 'https://example.com' },
    {},
    { outbound: { request } },
  );
  expect(result).toMatchObject({ status: 200, excerpt: 'ok' });
  await expect(runHandler(httpRequest(), { url: 'https://example.com' }, {})).rejects.toThrow(
    'Pass `outbound:',
  );
});
