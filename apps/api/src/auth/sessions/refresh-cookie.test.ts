import { parseSetCookie } from 'cookie';
import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../../testing/test-app.ts';
import { textOf } from '../../testing/test-bodies.ts';
import { REFRESH_LEEWAY_MS } from './sessions.ts';

const CREDENTIALS = { email: 'ann@example.com', password: PASSWORD };
const IN_COOKIE = { 'x-refresh-token': 'cookie' };

/** The cookie that an answer sets. */
function cookieIn({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) {
  return parseSetCookie(String(headers['set-cookie']));
}

/** A browser's request with this value in the cookie. */
function post({ ask }: TestApp, path: string, value: string | undefined, headers: object = IN_COOKIE) {
  const cookie = value === undefined ? {} : { cookie: `other=1; greenvue_refresh=${value}` };
  return ask({ method: 'POST', url: `/api/auth/${path}`, headers: { ...cookie, ...headers } });
}

async function signedIn(app: TestApp): Promise<string> {
  await app.signUp(CREDENTIALS.email);
  const url = '/api/auth/login';
  const answer = await app.ask({ method: 'POST', url, payload: CREDENTIALS, headers: IN_COOKIE });
  expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer', user: { name: 'Ann' } } });
  expect(answer.body).not.toHaveProperty('refresh_token');
  return cookieIn(answer).value ?? '';
}

const me = ({ ask }: TestApp, token: string) => ask({ url: '/api/auth/me', token });

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('a page signs in, refreshes and signs out with a cookie, and sees no refresh token', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const first = await signedIn(app);
    const refreshed = await post(app, 'refresh', first);
    expect(refreshed.status).toBe(200);
    expect(refreshed.body).not.toHaveProperty('refresh_token');
    const { value: second } = cookieIn(refreshed);
    expect(second).not.toBe(first);
    const token = textOf(refreshed.body, 'access_token');
    expect(await me(app, token)).toMatchObject({ status: 200 });
    const out = await post(app, 'logout', second);
    expect(out).toMatchObject({ status: 204, body: '' });
    expect(cookieIn(out)).toMatchObject({ value: '', maxAge: 0, path: '/api/auth' });
    expect(await me(app, token)).toMatchObject({ status: 401 });
    expect(await post(app, 'refresh', second)).toMatchObject({ status: 401 });
  });

  test('a cookie that comes twice, more than ten seconds apart, ends the session', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const first = await signedIn(app);
    const second = cookieIn(await post(app, 'refresh', first)).value;
    expect(cookieIn(await post(app, 'refresh', first)).value).toBe(second);
    app.time.now += REFRESH_LEEWAY_MS;
    expect(await post(app, 'refresh', first)).toMatchObject({ status: 401 });
    expect(await post(app, 'refresh', second)).toMatchObject({ status: 401 });
  });
});

test('no script can read the cookie, no other site sends it, and other routes do not get it', async () => {
  const app = await createTestApp({ TRUST_PROXY: 'true' });
  await app.signUp(CREDENTIALS.email);
  const logIn = (headers: object) =>
    app.ask({
      method: 'POST',
      url: '/api/auth/login',
      payload: CREDENTIALS,
      headers: { ...IN_COOKIE, ...headers },
    });
  const plain = cookieIn(await logIn({}));
  expect(plain).toMatchObject({ httpOnly: true, sameSite: 'strict', path: '/api/auth', maxAge: 2_592_000 });
  expect(plain.domain).toBeUndefined();
  expect(plain.secure).toBeUndefined();
});

test('over HTTPS, a server on another subdomain can not set the cookie', async () => {
  const app = await createTestApp({ TRUST_PROXY: 'true' });
  await app.signUp(CREDENTIALS.email);
  const post = (path: string, cookie: string) =>
    app.ask({
      method: 'POST',
      url: `/api/auth/${path}`,
      ...(path === 'login' ? { payload: CREDENTIALS } : {}),
      headers: { ...IN_COOKIE, 'x-forwarded-proto': 'https', cookie },
    });
  const { name, value, ...properties } = cookieIn(await post('login', 'other=1'));
  expect(name).toBe('__Host-greenvue_refresh');
  expect(properties).toMatchObject({ path: '/', secure: true, httpOnly: true, sameSite: 'strict' });
  expect(properties.domain).toBeUndefined();
  expect(await post('refresh', `greenvue_refresh=${value}`)).toMatchObject({ status: 401 });
  expect(await post('refresh', `greenvue_refresh=theirs; ${name}=${value}`)).toMatchObject({ status: 200 });
  expect(cookieIn(await post('logout', `${name}=${value}`))).toMatchObject({ name, maxAge: 0, path: '/' });
});

test('without its header, which no other origin can send, the cookie is nothing', async () => {
  const app = await createTestApp();
  const cookie = await signedIn(app);
  for (const path of ['refresh', 'logout']) {
    const form = { 'content-type': 'text/plain', origin: 'https://evil.example' };
    expect((await post(app, path, cookie, form)).status).toBeGreaterThanOrEqual(400);
    expect(await post(app, path, cookie, {})).toMatchObject({ status: 422 });
    expect(await post(app, path, cookie, { 'x-refresh-token': 'body' })).toMatchObject({ status: 422 });
    const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const asked = await app.ask({ method: 'OPTIONS', url: `/api/auth/${path}`, headers: preflight });
    expect(asked.headers).not.toHaveProperty('access-control-allow-origin');
  }
  expect(await post(app, 'refresh', cookie)).toMatchObject({ status: 200 });
});

test('an origin that CORS allows may not use the cookie either: it is sent without credentials', async () => {
  const origin = 'https://shop.example';
  const app = await createTestApp({ CORS_ORIGINS: origin });
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-refresh-token',
  };
  const answer = await app.ask({ method: 'OPTIONS', url: '/api/auth/refresh', headers });
  expect(answer.headers).toHaveProperty('access-control-allow-origin', origin);
  expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
});

test('clients with the token in the body go on as before, and set no cookie', async () => {
  const app = await createTestApp();
  const { refresh_token } = await app.signUp(CREDENTIALS.email);
  const url = '/api/auth/refresh';
  const answer = await app.ask({ method: 'POST', url, payload: { refresh_token } });
  expect(answer).toMatchObject({ status: 200, body: { refresh_token: expect.stringMatching(/^gvr_/) } });
  expect(answer.headers).not.toHaveProperty('set-cookie');
  const empty = await app.ask({ method: 'POST', url, payload: {} });
  expect(empty).toMatchObject({ status: 422, body: { errors: [{ pointer: '/refresh_token' }] } });
});

test('without a cookie there is nobody to refresh, and a log-out is fine', async () => {
  const app = await createTestApp();
  expect(await post(app, 'refresh', undefined)).toMatchObject({ status: 401 });
  expect(await post(app, 'refresh', 'gvr_nonsense')).toMatchObject({ status: 401 });
  expect(await post(app, 'logout', undefined)).toMatchObject({ status: 204 });
});
