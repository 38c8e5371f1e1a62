import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import {
  ApiError,
  type Connection,
  ConnectionError,
  connect,
  createJob,
  deleteJob,
  followRunLogs,
  getJob,
  getRunLogs,
  listJobAudit,
  listJobRuns,
  listJobs,
  listJobTypes,
  listRuns,
  patchJob,
  putJob,
  resumeJob,
  runJob,
} from '../../src/client/index.ts';
import { startOddServer } from './odd-server.ts';
import { BODY, connectTo, failureOf, holdTime, JOB, resultOf } from './scripted-connection.ts';
import { empty, html, json, problem, refused, silent } from './scripted-fetch.ts';

holdTime();

describe('a request', () => {
  test('has its values in the path encoded, and no undefined ones in the query', async () => {
    const { connection, asked } = connectTo([json(JOB), json({ data: [], next_cursor: null })]);
    await getJob(connection, 'a b/c?d#é');
    await listJobs(connection, { q: 'x&y=z', type: undefined, limit: 7, sort: '-next_run' });
    expect(asked.map(({ url }) => url)).toEqual([
      'http://api.test/api/jobs/a%20b%2Fc%3Fd%23%C3%A9',
      'http://api.test/api/jobs?q=x%26y%3Dz&limit=7&sort=-next_run',
    ]);
  });

  test.each(['', '.', '..'])('for the id "%s" is a 404 that no route is asked for', async (id) => {
    const { connection, asked } = connectTo([]);
    expect(await failureOf(deleteJob(connection, id))).toMatchObject({ name: 'ApiError', status: 404 });
    expect(asked).toEqual([]);
  });

  test('has the token of the moment', async () => {
    const tokens = ['one', undefined, 'three'];
    const { connection, asked } = connectTo([json(JOB), json(JOB), json(JOB)], {
      token: () => tokens.shift(),
    });
    for (let at = 0; at < 3; at += 1) await getJob(connection, 'a');
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer one',
      undefined,
      'Bearer three',
    ]);
  });

  test('has the headers of the connection', async () => {
    const { connection, asked } = connectTo([json(JOB)], { headers: { 'x-api-key': 'secret' } });
    await getJob(connection, 'a');
    expect(asked[0]?.headers).toMatchObject({ 'x-api-key': 'secret', accept: 'application/json' });
  });

  test('accepts JSON if its response has a body', async () => {
    const { connection, asked } = connectTo([json(JOB), empty(204)]);
    await getJob(connection, 'a');
    await deleteJob(connection, 'a');
    expect(asked.map(({ headers }) => headers.accept)).toEqual(['application/json', undefined]);
  });

  test('names the version that a change is meant for', async () => {
    const { connection, asked } = connectTo([json(JOB), json(JOB), empty(204), json(JOB, 201), json(JOB)]);
    await patchJob(connection, 'a', { name: 'B' }, { ifMatch: JOB });
    await resumeJob(connection, 'a', { ifMatch: JOB });
    await deleteJob(connection, 'a', { ifMatch: JOB });
    expect(await putJob(connection, 'a', BODY, { createOnly: true })).toEqual({ job: JOB, created: true });
    expect((await putJob(connection, 'a', BODY)).created).toBe(false);
    expect(asked.map(({ headers }) => headers['if-match'])).toEqual([
      '"7.3"',
      '"7.3"',
      '"7.3"',
      undefined,
      undefined,
    ]);
    expect(asked.map(({ headers }) => headers['if-none-match'])[3]).toBe('*');
  });

  test('to run a job has a key of its own, the same with each try', async () => {
    const { connection, asked } = connectTo([refused, json({}), json({}), json({})]);
    await resultOf(runJob(connection, 'a'));
    await resultOf(runJob(connection, 'a', { payload: { x: 1 } }));
    await resultOf(runJob(connection, 'a', { dedupe_key: 'mine' }));
    const [first, again, second, third] = asked.map(({ body }) => body);
    expect(first).toEqual({ dedupe_key: expect.stringMatching(/.{32,}/) });
    expect(again).toEqual(first);
    expect(second).toEqual({ payload: { x: 1 }, dedupe_key: expect.stringMatching(/.{32,}/) });
    expect(second).not.toMatchObject({ ...Object(first) });
    expect(third).toEqual({ dedupe_key: 'mine' });
  });

  test('that can not be sent is a fault of its caller, and not tried again', async () => {
    const { connection } = connectTo([], { token: 'snow ☃' });
    expect(await failureOf(getJob(connection, 'a'))).toBeInstanceOf(TypeError);
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const other = connectTo([]).connection;
    expect(await failureOf(createJob(other, { ...BODY, payload: circular }))).toBeInstanceOf(TypeError);
  });
});

describe('connect', () => {
  test.each(['http://api.test/api/', 'http://api.test/api//'])('takes %s', async (url) => {
    const { connection, asked } = connectTo([json(JOB)], { url });
    await getJob(connection, 'a');
    expect(asked[0]?.url).toBe('http://api.test/api/jobs/a');
  });

  test.each([
    '',
    '/api',
    'api.test/api',
    'ftp://api.test',
    'http://me:pw@api.test',
    'http://api.test/?a',
    'http://api.test/#a',
  ])('refuses %j', (url) => {
    expect(() => connect({ url })).toThrow(TypeError);
  });

  const OPTIONS = { url: 'http://api.test' };
  test.each<readonly [unknown, string]>([
    [undefined, 'connect() requires options such as { url: "http://127.0.0.1:3000/api" }; got undefined.'],
    ['http://api.test', 'connect() requires options'],
    [[], 'connect() requires options such as { url: "http://127.0.0.1:3000/api" }; got an array.'],
    [{}, '`url` must be the URL of the API as text, such as "http://127.0.0.1:3000/api"; got undefined.'],
    [
      { baseUrl: 'http://api.test' },
      'connect() has no option `baseUrl`. Its options are url, token, headers',
    ],
    [{ ...OPTIONS, valueOf: 1 }, 'connect() has no option `valueOf`.'],
    [{ ...OPTIONS, timeoutMs: '30000' }, '`timeoutMs` must be a number of milliseconds from 1 to'],
    [{ ...OPTIONS, timeoutMs: 0.5 }, '`timeoutMs` must be'],
    [{ ...OPTIONS, timeoutMs: 2 ** 31 }, '`timeoutMs` must be'],
    [{ ...OPTIONS, timeoutMs: Number.NaN }, '`timeoutMs` must be'],
    [{ ...OPTIONS, retries: -1 }, '`retries` must be a whole number of at least 0, such as 3; got -1.'],
    [{ ...OPTIONS, retries: 1.5 }, '`retries` must be'],
    [{ ...OPTIONS, token: 42 }, '`token` must be a token as text, or a function that returns one; got 42.'],
    [{ ...OPTIONS, token: null }, '`token` must be'],
    [{ ...OPTIONS, headers: new Headers({ cookie: 'a=b' }) }, '`headers` must be an object of texts'],
    [{ ...OPTIONS, headers: { cookie: ['a=b'] } }, '`headers` must be an object of texts'],
    [{ ...OPTIONS, renew: true }, '`renew` must be a function'],
    [{ ...OPTIONS, fetch: 'fetch' }, '`fetch` must be a function such as the global fetch; got "fetch".'],
  ])('says what to write instead of %j', (options, message) => {
    // What callers without TypeScript may pass.
    expect(() => Reflect.apply(connect, undefined, [options])).toThrow(message);
    expect(() => Reflect.apply(connect, undefined, [options])).toThrow(TypeError);
  });

  test('takes options that are undefined', () => {
    connect({ ...OPTIONS, token: undefined, retries: undefined, timeoutMs: undefined, fetch: undefined });
  });

  test.each([0, 1, Number.POSITIVE_INFINITY])('takes %d retries', (retries) => {
    connect({ ...OPTIONS, retries });
  });

  test('takes a path on a page, as below its origin', async () => {
    vi.stubGlobal('location', new URL('https://shop.test/console/jobs'));
    try {
      const { connection, asked } = connectTo([json(JOB)], { url: '/api' });
      await getJob(connection, 'a');
      expect(asked[0]?.url).toBe('https://shop.test/api/jobs/a');
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('a refusal', () => {
  test('is the problem document of the server', async () => {
    const faults = [{ pointer: '/interval', detail: 'must be longer' }];
    const body = {
      title: 'Unprocessable Content',
      status: 422,
      detail: 'Not valid.',
      instance: 'r-9',
      errors: faults,
    };
    const { connection } = connectTo([json(body, 422)]);
    const error = await failureOf(createJob(connection, BODY));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      message: 'Not valid.',
      status: 422,
      title: 'Unprocessable Content',
      detail: 'Not valid.',
      faults,
      requestId: 'r-9',
      retryAfterMs: undefined,
    });
  });

  test.each([
    ['a page of a proxy', html(404)],
    ['nothing', empty(404)],
    ['JSON of somebody else', json(['no'], 404)],
    ['JSON of other types', json({ detail: 7, title: {}, instance: null, errors: [{ pointer: 1 }] }, 404)],
  ])('of %s still has a message', async (_what, step) => {
    const { connection } = connectTo([step]);
    const error = await failureOf(getJob(connection, 'a'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, faults: [], requestId: undefined });
    expect(String(error)).toMatch(/^ApiError: There is no such route/);
  });

  test('has the id of its request from the header, too', async () => {
    const { connection } = connectTo([html(403, { 'x-request-id': 'r-5' })]);
    expect(await failureOf(getJob(connection, 'a'))).toMatchObject({ status: 403, requestId: 'r-5' });
  });
});

describe('an answer that is not of this API', () => {
  test.each([
    ['a page', html(200)],
    ['no body', empty(204)],
    ['a JSON text', json('hello')],
    ['null', json(null)],
    ['a list', json([])],
  ])('%s is said to be so, once', async (_what, step) => {
    const { connection, asked } = connectTo([step]);
    const error = await failureOf(getJob(connection, 'a'));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'not_this_api' });
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['jobs', (c: Connection) => listJobs(c)],
    ['runs', (c: Connection) => listRuns(c)],
    ['runs of a job', (c: Connection) => listJobRuns(c, 'a')],
    ['types', listJobTypes],
    ['lines of a log', (c: Connection) => getRunLogs(c, '1')],
    ['audit records', (c: Connection) => listJobAudit(c)],
  ])('a page of %s without a list', async (_what, list: (c: Connection) => Promise<unknown>) => {
    for (const body of [{}, { data: 5, next_cursor: null }, []]) {
      const { connection } = connectTo([json(body)]);
      expect(await failureOf(list(connection))).toMatchObject({ code: 'not_this_api' });
    }
  });

  test('a body where none belongs', async () => {
    const { connection } = connectTo([html(200)]);
    expect(await failureOf(deleteJob(connection, 'a'))).toMatchObject({ code: 'not_this_api' });
  });
});

test('an answer from elsewhere, by a redirect, is none', async () => {
  vi.useRealTimers();
  const { connection, asked } = await startOddServer(
    [(response) => response.writeHead(301, { location: '/api/jobs' }).end()],
    { retries: 0 },
  );
  await expect(createJob(connection, BODY)).rejects.toMatchObject({ code: 'no_answer' });
  expect(asked).toHaveLength(1);
});

test.each([200, 404])('an answer of %i that never ends is given up, once', async (status) => {
  vi.useRealTimers();
  const { connection, asked } = await startOddServer([
    (response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      Readable.from(endlessly(Buffer.alloc(1_048_576, ' '))).pipe(response);
    },
  ]);
  await expect(getJob(connection, 'a')).rejects.toMatchObject({ name: 'ConnectionError', code: 'too_long' });
  await expect.poll(() => asked).toMatchObject([{ isOpen: false }]);
});

function* endlessly<T>(thing: T): Generator<T> {
  for (;;) yield thing;
}

test('an answer that breaks off is none', async () => {
  vi.useRealTimers();
  const { connection, asked } = await startOddServer(
    [
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"id":', () => response.destroy());
      },
      (response) => response.end(JSON.stringify(JOB)),
    ],
    { retries: 1 },
  );
  expect(await getJob(connection, 'a')).toEqual(JOB);
  expect(asked).toHaveLength(2);
});

describe('a caller that gives up', () => {
  const reason = new Error('the page was left');

  test('before anything is sent', async () => {
    const { connection, asked } = connectTo([]);
    expect(await failureOf(getJob(connection, 'a', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(asked).toEqual([]);
  });

  test.each([0, 3])('while the answer is awaited, with %d tries to go', async (retries) => {
    const { connection, asked } = connectTo([silent], { retries });
    const left = new AbortController();
    const job = failureOf(getJob(connection, 'a', { signal: left.signal }));
    await vi.waitFor(() => expect(asked).toHaveLength(1), CONDITION_MS);
    left.abort(reason);
    expect(await job).toBe(reason);
  });

  test('while it waits to try again', async () => {
    const { connection, asked } = connectTo([problem(429, { 'retry-after': '30' })]);
    const left = new AbortController();
    const job = getJob(connection, 'a', { signal: left.signal }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    left.abort(reason);
    expect(await job).toBe(reason);
    expect(asked).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('an answer that takes too long is no answer', async () => {
  vi.useRealTimers();
  const { connection, asked } = connectTo([silent], { timeoutMs: 20, retries: 0 });
  const error = await getJob(connection, 'a').catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({
    code: 'timeout',
    message: 'No complete response from http://api.test/api within 0.02 s.',
  });
  expect(asked).toHaveLength(1);
});

test('following a log reads until the run has ended, and once more', async () => {
  const run = (status: string) => json({ id: '1', status });
  const log = (...messages: string[]) =>
    json({ data: messages.map((message) => ({ at: message, level: 'info', message, fields: null })) });
  const { connection, asked } = connectTo([
    run('queued'),
    log(),
    run('running'),
    log('a', 'b'),
    run('running'),
    log('b', 'c'),
    run('succeeded'),
    log('b', 'c', 'd'),
  ]);
  const lines = await resultOf(Array.fromAsync(followRunLogs(connection, '1'), ({ message }) => message));
  expect(lines).toEqual(['a', 'b', 'c', 'd']);
  expect(asked.map(({ url }) => url.replace('http://api.test/api/runs/1', ''))).toEqual(
    Array.from({ length: 4 }, () => ['', '/logs']).flat(),
  );
});
