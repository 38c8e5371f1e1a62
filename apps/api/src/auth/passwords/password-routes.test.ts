import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../../testing/test-app.ts';
import { listOf, textOf } from '../../testing/test-bodies.ts';
import { ensureFirstAdmin } from '../accounts/first-admin.ts';

const NEXT = 'another horse battery';
const EMAIL = 'admin@example.com';

const logIn = ({ ask }: TestApp, password: string, email = 'ann@example.com') =>
  ask({ method: 'POST', url: '/api/auth/login', payload: { email, password } });

const change = ({ ask }: TestApp, token: string, current_password = PASSWORD, new_password = NEXT) =>
  ask({ method: 'POST', url: '/api/auth/password', token, payload: { current_password, new_password } });

const startWith = ({ deps }: TestApp, password?: string) =>
  ensureFirstAdmin({ ...deps, email: EMAIL, password });

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('a user changes the password: the other sessions end, this one continues', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const ann = await app.signUp('ann@example.com');
    const other = textOf((await logIn(app, PASSWORD)).body, 'access_token');
    expect(await change(app, ann.access_token)).toMatchObject({ status: 204 });
    expect(await app.ask({ url: '/api/auth/me', token: other })).toMatchObject({ status: 401 });
    expect(await app.ask({ url: '/api/auth/me', token: ann.access_token })).toMatchObject({ status: 200 });
    const payload = { refresh_token: ann.refresh_token };
    expect(await app.ask({ method: 'POST', url: '/api/auth/refresh', payload })).toMatchObject({
      status: 200,
    });
    expect(await logIn(app, PASSWORD)).toMatchObject({ status: 401 });
    expect(await logIn(app, NEXT)).toMatchObject({ status: 200 });
    const { body } = await app.ask({
      url: '/api/audit?action=user.password',
      token: await app.apiToken('admin'),
    });
    expect(listOf(body, 'data')).toMatchObject([
      { actor: `user:${ann.user.id}`, target: `user:${ann.user.id}`, change: { ended_sessions: 1 } },
    ]);
    expect(JSON.stringify(body)).not.toContain(NEXT);
  });

  test('a password is not changed without the current one, to the same, or to a short one', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token: token } = await app.signUp('ann@example.com');
    const refused = async (answer: ReturnType<typeof change>) =>
      textOf((await answer).body, 'errors', 0, 'pointer');
    expect(await refused(change(app, token, 'not the password'))).toBe('/current_password');
    expect(await refused(change(app, token, PASSWORD, PASSWORD))).toBe('/new_password');
    expect(await refused(change(app, token, PASSWORD, 'short'))).toBe('/new_password');
    expect(await change(app, await app.apiToken('admin'))).toMatchObject({ status: 403 });
    expect(await logIn(app, PASSWORD)).toMatchObject({ status: 200 });
  });

  test('guessing the current password with a stolen token is slowed down as sign-ins are', async () => {
    const app = await createTestApp({ ...(await databaseEnv(dialect)), RATE_LIMIT_LOGIN_FAILURES: '3' });
    const { access_token: token } = await app.signUp('ann@example.com');
    for (let guess = 0; guess < 3; guess += 1) await change(app, token, `guess ${guess}`);
    expect(await change(app, token)).toMatchObject({
      status: 429,
      headers: { 'retry-after': expect.anything() },
    });
  });

  test('one of two password changes at the same time wins', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token: token } = await app.signUp('ann@example.com');
    const answers = await Promise.all(
      ['one', 'two'].map((n) => change(app, token, PASSWORD, `${NEXT} ${n}`)),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    const works = await Promise.all(['one', 'two'].map((n) => logIn(app, `${NEXT} ${n}`)));
    expect(works.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  test('a common ADMIN_PASSWORD is refused by the start that makes the admin, without showing it, and by no other', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const error: unknown = await startWith(app, 'Password123').catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/ADMIN_PASSWORD is one of the first .*attackers try: use several words/);
    expect(String(error)).not.toContain('Password123');
    await startWith(app, 'four words at random');
    expect(await startWith(app, 'Password123')).toBeUndefined();
  });

  test('the first admin may do nothing but change the password that GreenVue made, which is deleted then', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    expect(await startWith(app)).toContain('admin-password');
    const first = (await app.deps.secrets.find('admin-password'))?.value ?? '';
    const login = await logIn(app, first, EMAIL);
    expect(login).toMatchObject({
      status: 200,
      body: { user: { role: 'admin', must_change_password: true } },
    });
    const token = textOf(login.body, 'access_token');
    expect(await app.ask({ url: '/api/auth/me', token })).toMatchObject({
      body: { must_change_password: true },
    });
    for (const url of ['/api/users', '/api/tokens', '/api/auth/sessions', '/api/notifications'])
      expect(await app.ask({ url, token }), url).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining('POST /api/auth/password') },
      });
    expect(await change(app, token, first)).toMatchObject({ status: 204 });
    expect(await app.ask({ url: '/api/users', token })).toMatchObject({ status: 200 });
    expect(await app.ask({ url: '/api/auth/me', token })).toMatchObject({
      body: { must_change_password: false },
    });
    expect(await app.deps.secrets.find('admin-password')).toBeUndefined();
    expect(await startWith(app)).toBeUndefined();
  });

  test('the API tokens of an admin who must change the password wait for the change; one of no account does not', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    await startWith(app, PASSWORD);
    const admin = textOf((await logIn(app, PASSWORD, EMAIL)).body, 'access_token');
    const payload = { name: 'ci', role: 'admin' };
    const made = await app.ask({ method: 'POST', url: '/api/tokens', token: admin, payload });
    const token = textOf(made.body, 'secret');
    const status = async (secret: string) => (await app.ask({ url: '/api/users', token: secret })).status;
    expect(await status(token)).toBe(200);
    await app.deps.database.updateTable('users').set({ must_change_password: 1 }).execute();
    expect(await status(token)).toBe(401);
    expect(await status(await app.apiToken('admin'))).toBe(200);
    expect(await change(app, admin, PASSWORD)).toMatchObject({ status: 204 });
    expect(await status(token)).toBe(200);
  });

  test('an admin password that the operator chose need not be changed', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    expect(await startWith(app, PASSWORD)).toBeUndefined();
    const login = await logIn(app, PASSWORD, EMAIL);
    expect(login).toMatchObject({ body: { user: { must_change_password: false } } });
    expect(await app.ask({ url: '/api/users', token: textOf(login.body, 'access_token') })).toMatchObject({
      status: 200,
    });
  });

  test('the first admin of an older version must also change the password, unless it was changed already', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    await startWith(app);
    const users = app.deps.database.updateTable('users');
    await users.set({ must_change_password: 0 }).execute();
    expect(await startWith(app)).toContain('admin-password');
    const first = (await app.deps.secrets.find('admin-password'))?.value ?? '';
    expect(await logIn(app, first, EMAIL)).toMatchObject({ body: { user: { must_change_password: true } } });
    await users.set({ must_change_password: 0, password_hash: await app.deps.hasher.hash(NEXT) }).execute();
    expect(await startWith(app)).toBeUndefined();
    expect(await logIn(app, NEXT, EMAIL)).toMatchObject({ body: { user: { must_change_password: false } } });
  });
});
