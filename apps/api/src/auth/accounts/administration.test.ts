import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, type TestApp } from '../../testing/test-app.ts';
import { listOf, partOf, textOf, textsOf } from '../../testing/test-bodies.ts';

const DAY_MS = 86_400_000;

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  const makeToken = ({ ask }: TestApp, token: string, payload: object) =>
    ask({ method: 'POST', url: '/api/tokens', token, payload });

  const changeRole = ({ ask }: TestApp, token: string, userId: string, role: string) =>
    ask({ method: 'PATCH', url: `/api/users/${userId}`, token, payload: { role } });

  async function audit({ ask }: TestApp, token: string, query = ''): Promise<readonly unknown[]> {
    const { body } = await ask({ url: `/api/audit${query}`, token });
    return listOf(body, 'data');
  }

  test('tokens, users and the audit log are for admins: 401 without a token, 403 with a lower role', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token } = await app.signUp('ann@example.com');
    const operator = await app.apiToken('operator');
    const { user } = await app.signUp('bob@example.com');
    const requests = [
      { method: 'GET', url: '/api/tokens' },
      { method: 'POST', url: '/api/tokens', payload: { name: 'x', role: 'user' } },
      { method: 'DELETE', url: '/api/tokens/1' },
      { method: 'GET', url: '/api/users' },
      { method: 'GET', url: `/api/users/${user.id}` },
      { method: 'PATCH', url: `/api/users/${user.id}`, payload: { role: 'admin' } },
      { method: 'GET', url: '/api/audit' },
      { method: 'POST', url: '/api/notifications', payload: { email: 'a@example.com' } },
    ] as const;
    for (const request of requests) {
      expect(await app.ask(request)).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
      });
      expect(await app.ask({ ...request, token: access_token })).toMatchObject({ status: 403 });
      expect(await app.ask({ ...request, token: operator })).toMatchObject({ status: 403 });
    }
  });

  test('an API token works with its role until it is revoked', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const made = await makeToken(app, admin, { name: 'deploys', role: 'admin' });
    expect(made).toMatchObject({ status: 201, body: { name: 'deploys', role: 'admin', revoked_at: null } });
    const [id, secret] = [textOf(made.body, 'id'), textOf(made.body, 'secret')];
    expect(secret).toMatch(/^gv_[\w-]{43}$/);
    expect(await app.ask({ url: '/api/auth/me', token: secret })).toMatchObject({
      body: { id, kind: 'api_token', name: 'deploys', role: 'admin', email: null },
    });
    expect(await app.ask({ method: 'DELETE', url: `/api/tokens/${id}`, token: admin })).toMatchObject({
      status: 204,
    });
    expect(await app.ask({ url: '/api/auth/me', token: secret })).toMatchObject({ status: 401 });
    expect(await app.ask({ method: 'DELETE', url: '/api/tokens/none', token: admin })).toMatchObject({
      status: 404,
    });
  });

  test('an API token works until it expires', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const expires_at = new Date(app.time.now + 3_600_000).toISOString();
    const { body } = await makeToken(app, admin, { name: 'short', role: 'user', expires_at });
    app.time.now += 3_599_000;
    expect(await app.ask({ url: '/api/auth/me', token: textOf(body, 'secret') })).toMatchObject({
      status: 200,
    });
    app.time.now += 1_000;
    expect(await app.ask({ url: '/api/auth/me', token: textOf(body, 'secret') })).toMatchObject({
      status: 401,
    });
  });

  test('an expiry in the past, or too far ahead, is refused', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    for (const ahead of [-1, 0, 800 * DAY_MS]) {
      const expires_at = new Date(app.time.now + ahead).toISOString();
      const answer = await makeToken(app, admin, { name: 'x', role: 'user', expires_at });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/expires_at' }] } });
    }
  });

  test('the secret of an API token is shown once, and neither listed, stored nor audited', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const { body } = await makeToken(app, admin, { name: 'deploys', role: 'user' });
    const list = await app.ask({ url: '/api/tokens', token: admin });
    expect(textsOf(listOf(list.body, 'data'), 'name')).toContain('deploys');
    const stored = await app.deps.database.selectFrom('api_tokens').selectAll().execute();
    const everywhere = JSON.stringify([list.body, stored, await audit(app, admin)]);
    expect(everywhere).not.toContain(textOf(body, 'secret'));
  });

  test('lists are paged to the end without a gap or a repeat', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    for (let n = 0; n < 6; n += 1) await makeToken(app, admin, { name: `t${n}`, role: 'user' });
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await app.ask({ url: `/api/tokens?limit=2${cursor}`, token: admin });
      seen.push(...textsOf(listOf(body, 'data'), 'name'));
      if (partOf(body, 'next_cursor') === null) break;
      cursor = `&cursor=${textOf(body, 'next_cursor')}`;
    }
    expect(seen.toSorted()).toEqual(['admin', 't0', 't1', 't2', 't3', 't4', 't5']);
  });

  test('a change of role acts at once, on tokens that were given before', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const { access_token, user } = await app.signUp('ann@example.com');
    expect(await changeRole(app, admin, user.id, 'admin')).toMatchObject({
      status: 200,
      body: { role: 'admin' },
    });
    expect(await app.ask({ url: '/api/users', token: access_token })).toMatchObject({ status: 200 });
    await app.signUp('bob@example.com', 'admin');
    await changeRole(app, admin, user.id, 'user');
    expect(await app.ask({ url: '/api/users', token: access_token })).toMatchObject({ status: 403 });
  });

  test('the last admin stays an admin, even when two are demoted at the same time', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const token = await app.apiToken('admin');
    const ann = await app.signUp('ann@example.com', 'admin');
    const bob = await app.signUp('bob@example.com', 'admin');
    const answers = await Promise.all([ann, bob].map(({ user }) => changeRole(app, token, user.id, 'user')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await app.deps.users.hasAdmin()).toBe(true);
    expect(await changeRole(app, token, 'nobody', 'user')).toMatchObject({ status: 404 });
  });

  test('every change is in the audit log with who made it and what it was', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.signUp('root@example.com', 'admin');
    const { user } = await app.signUp('ann@example.com');
    await changeRole(app, admin.access_token, user.id, 'operator');
    const { body } = await makeToken(app, admin.access_token, { name: 'deploys', role: 'user' });
    await app.ask({ method: 'DELETE', url: `/api/tokens/${textOf(body, 'id')}`, token: admin.access_token });
    const by = { actor: `user:${admin.user.id}`, actor_name: 'root@example.com' };
    expect((await audit(app, admin.access_token)).slice(0, 4)).toMatchObject([
      { ...by, action: 'token.revoke', target: `token:${textOf(body, 'id')}`, change: { name: 'deploys' } },
      {
        ...by,
        action: 'token.make',
        target: `token:${textOf(body, 'id')}`,
        change: { name: 'deploys', role: 'user' },
      },
      {
        ...by,
        action: 'user.role',
        target: `user:${user.id}`,
        change: { role: { from: 'user', to: 'operator' } },
      },
      { actor: `user:${user.id}`, action: 'user.register', change: { email: 'ann@example.com' } },
    ]);
  });

  test('a change that changes nothing leaves no trace', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const { user } = await app.signUp('ann@example.com');
    await changeRole(app, admin, user.id, 'user');
    expect(await audit(app, admin, '?action=user.role')).toEqual([]);
  });

  test('the audit log is narrowed by actor, action and target', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const admin = await app.apiToken('admin');
    const { user } = await app.signUp('ann@example.com');
    await app.signUp('bob@example.com');
    expect(await audit(app, admin, `?target=user:${user.id}`)).toHaveLength(1);
    expect(await audit(app, admin, '?action=user.register')).toHaveLength(2);
    expect(await audit(app, admin, `?actor=user:${user.id}&action=user.register`)).toHaveLength(1);
    expect(await audit(app, admin, '?actor=nobody')).toEqual([]);
  });

  test('the audit log can be added to, and neither changed nor cut', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    await app.apiToken('admin');
    const { database } = app.deps;
    await expect(database.updateTable('audit').set({ actor: 'nobody' }).execute()).rejects.toThrow(
      'append-only',
    );
    await expect(database.deleteFrom('audit').execute()).rejects.toThrow('append-only');
  });
});
