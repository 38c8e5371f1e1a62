import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../../testing/test-app.ts';
import { listOf, textOf } from '../../testing/test-bodies.ts';
import { endSessions, MOST_SESSIONS } from './sessions.ts';

const logIn = async ({ ask }: TestApp, email: string, userAgent = 'Firefox') => {
  const headers = { 'user-agent': userAgent };
  const payload = { email, password: PASSWORD };
  const { body } = await ask({ method: 'POST', url: '/api/auth/login', payload, headers });
  return { access: textOf(body, 'access_token'), refresh: textOf(body, 'refresh_token') };
};

const sessionsOf = async ({ ask }: TestApp, token: string, url = '/api/auth/sessions') =>
  listOf((await ask({ url, token })).body, 'data');

const isAlive = async ({ ask }: TestApp, token: string): Promise<boolean> =>
  (await ask({ url: '/api/auth/me', token })).status === 200;

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('a user sees where the account is signed in, and since when', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const ann = await app.signUp('ann@example.com');
    await app.signUp('bob@example.com');
    app.time.now += 60_000;
    const { refresh } = await logIn(app, 'ann@example.com', 'curl/8 \u0001 with a control character');
    app.time.now += 60_000;
    const payload = { refresh_token: refresh };
    const headers = { 'user-agent': `Safari ${'x'.repeat(500)}` };
    await app.ask({ method: 'POST', url: '/api/auth/refresh', payload, headers });
    const sessions = await sessionsOf(app, ann.access_token);
    expect(sessions).toMatchObject([
      {
        current: false,
        created_at: '2026-01-01T00:01:00.000Z',
        last_used_at: '2026-01-01T00:02:00.000Z',
        expires_at: '2026-01-31T00:02:00.000Z',
        address: '127.0.0.1',
      },
      { current: true, created_at: '2026-01-01T00:00:00.000Z', user_agent: expect.any(String) },
    ]);
    expect(textOf(sessions, 0, 'user_agent')).toMatch(/^Safari x+$/);
    expect(textOf(sessions, 0, 'user_agent')).toHaveLength(200);
  });

  test('a user ends one session, which is over at once, and nobody else can', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const ann = await app.signUp('ann@example.com');
    const bob = await app.signUp('bob@example.com');
    const other = await logIn(app, 'ann@example.com');
    const id = textOf(await sessionsOf(app, other.access), 0, 'id');
    const end = { method: 'DELETE', url: `/api/auth/sessions/${id}` } as const;
    expect(await app.ask({ ...end, token: bob.access_token })).toMatchObject({ status: 404 });
    expect(await app.ask(end)).toMatchObject({ status: 401 });
    expect(await isAlive(app, other.access)).toBe(true);
    expect(await app.ask({ ...end, token: ann.access_token })).toMatchObject({ status: 204 });
    expect(await isAlive(app, other.access)).toBe(false);
    const payload = { refresh_token: other.refresh };
    expect(await app.ask({ method: 'POST', url: '/api/auth/refresh', payload })).toMatchObject({
      status: 401,
    });
    expect(await isAlive(app, ann.access_token)).toBe(true);
    expect(await app.ask({ ...end, token: ann.access_token })).toMatchObject({ status: 404 });
  });

  test('signing out everywhere ends all sessions of the user, and of nobody else', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const ann = await app.signUp('ann@example.com');
    const bob = await app.signUp('bob@example.com');
    const other = await logIn(app, 'ann@example.com');
    const everywhere = { method: 'DELETE', url: '/api/auth/sessions' } as const;
    expect(await app.ask({ ...everywhere, token: ann.access_token })).toMatchObject({ status: 204 });
    for (const token of [ann.access_token, other.access]) expect(await isAlive(app, token)).toBe(false);
    expect(await isAlive(app, bob.access_token)).toBe(true);
  });

  test('an admin sees and ends the sessions of a user; others may not, and an API token has none', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const operator = await app.apiToken('operator');
    const ann = await app.signUp('ann@example.com');
    const other = await logIn(app, 'ann@example.com');
    const url = `/api/users/${ann.user.id}/sessions`;
    for (const method of ['GET', 'DELETE'] as const) {
      expect(await app.ask({ method, url })).toMatchObject({ status: 401 });
      for (const token of [ann.access_token, operator])
        expect(await app.ask({ method, url, token })).toMatchObject({ status: 403 });
      expect(await app.ask({ method, url: '/api/users/nobody/sessions', token: admin })).toMatchObject({
        status: 404,
      });
      expect(await app.ask({ method, url: '/api/auth/sessions', token: operator })).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining('API token') },
      });
    }
    const id = textOf(await sessionsOf(app, admin, url), 0, 'id');
    const end = { method: 'DELETE', url: `${url}/${id}` } as const;
    expect(await app.ask({ ...end, token: operator })).toMatchObject({ status: 403 });
    expect(await app.ask({ ...end, token: admin })).toMatchObject({ status: 204 });
    expect(await isAlive(app, other.access)).toBe(false);
    expect(await app.ask({ method: 'DELETE', url, token: admin })).toMatchObject({ status: 204 });
    expect(await isAlive(app, ann.access_token)).toBe(false);
    const { body } = await app.ask({ url: `/api/audit?target=user:${ann.user.id}`, token: admin });
    expect(listOf(body, 'data').slice(0, 2)).toMatchObject([
      { action: 'session.end', actor_name: 'admin', change: { ended_sessions: 1 } },
      { action: 'session.end', change: { sessions: [id] } },
    ]);
  });

  test('a sign-in beyond 50 sessions ends the one that nobody used for the longest time', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const ann = await app.signUp('ann@example.com');
    const user = await app.deps.users.get(ann.user.id);
    if (user === undefined) throw new Error('Ann has an account');
    const begin = async () => {
      app.time.now += 1_000;
      return app.deps.sessions.begin(user, { address: '127.0.0.1', userAgent: undefined });
    };
    const unused = await begin();
    for (let n = 2; n < MOST_SESSIONS; n += 1) await begin();
    const refreshOf = (refresh_token: string | undefined) =>
      app.ask({ method: 'POST', url: '/api/auth/refresh', payload: { refresh_token } });
    const kept = await refreshOf(ann.refresh_token);
    const newest = await begin();
    const rows = await app.deps.database.selectFrom('sessions').select('id').execute();
    expect(rows).toHaveLength(MOST_SESSIONS);
    expect(await refreshOf(unused?.refreshToken)).toMatchObject({ status: 401 });
    expect(await refreshOf(textOf(kept.body, 'refresh_token'))).toMatchObject({ status: 200 });
    expect(await refreshOf(newest?.refreshToken)).toMatchObject({ status: 200 });
  });

  test('a refresh that comes while its session is ended does not outlive it', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token, refresh_token } = await app.signUp('ann@example.com');
    const [refreshed] = await Promise.all([
      app.ask({ method: 'POST', url: '/api/auth/refresh', payload: { refresh_token } }),
      app.ask({ method: 'DELETE', url: '/api/auth/sessions', token: access_token }),
    ]);
    if (refreshed.status === 200) {
      const payload = { refresh_token: textOf(refreshed.body, 'refresh_token') };
      expect(await app.ask({ method: 'POST', url: '/api/auth/refresh', payload })).toMatchObject({
        status: 401,
      });
    }
    expect(await app.deps.database.selectFrom('sessions').selectAll().execute()).toEqual([]);
  });
});

test('all sessions of an account end under one lock of PostgreSQL, which has room for some thousands', async () => {
  const { deps, signUp, time } = await createTestApp(await databaseEnv('postgres'));
  const { user } = await signUp('ann@example.com');
  const session = { user_id: user.id, created_at: 1, last_used_at: 1, expires_at: time.now * 2 };
  const rows = Array.from({ length: 100 }, (_, n) => ({
    ...session,
    id: `${n}`,
    address: null,
    user_agent: null,
  }));
  await deps.database.insertInto('sessions').values(rows).execute();
  const locks = await deps.database.transaction().execute(async (trx) => {
    expect(await endSessions(trx, { userId: user.id, now: time.now })).toBe(101);
    const held = sql<{ n: number }>`
      SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`;
    return (await held.execute(trx)).rows;
  });
  expect(locks).toEqual([{ n: 1 }]);
});
