import { describe, expect, test } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../test-app.ts';
import { listOf } from '../test-bodies.ts';
import { CONFIRMATION_MS, CONFIRMATIONS_A_DAY } from './email-confirmations.ts';
import { mayLoseAddress } from './release-address.ts';

const ANN = 'ann@example.com';
const OWNER_PASSWORD = 'the battery of the owner';

const register = ({ ask }: TestApp) =>
  ask({
    method: 'POST',
    url: '/api/auth/register',
    payload: { email: 'Ann@Example.com', name: 'Ann', password: OWNER_PASSWORD },
  });

const logIn = ({ ask }: TestApp, password: string) =>
  ask({ method: 'POST', url: '/api/auth/login', payload: { email: ANN, password } });

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  const begin = async () => createTestApp(await databaseEnv(dialect));

  test('who registers an address first holds it only until the link has expired; the next account has nothing of it', async () => {
    const app = await begin();
    const squatter = await app.signUp(ANN);
    const listing = { title: 'Lamp', description: 'x', category: 'home', price_cents: 1, condition: 'good' };
    const sent = { method: 'POST', url: '/api/listings', payload: listing } as const;
    expect(await app.ask({ ...sent, token: squatter.access_token })).toMatchObject({ status: 201 });
    app.time.now += CONFIRMATION_MS - 1;
    expect(await register(app)).toMatchObject({ status: 409 });
    app.time.now += 1;
    const owner = await register(app);
    expect(owner).toMatchObject({ status: 201, body: { user: { email: ANN } } });
    expect(owner.body).not.toMatchObject({ user: { id: squatter.user.id } });

    expect(await app.ask({ url: '/api/auth/me', token: squatter.access_token })).toMatchObject({
      status: 401,
    });
    const refresh = { refresh_token: squatter.refresh_token };
    expect(await app.ask({ method: 'POST', url: '/api/auth/refresh', payload: refresh })).toMatchObject({
      status: 401,
    });
    expect(await logIn(app, PASSWORD)).toMatchObject({ status: 401 });
    expect(await logIn(app, OWNER_PASSWORD)).toMatchObject({ status: 200 });

    const admin = await app.apiToken('admin');
    const { body } = await app.ask({ url: '/api/listings', token: admin });
    expect(listOf(body, 'data')).toMatchObject([{ seller_id: squatter.user.id }]);
    const left = `${squatter.user.id}@released.invalid`;
    expect(await app.ask({ url: `/api/users/${squatter.user.id}`, token: admin })).toMatchObject({
      body: { email: left, disabled: true },
    });
    const audit = await app.ask({ url: '/api/audit?action=user.release_email', token: admin });
    expect(listOf(audit.body, 'data')).toMatchObject([
      { target: `user:${squatter.user.id}`, actor_name: ANN, change: { email: { from: ANN, to: left } } },
    ]);
  });

  test('two who register such an address at once get one account', async () => {
    const app = await begin();
    await app.signUp(ANN);
    app.time.now += CONFIRMATION_MS;
    const answers = await Promise.all([register(app), register(app)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const users = await app.deps.database.selectFrom('users').select('email').execute();
    expect(users).toHaveLength(2);
  });

  test('an address that changes hands each hour gets five confirmation mails a day', async () => {
    const app = await begin();
    for (let hour = 0; hour < 24; hour += 1) {
      expect(await register(app)).toMatchObject({ status: 201 });
      app.time.now += CONFIRMATION_MS;
    }
    const rows = await app.deps.database.selectFrom('email_confirmations').select('user_id').execute();
    expect(rows).toHaveLength(CONFIRMATIONS_A_DAY);
    await register(app);
    const users = await app.deps.database.selectFrom('users').select('id').execute();
    expect(users).toHaveLength(25);
  });

  test('an account whose owner asked for another link keeps its address until that one has expired', async () => {
    const app = await begin();
    const { access_token } = await app.signUp(ANN);
    app.time.now += 600_000;
    const url = '/api/auth/confirm-email/resend';
    expect(await app.ask({ method: 'POST', url, token: access_token })).toMatchObject({ status: 202 });
    app.time.now += CONFIRMATION_MS - 1;
    expect(await register(app)).toMatchObject({ status: 409 });
    app.time.now += 1;
    expect(await register(app)).toMatchObject({ status: 201 });
  });
});

test('an account that is confirmed, disabled or has a role keeps its address', () => {
  const open = { created_at: 0, email_confirmed_at: null, disabled_at: null, role: 'user' } as const;
  const now = 400 * 86_400_000;
  expect(mayLoseAddress(open, undefined, now)).toBe(true);
  for (const kept of [{ email_confirmed_at: 1 }, { disabled_at: 1 }, { role: 'operator' as const }])
    expect(mayLoseAddress({ ...open, ...kept }, undefined, now)).toBe(false);
});
