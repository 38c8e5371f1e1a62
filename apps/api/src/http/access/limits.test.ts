import { connect, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createTestApp } from '../../testing/test-app.ts';

test('an address has a limit of requests a minute, and each principal has its own', async () => {
  const { ask, apiToken } = await createTestApp({ RATE_LIMIT_PER_MINUTE: '3' });
  const token = await apiToken('user');
  for (let n = 0; n < 3; n += 1) expect((await ask({ url: '/api/listings' })).status).toBe(200);
  const refused = await ask({ url: '/api/listings' });
  expect(refused).toMatchObject({ status: 429, body: { status: 429, title: 'Too Many Requests' } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask({ url: '/api/listings', token })).status).toBe(200);
  expect((await ask({ url: '/api/listings', remoteAddress: '10.0.0.9' })).status).toBe(200);
});

test('guessing tokens and paths is counted as well', async () => {
  const { ask } = await createTestApp({ RATE_LIMIT_PER_MINUTE: '2' });
  expect((await ask({ url: '/api/listings', token: 'gv_guess' })).status).toBe(401);
  expect((await ask({ url: '/api/listings', token: 'gv_guess2' })).status).toBe(401);
  expect((await ask({ url: '/api/listings', token: 'gv_guess3' })).status).toBe(429);
  const other = { remoteAddress: '10.0.0.9' };
  for (let n = 0; n < 2; n += 1) expect((await ask({ url: `/guess${n}`, ...other })).status).toBe(404);
  expect((await ask({ url: '/guess3', ...other })).status).toBe(429);
  const both = { url: '/guess', token: 'gv_guess', remoteAddress: '10.0.0.10' };
  for (let n = 0; n < 2; n += 1) expect((await ask(both)).status).toBe(401);
  expect((await ask(both)).status).toBe(429);
  const unread = {
    method: 'POST',
    url: '/guess',
    headers: { 'content-type': 'application/json' },
    payload: '{',
    remoteAddress: '10.0.0.11',
  } as const;
  for (let n = 0; n < 2; n += 1) expect((await ask(unread)).status).toBe(400);
  expect((await ask(unread)).status).toBe(429);
});

test('a request whose connection breaks while its token is looked up is counted for its sender', async () => {
  const { app, ask } = await createTestApp({ RATE_LIMIT_PER_MINUTE: '100' });
  await app.listen({ host: '127.0.0.1', port: 0 });
  app.server.on('request', ({ socket }) => socket.destroy());
  const guess = { headers: { authorization: 'Bearer gv_guess' } };
  for (let n = 0; n < 20; n += 1)
    await expect(fetch(`${app.listeningOrigin}/api/listings`, guess)).rejects.toThrow('fetch failed');
  let asked = 0;
  const counted = async () => {
    asked += 1;
    const { headers } = await ask({ url: '/api/listings' });
    return 100 - asked - Number(headers['x-ratelimit-remaining']);
  };
  await expect.poll(counted).toBe(20);
});

test('no request begins for a client that disconnected while its token was looked up', async () => {
  const { app, deps } = await createTestApp();
  let lists = 0;
  const list = deps.users.list.bind(deps.users);
  Object.assign(deps.users, {
    list: (...asked: Parameters<typeof list>) => {
      lists += 1;
      return list(...asked);
    },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const actor = { id: 'test', name: 'test' };
  const expiresAt = Date.UTC(2030, 0, 1);
  const { secret } = await deps.apiTokens.make({ name: 'admin', role: 'admin', expiresAt, actor });
  const ask = () =>
    fetch(`${app.listeningOrigin}/api/users`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await ask()).status).toBe(200);
  const ended = Promise.withResolvers<void>();
  app.server.prependOnceListener('request', (request, response) => {
    response.once('close', () => ended.resolve());
    request.socket.destroy();
  });
  await expect(ask()).rejects.toThrow('fetch failed');
  await ended.promise;
  expect((await ask()).status).toBe(200);
  expect(lists).toBe(2);
});

test('sign-ins have a tenth of the limit', async () => {
  const { ask } = await createTestApp({ RATE_LIMIT_PER_MINUTE: '20' });
  const login = {
    method: 'POST',
    url: '/api/auth/login',
    payload: { email: 'a@example.com', password: 'x' },
  } as const;
  for (let n = 0; n < 2; n += 1) expect((await ask(login)).status).toBe(401);
  expect((await ask(login)).status).toBe(429);
});

test('sign-ins are counted by address, even with a token, and an IPv6 /64 is one address', async () => {
  const { ask, apiToken } = await createTestApp({ RATE_LIMIT_PER_MINUTE: '20' });
  const payload = { email: 'a@example.com', password: 'x' };
  const login = (remoteAddress: string, token?: string) =>
    ask({
      method: 'POST',
      url: '/api/auth/login',
      payload,
      remoteAddress,
      ...(token === undefined ? {} : { token }),
    });
  const tokens = await Promise.all([apiToken('user'), apiToken('user'), apiToken('user')]);
  for (const token of tokens.slice(0, 2)) expect((await login('10.0.0.9', token)).status).toBe(401);
  expect((await login('10.0.0.9', tokens[2])).status).toBe(429);
  for (const n of [1, 2]) expect((await login(`2001:db8::${n}`)).status).toBe(401);
  expect((await login('2001:db8::3')).status).toBe(429);
});

test('health checks are never refused', async () => {
  const { ask } = await createTestApp({ RATE_LIMIT_PER_MINUTE: '1' });
  for (let n = 0; n < 5; n += 1) expect((await ask({ url: '/healthz' })).status).toBe(200);
});

test('an address behind a proxy is believed only when the proxy is trusted', async () => {
  const from = (address: string) => ({ url: '/api/listings', headers: { 'x-forwarded-for': address } });
  const closed = await createTestApp({ RATE_LIMIT_PER_MINUTE: '1' });
  expect((await closed.ask(from('1.1.1.1'))).status).toBe(200);
  expect((await closed.ask(from('2.2.2.2'))).status).toBe(429);
  const open = await createTestApp({ RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: '1' });
  expect((await open.ask(from('1.1.1.1'))).status).toBe(200);
  expect((await open.ask(from('2.2.2.2'))).status).toBe(200);
  expect((await open.ask(from('9.9.9.9, 1.1.1.1'))).status).toBe(429);
  // As proxies tell it that tell the port as well.
  expect((await open.ask(from('1.1.1.1:4001'))).status).toBe(429);
  expect((await open.ask(from('[2001:db8::1]:4001'))).status).toBe(200);
  expect((await open.ask(from('[2001:db8::1]:4002'))).status).toBe(429);
  expect((await open.ask(from('2001:db8::1'))).status).toBe(429);
});

test('an address from a proxy is cut before it is stored', async () => {
  const app = await createTestApp({ TRUST_PROXY: '1' });
  const { access_token: token } = await app.signUp('ann@example.com');
  const headers = { 'x-forwarded-for': 'a'.repeat(9_000) };
  expect((await app.ask({ url: '/api/users', token, headers })).status).toBe(403);
  await app.deps.securityLog.flush();
  const audit = app.deps.database.selectFrom('audit').select('change').where('action', '=', 'forbidden');
  expect((await audit.executeTakeFirst())?.change?.length).toBeLessThan(200);
});

test('one network may have a quarter of all connections; behind a trusted proxy, it has no such limit', async () => {
  const openFrom = async (env: Readonly<Record<string, string>>) => {
    const { app } = await createTestApp({ MAX_CONNECTIONS: '480', ...env });
    const sockets = Array.from({ length: 200 }, () => {
      const socket = new Socket();
      Object.defineProperty(socket, 'remoteAddress', { value: '192.0.2.1' });
      app.server.emit('connection', socket);
      onTestFinished(() => void socket.destroy());
      return socket;
    });
    return sockets.filter(({ destroyed }) => !destroyed).length;
  };
  expect(await openFrom({})).toBe(120);
  expect(await openFrom({ TRUST_PROXY: '1' })).toBe(200);
});

test('connections have the documented limits', async () => {
  const { app } = await createTestApp({ MAX_CONNECTIONS: '480' });
  expect(app.server).toMatchObject({
    maxConnections: 480,
    headersTimeout: 20_000,
    requestTimeout: 30_000,
    timeout: 45_000,
    keepAliveTimeout: 72_000,
  });
});

test('metrics are for this machine, and for nobody else, not through a proxy either', async () => {
  const { ask } = await createTestApp();
  const answer = await ask({ url: '/metrics' });
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('http_request_duration_seconds');
  expect((await ask({ url: '/metrics', remoteAddress: '10.0.0.9' })).status).toBe(403);
  const marks = ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via', 'x-real-ip', 'cf-connecting-ip'];
  for (const mark of marks)
    expect((await ask({ url: '/metrics', headers: { [mark]: '127.0.0.1' } })).status, mark).toBe(403);
  for (const [host, status] of [
    ['127.0.0.1:8080', 200],
    ['[::1]:8080', 200],
    ['LOCALHOST', 200],
    // From a proxy that marks nothing, and from a web page whose host name resolves to this machine.
    ['shop.example.com', 403],
    ['127.0.0.1.evil.example', 403],
  ] as const)
    expect((await ask({ url: '/metrics', headers: { host } })).status, host).toBe(status);
});

test('with a trusted proxy nobody is known to be local: metrics need METRICS_TOKEN', async () => {
  const { ask } = await createTestApp({ TRUST_PROXY: 'loopback' });
  const refused = await ask({ url: '/metrics' });
  expect(refused).toMatchObject({ status: 403, body: { detail: expect.stringContaining('METRICS_TOKEN') } });
});

test('metrics in production need METRICS_TOKEN: a proxy on the same machine may add nothing to a request', async () => {
  const { ask } = await createTestApp({
    NODE_ENV: 'production',
    JWT_SECRET: 'Q7hd93Kdls02Mfhz81Lsoq64Vnbc75Xt',
  });
  expect((await ask({ url: '/metrics' })).status).toBe(403);
});

test('metrics over HTTP/1.0, and a request with two hosts, are refused', async () => {
  const { app } = await createTestApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const answerTo = async (lines: readonly string[]) => {
    const socket = connect(Number(new URL(app.listeningOrigin).port), '127.0.0.1');
    socket.end(`${lines.join('\r\n')}\r\n\r\n`);
    return (await text(socket)).split('\r\n', 1)[0];
  };
  expect(await answerTo(['GET /metrics HTTP/1.0', 'Host: localhost'])).toContain(' 403 ');
  expect(await answerTo(['GET /metrics HTTP/1.1', 'Host: localhost'])).toContain(' 200 ');
  expect(await answerTo(['GET /healthz HTTP/1.1', 'Host: a', 'host: b'])).toContain(' 400 ');
  expect(await answerTo(['GET /healthz HTTP/1.1', 'Host: a', 'Hosts: b'])).toContain(' 200 ');
});

test('METRICS_TOKEN opens the metrics from anywhere, and then nothing else does', async () => {
  const { ask } = await createTestApp({ METRICS_TOKEN: 'a-token-for-metrics' });
  const remote = { url: '/metrics', remoteAddress: '10.0.0.9' };
  expect((await ask({ ...remote, token: 'a-token-for-metrics' })).status).toBe(200);
  expect((await ask({ ...remote, token: 'a-token-for-metricz' })).status).toBe(403);
  expect((await ask({ url: '/metrics' })).status).toBe(403);
});

test('CORS is closed unless an origin is let in', async () => {
  const preflight = {
    method: 'OPTIONS',
    url: '/api/listings',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
  } as const;
  const closed = await createTestApp();
  expect((await closed.ask(preflight)).headers['access-control-allow-origin']).toBeUndefined();
  const open = await createTestApp({ CORS_ORIGINS: 'https://shop.example' });
  expect((await open.ask(preflight)).headers['access-control-allow-origin']).toBe('https://shop.example');
  const stranger = { ...preflight, headers: { ...preflight.headers, origin: 'https://evil.example' } };
  expect((await open.ask(stranger)).headers['access-control-allow-origin']).toBeUndefined();
  expect((await open.ask({ method: 'OPTIONS', url: '/api/listings' })).status).toBe(204);
});

test('where an origin is let in, a path that is not there is told from a wrong method as before', async () => {
  const { ask } = await createTestApp({ CORS_ORIGINS: 'https://shop.example' });
  expect(await ask({ url: '/nope' })).toMatchObject({ status: 404 });
  const wrong = await ask({ method: 'POST', url: '/healthz' });
  expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD']);
});

test('security headers are set, and HTTPS is promised only where there is HTTPS', async () => {
  const { ask } = await createTestApp({ TRUST_PROXY: 'loopback' });
  const plain = await ask({ url: '/healthz' });
  expect(plain.headers['content-security-policy']).toContain("default-src 'self'");
  expect(plain.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  expect(plain.headers['strict-transport-security']).toBeUndefined();
  expect(plain.headers['x-content-type-options']).toBe('nosniff');
  const others = [
    [{ url: '/%zz' }, 400],
    [{ url: '/api/users' }, 401],
    [{ url: '/nope' }, 404],
    [{ method: 'POST', url: '/healthz' }, 405],
    [{ url: '/api/listings?limit=x' }, 422],
  ] as const;
  for (const [asked, status] of others) {
    const answer = await ask(asked);
    expect(answer.status).toBe(status);
    for (const header of ['content-security-policy', 'x-content-type-options', 'x-frame-options'])
      expect(answer.headers[header], `${header} of ${status}`).toBe(plain.headers[header]);
    expect(answer.headers['cache-control']).toBe('no-store');
  }
  const secure = await ask({ url: '/healthz', headers: { 'x-forwarded-proto': 'https' } });
  expect(secure.headers['strict-transport-security']).toMatch(/^max-age=\d+/);
});
