import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../../testing/test-app.ts';
import { textOf } from '../../testing/test-bodies.ts';
import { createPasswordHasher, type PasswordHasher } from '../passwords/passwords.ts';
import { createUsers } from './users.ts';

const logIn = ({ ask }: TestApp, email: string, password = PASSWORD) =>
  ask({ method: 'POST', url: '/api/auth/login', payload: { email, password } });

const me = ({ ask }: TestApp, token: string) => ask({ url: '/api/auth/me', token });

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('a new user can log in, and is who they say', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { user } = await app.signUp('ann@example.com');
    const login = await logIn(app, 'Ann@Example.com');
    expect(login).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 900, user: { id: user.id } },
    });
    expect(await me(app, textOf(login.body, 'access_token'))).toMatchObject({
      status: 200,
      body: { id: user.id, kind: 'user', name: 'Ann', email: 'ann@example.com', role: 'user' },
    });
  });

  test('an e-mail address has one account, in upper or lower case, also before it is confirmed', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    await app.signUp('ann@example.com');
    app.time.now += 30 * 86_400_000;
    const payload = { email: 'ANN@example.com', name: 'Ann', password: PASSWORD };
    expect(await app.ask({ method: 'POST', url: '/api/auth/register', payload })).toMatchObject({
      status: 409,
    });
  });

  test('nobody can register as more than a user', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const payload = { email: 'eve@example.com', name: 'Eve', password: PASSWORD, role: 'admin' };
    const answer = await app.ask({ method: 'POST', url: '/api/auth/register', payload });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/role' }] } });
  });

  test('a name that holds a link is refused, and says how to write it', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const register = (name: string, n = 0) =>
      app.ask({
        method: 'POST',
        url: '/api/auth/register',
        payload: { email: `ann${n}@example.com`, name, password: PASSWORD },
      });
    for (const name of [
      'Win at https://evil.example',
      'www.evil',
      'evil.example',
      'Ann a@b',
      'x пример.рф',
      'evil。com',
      'evil．com',
      'evil｡com',
      'Ann a＠b',
    ]) {
      const answer = await register(name);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/name' }] } });
      expect(textOf(answer.body, 'errors', 0, 'detail')).toContain('must not contain a link');
    }
    for (const name of [
      'evil\u200b.com',
      'Ann \u2066htimS\u2069',
      'evil.\u200dcom',
      'An\u200dn',
      'Ann\u00ad',
    ])
      expect(await register(name)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/name', detail: expect.stringContaining('invisible') }] },
      });
    const names = [
      'نازنین\u200cزهرا',
      'ක්\u200dරිස්',
      'J.R.R. Tolkien',
      'Ann-Marie O’Neill',
      'Dr. Ann',
      '李 明',
      'Ann Smith jr.',
    ];
    for (const [n, name] of names.entries()) expect(await register(name, n)).toMatchObject({ status: 201 });
  });

  test('a wrong password and an unknown e-mail get the same answer', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    await app.signUp('ann@example.com');
    const wrong = await logIn(app, 'ann@example.com', 'wrong');
    const unknown = await logIn(app, 'bob@example.com', 'wrong');
    expect(wrong.status).toBe(401);
    expect(unknown.body).toEqual(Object.assign({}, wrong.body, { instance: expect.any(String) }));
  });

  test('a login for an unknown e-mail costs one hash, as one with a wrong password does', async () => {
    const { deps, signUp } = await createTestApp(await databaseEnv(dialect));
    await signUp('ann@example.com');
    const hasher = createPasswordHasher({ memory: 64, passes: 1, parallelism: 1 });
    let derived = 0;
    const verify: PasswordHasher['verify'] = (password, hash) => {
      derived += 1;
      return hasher.verify(password, hash);
    };
    const users = createUsers({ ...deps, hasher: { ...hasher, verify } });
    await users.checkPassword('ann@example.com', 'wrong');
    expect(derived).toBe(1);
    await users.checkPassword('bob@example.com', 'wrong');
    expect(derived).toBe(2);
  });

  test('a sign-in that stores a password at a new cost restores none that was changed meanwhile', async () => {
    const { deps, signUp } = await createTestApp(await databaseEnv(dialect));
    const { user } = await signUp('ann@example.com');
    const hasher = createPasswordHasher({ memory: 128, passes: 1, parallelism: 1 });
    const changed = await hasher.hash('another horse battery');
    const hash: PasswordHasher['hash'] = async (password) => {
      await deps.database
        .updateTable('users')
        .set({ password_hash: changed })
        .where('id', '=', user.id)
        .execute();
      return hasher.hash(password);
    };
    const users = createUsers({ ...deps, hasher: { ...hasher, hash } });
    expect(await users.checkPassword('ann@example.com', PASSWORD)).toBeUndefined();
    expect((await users.get(user.id))?.password_hash).toBe(changed);
    expect(await users.checkPassword('ann@example.com', 'another horse battery')).toMatchObject({
      id: user.id,
    });
  });

  test('guessing is slowed down with a 429 that says how long', async () => {
    const app = await createTestApp({ ...(await databaseEnv(dialect)), RATE_LIMIT_LOGIN_FAILURES: '3' });
    await app.signUp('ann@example.com');
    for (let attempt = 0; attempt < 3; attempt += 1) await logIn(app, 'ann@example.com', 'wrong');
    const answer = await logIn(app, 'ann@example.com');
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '900' } });
  });

  test('a password is stored as an Argon2id hash only', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { user } = await app.signUp('ann@example.com');
    const row = await app.deps.users.get(user.id);
    expect(row?.password_hash).toMatch(/^\$argon2id\$/);
    expect(JSON.stringify(row)).not.toContain(PASSWORD);
  });
});

test('the secret of tokens is made once, kept, and readable by its owner only', async () => {
  const app = await createTestApp();
  const { access_token } = await app.signUp('ann@example.com');
  expect(statSync(join(app.deps.config.dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
  const again = await createTestApp({ DATA_DIR: app.deps.config.dataDir });
  expect(await me(again, access_token)).toMatchObject({ status: 200 });
});

test('nodes that share a postgres take the tokens of each other, and keep nothing in DATA_DIR', async () => {
  const env = await databaseEnv('postgres');
  const nodes = await Promise.all([createTestApp(env), createTestApp(env)]);
  const { access_token } = await nodes[0].signUp('ann@example.com');
  for (const node of nodes) {
    expect(await me(node, access_token)).toMatchObject({ status: 200 });
    // But for mails, without an SMTP server.
    expect(readdirSync(node.deps.config.dataDir).filter((name) => name !== 'outbox')).toEqual([]);
  }
});
