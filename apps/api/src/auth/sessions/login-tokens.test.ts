import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../../testing/test-app.ts';
import { textOf } from '../../testing/test-bodies.ts';
import { REFRESH_LEEWAY_MS } from './sessions.ts';

const DAY_MS = 86_400_000;

const logIn = ({ ask }: TestApp, email: string, password = PASSWORD) =>
  ask({ method: 'POST', url: '/api/auth/login', payload: { email, password } });

const refresh = ({ ask }: TestApp, token: string) =>
  ask({ method: 'POST', url: '/api/auth/refresh', payload: { refresh_token: token } });

const me = ({ ask }: TestApp, token: string) => ask({ url: '/api/auth/me', token });

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('a refresh token is good for one use, and stored as a hash only', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const first = await app.signUp('ann@example.com');
    const second = await refresh(app, first.refresh_token);
    expect(second.status).toBe(200);
    expect(textOf(second.body, 'refresh_token')).not.toBe(first.refresh_token);
    expect(await me(app, textOf(second.body, 'access_token'))).toMatchObject({ status: 200 });
    const rows = await app.deps.database.selectFrom('refresh_tokens').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(first.refresh_token);
  });

  test('a refresh token that comes twice revokes its whole family, and no other', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const stolen = await app.signUp('ann@example.com');
    const other = (await logIn(app, 'ann@example.com')).body;
    const newest = (await refresh(app, stolen.refresh_token)).body;
    app.time.now += REFRESH_LEEWAY_MS;
    expect(await refresh(app, stolen.refresh_token)).toMatchObject({ status: 401 });
    expect(await refresh(app, textOf(newest, 'refresh_token'))).toMatchObject({ status: 401 });
    expect(await refresh(app, textOf(other, 'refresh_token'))).toMatchObject({ status: 200 });
  });

  test('a client that lost the answer gets the same refresh token again, and it works', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { refresh_token } = await app.signUp('ann@example.com');
    const lost = (await refresh(app, refresh_token)).body;
    app.time.now += REFRESH_LEEWAY_MS - 1;
    const again = await refresh(app, refresh_token);
    expect(textOf(again.body, 'refresh_token')).toBe(textOf(lost, 'refresh_token'));
    expect(await me(app, textOf(again.body, 'access_token'))).toMatchObject({ status: 200 });
    expect(await refresh(app, textOf(lost, 'refresh_token'))).toMatchObject({ status: 200 });
    const rows = await app.deps.database.selectFrom('refresh_tokens').selectAll().execute();
    expect(rows).toHaveLength(3);
  });

  test('a token that comes again once its successor was used is taken for a stolen one at once', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { refresh_token } = await app.signUp('ann@example.com');
    const second = textOf((await refresh(app, refresh_token)).body, 'refresh_token');
    const third = textOf((await refresh(app, second)).body, 'refresh_token');
    expect(await refresh(app, refresh_token)).toMatchObject({ status: 401 });
    expect(await refresh(app, third)).toMatchObject({ status: 401 });
  });

  test('two who go on with the same token are noticed as soon as they use one ten seconds apart', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    let token = (await app.signUp('ann@example.com')).refresh_token;
    for (let step = 0; step < 3; step += 1) {
      const owners = textOf((await refresh(app, token)).body, 'refresh_token');
      app.time.now += REFRESH_LEEWAY_MS - 1;
      const thiefs = textOf((await refresh(app, token)).body, 'refresh_token');
      expect(thiefs).toBe(owners);
      token = owners;
      app.time.now += 15 * 60_000;
    }
    const last = textOf((await refresh(app, token)).body, 'refresh_token');
    app.time.now += REFRESH_LEEWAY_MS;
    expect(await refresh(app, token)).toMatchObject({ status: 401 });
    expect(await refresh(app, last)).toMatchObject({ status: 401 });
  });

  test('a refresh token that is used twice at the same time has one successor', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { refresh_token } = await app.signUp('ann@example.com');
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(app, refresh_token)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(answers.map(({ body }) => textOf(body, 'refresh_token'))).size).toBe(1);
  });

  test('a refresh token expires', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { refresh_token } = await app.signUp('ann@example.com');
    app.time.now += 30 * DAY_MS;
    expect(await refresh(app, refresh_token)).toMatchObject({ status: 401 });
  });

  test('a session ends 90 days after its sign-in, however often it is refreshed', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    let { refresh_token: token } = await app.signUp('ann@example.com');
    for (let days = 20; days < 90; days += 20) {
      app.time.now += 20 * DAY_MS;
      token = textOf((await refresh(app, token)).body, 'refresh_token');
    }
    app.time.now += 10 * DAY_MS - 1;
    const last = await refresh(app, token);
    expect(last).toMatchObject({ status: 200 });
    app.time.now += 1;
    expect(await refresh(app, textOf(last.body, 'refresh_token'))).toMatchObject({ status: 401 });
    app.time.now += 15 * 60_000;
    expect(await me(app, textOf(last.body, 'access_token'))).toMatchObject({ status: 401 });
    const now = await logIn(app, 'ann@example.com');
    expect(await refresh(app, textOf(now.body, 'refresh_token'))).toMatchObject({ status: 200 });
  });

  test('a log-out ends the login', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { refresh_token } = await app.signUp('ann@example.com');
    const out = { method: 'POST', url: '/api/auth/logout', payload: { refresh_token } } as const;
    expect(await app.ask(out)).toMatchObject({ status: 204, body: '' });
    expect(await app.ask(out)).toMatchObject({ status: 204 });
    expect(await refresh(app, refresh_token)).toMatchObject({ status: 401 });
  });

  test('an access token expires after 15 minutes', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token } = await app.signUp('ann@example.com');
    app.time.now += 14 * 60_000;
    expect(await me(app, access_token)).toMatchObject({ status: 200 });
    app.time.now += 61_000;
    expect(await me(app, access_token)).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  });

  test('forged access tokens are refused: no algorithm, another algorithm, another issuer, a changed subject', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token, user } = await app.signUp('ann@example.com');
    const secret = (await app.deps.secrets.find('jwt-secret'))?.value ?? '';
    const [, payload = '', signature = ''] = access_token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = (header: object, body: object, hash: string) => {
      const text = `${encode(header)}.${encode(body)}`;
      return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
    };
    // The way to sign is right, so what follows is refused for what it says.
    expect(await me(app, signed({ alg: 'HS256' }, claims, 'sha256'))).toMatchObject({ status: 200 });
    const forged = [
      `${encode({ alg: 'none' })}.${payload}.`,
      `${encode({ alg: 'none' })}.${payload}.${signature}`,
      signed({ alg: 'HS512' }, claims, 'sha512'),
      signed({ alg: 'HS256' }, { ...claims, iss: 'other' }, 'sha256'),
      signed({ alg: 'HS256' }, { ...claims, aud: 'other' }, 'sha256'),
      signed({ alg: 'HS256' }, { ...claims, exp: undefined }, 'sha256'),
      signed({ alg: 'HS256' }, { ...claims, sub: 'nobody' }, 'sha256'),
      access_token.replace(payload, encode({ ...claims, sub: `${user.id}x` })),
    ];
    for (const token of forged) expect(await me(app, token)).toMatchObject({ status: 401 });
  });

  test('a bad token is refused even where none is needed', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    expect(await app.ask({ url: '/api/listings' })).toMatchObject({ status: 200 });
    expect(await app.ask({ url: '/api/listings', token: 'gv_nonsense' })).toMatchObject({ status: 401 });
    const basic = { authorization: 'Basic YTpi' };
    expect(await app.ask({ url: '/api/listings', headers: basic })).toMatchObject({ status: 401 });
  });
});
