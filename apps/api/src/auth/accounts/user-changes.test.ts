import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../../testing/test-app.ts';
import { listOf } from '../../testing/test-bodies.ts';

const disable = ({ ask }: TestApp, token: string, userId: string, disabled = true) =>
  ask({ method: 'PATCH', url: `/api/users/${userId}`, token, payload: { disabled } });

const logIn = ({ ask }: TestApp, email: string) =>
  ask({ method: 'POST', url: '/api/auth/login', payload: { email, password: PASSWORD } });

const refresh = ({ ask }: TestApp, refresh_token: string) =>
  ask({ method: 'POST', url: '/api/auth/refresh', payload: { refresh_token } });

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('a disabled account loses its sessions at once, and can not sign in until it is enabled', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const ann = await app.signUp('ann@example.com');
    const other = await app.signUp('bob@example.com');
    expect(await disable(app, admin, ann.user.id)).toMatchObject({ status: 200, body: { disabled: true } });
    expect(await app.ask({ url: '/api/auth/me', token: ann.access_token })).toMatchObject({ status: 401 });
    expect(await refresh(app, ann.refresh_token)).toMatchObject({ status: 401 });
    expect(await logIn(app, 'ann@example.com')).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('disabled') },
    });
    expect(await app.ask({ url: '/api/auth/me', token: other.access_token })).toMatchObject({ status: 200 });
    expect(await disable(app, admin, ann.user.id, false)).toMatchObject({ body: { disabled: false } });
    expect(await app.ask({ url: '/api/auth/me', token: ann.access_token })).toMatchObject({ status: 401 });
    expect(await logIn(app, 'ann@example.com')).toMatchObject({ status: 200 });
  });

  test('a wrong password of a disabled account is answered like any wrong password', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const ann = await app.signUp('ann@example.com');
    await disable(app, await app.apiToken('admin'), ann.user.id);
    const payload = { email: 'ann@example.com', password: 'not the password' };
    expect(await app.ask({ method: 'POST', url: '/api/auth/login', payload })).toMatchObject({ status: 401 });
  });

  test('the last enabled admin can neither be disabled nor demoted, even when two are disabled at the same time', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const token = await app.apiToken('admin');
    const ann = await app.signUp('ann@example.com', 'admin');
    const bob = await app.signUp('bob@example.com', 'admin');
    const answers = await Promise.all([ann, bob].map(({ user }) => disable(app, token, user.id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const enabled = answers[0]?.status === 409 ? ann : bob;
    const demote = { method: 'PATCH', url: `/api/users/${enabled.user.id}`, token } as const;
    expect(await app.ask({ ...demote, payload: { role: 'user' } })).toMatchObject({ status: 409 });
    expect(await app.ask({ ...demote, payload: {} })).toMatchObject({ status: 422 });
  });

  test('disabling and enabling are audited with who did it, and once', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.signUp('root@example.com', 'admin');
    const { user } = await app.signUp('ann@example.com');
    for (const disabled of [true, true, false]) await disable(app, admin.access_token, user.id, disabled);
    const { body } = await app.ask({ url: `/api/audit?target=user:${user.id}`, token: admin.access_token });
    const by = { actor: `user:${admin.user.id}`, change: { email: 'ann@example.com' } };
    expect(listOf(body, 'data').slice(0, 2)).toMatchObject([
      { ...by, action: 'user.enable' },
      { ...by, action: 'user.disable' },
    ]);
    expect(listOf(body, 'data')).toHaveLength(3);
  });

  test('an access token is refused as soon as its session was logged out', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token, refresh_token } = await app.signUp('ann@example.com');
    const payload = { refresh_token };
    await app.ask({ method: 'POST', url: '/api/auth/logout', payload });
    expect(await app.ask({ url: '/api/auth/me', token: access_token })).toMatchObject({ status: 401 });
  });

  test('sessions of a version without a table of sessions continue', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { refresh_token } = await app.signUp('ann@example.com');
    await app.deps.database.deleteFrom('sessions').execute();
    const refreshed = await refresh(app, refresh_token);
    expect(refreshed).toMatchObject({ status: 200 });
    expect(await app.deps.database.selectFrom('sessions').selectAll().execute()).toHaveLength(1);
  });
});
