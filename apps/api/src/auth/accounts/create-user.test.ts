import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../../testing/test-app.ts';
import { listOf, partOf, textOf } from '../../testing/test-bodies.ts';

const ANN = { email: 'ann@example.com', name: 'Ann', role: 'operator' } as const;

const create = ({ ask }: TestApp, token: string, payload: object) =>
  ask({ method: 'POST', url: '/api/users', token, payload });

const logIn = ({ ask }: TestApp, email = ANN.email) =>
  ask({ method: 'POST', url: '/api/auth/login', payload: { email, password: PASSWORD } });

/** Sets the password with a link. */
const use = ({ ask }: TestApp, link: string) =>
  ask({
    method: 'POST',
    url: '/api/auth/password-reset/confirm',
    payload: { token: link.split('#')[1], new_password: PASSWORD },
  });

function mailsOf({ deps }: TestApp): readonly string[] {
  const folder = join(deps.config.dataDir, 'outbox');
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('=\r\n', ''));
}

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('an admin makes an account and passes on the link that sets its password', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token: admin } = await app.signUp('root@example.com', 'admin');
    const made = await create(app, admin, { ...ANN, deliver: 'link' });
    expect(made).toMatchObject({
      status: 201,
      body: {
        user: {
          ...ANN,
          disabled: false,
          email_confirmed: true,
          must_change_password: false,
          last_seen_at: null,
        },
      },
    });
    expect(await logIn(app)).toMatchObject({ status: 401 });
    expect(await use(app, textOf(made.body, 'link'))).toMatchObject({ status: 204 });
    app.time.now += 60_000;
    expect(await logIn(app)).toMatchObject({ status: 200, body: { user: { role: 'operator' } } });
    const { body } = await app.ask({ url: `/api/users/${textOf(made.body, 'user', 'id')}`, token: admin });
    expect(partOf(body, 'last_seen_at')).toBe(new Date(app.time.now).toISOString());
    const audit = await app.ask({ url: '/api/audit?action=user.create', token: admin });
    expect(listOf(audit.body, 'data')).toMatchObject([
      { actor: expect.stringMatching(/^user:/), change: { email: ANN.email, role: 'operator' } },
    ]);
  });

  test('the link of an admin goes by mail only, and an API token gets none', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token: admin } = await app.signUp('root@example.com', 'admin');
    const robot = await app.apiToken('admin');
    const boss = { ...ANN, role: 'admin' };
    expect(await create(app, admin, { ...boss, deliver: 'link' })).toMatchObject({ status: 403 });
    expect(await create(app, robot, { ...ANN, deliver: 'link' })).toMatchObject({ status: 403 });
    expect(listOf((await app.ask({ url: '/api/users', token: admin })).body, 'data')).toHaveLength(1);
    expect(await create(app, admin, { ...boss, deliver: 'mail' })).toMatchObject({
      status: 201,
      body: { link: null, user: { role: 'admin' } },
    });
    const link = mailsOf(app).flatMap((mail) => /http\S+reset-password#\S+/.exec(mail)?.[0] ?? [])[0] ?? '';
    expect(await use(app, link.replaceAll('=3D', '='))).toMatchObject({ status: 204 });
    expect(await logIn(app)).toMatchObject({ status: 200 });
  });

  test('an address has one account, and others than admins make none', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token: admin } = await app.signUp('root@example.com', 'admin');
    const { access_token: operator } = await app.signUp('bob@example.com', 'operator');
    const ann = { ...ANN, deliver: 'link' };
    expect(await create(app, operator, ann)).toMatchObject({ status: 403 });
    expect(await create(app, admin, { ...ann, email: 'BOB@example.com' })).toMatchObject({ status: 409 });
    expect(await create(app, admin, { ...ann, name: 'www.evil.com' })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/name' }] },
    });
  });
});
