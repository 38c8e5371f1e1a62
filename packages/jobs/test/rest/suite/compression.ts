import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJob } from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

export function compression(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    for (const id of ['long-1', 'long-2', 'long-3']) await createJob(server, id);
  });
  afterAll(() => server.close());

  const get = async (url: string, accept: string) => {
    const { signal } = new AbortController();
    const response = await server.open(url, { headers: { 'accept-encoding': accept }, signal });
    const { headers } = response;
    return {
      encoding: headers.get('content-encoding'),
      type: headers.get('content-type'),
      vary: headers.get('vary'),
      text: await response.text(),
    };
  };

  test.each([
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0', 'gzip'],
    ['*', 'br'],
    ['GZIP', 'gzip'],
  ])('a body above 1 KB is compressed for a client that accepts %s', async (accept, encoding) => {
    const plain = await get('/api/jobs', 'identity');
    expect(plain.text.length).toBeGreaterThan(1_024);
    expect(await get('/api/jobs', accept)).toEqual({ ...plain, encoding });
    expect(plain).toMatchObject({ type: 'application/json; charset=utf-8', vary: 'accept-encoding' });
  });

  test.each(['identity', 'deflate', 'gzip;q=0', 'br;q=0, gzip;q=0.0', '*;q=0', 'nonsense;q=x'])(
    'a body is sent as it is to a client that accepts %s',
    async (accept) => {
      const { encoding, text } = await get('/api/jobs', accept);
      expect([encoding, JSON.parse(text).data.length]).toEqual([null, 3]);
    },
  );

  test('a short body is not compressed, nor is a stream of events', async () => {
    expect(await get('/api/jobs?q=nobody', 'br, gzip')).toMatchObject({ encoding: null, vary: null });
    const abort = new AbortController();
    const headers = { 'accept-encoding': 'br, gzip' };
    const stream = await server.open('/api/job-events', { headers, signal: abort.signal });
    expect(stream.headers.get('content-encoding')).toBeNull();
    abort.abort();
  });
}
