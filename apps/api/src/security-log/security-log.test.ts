import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { REFRESH_LEEWAY_MS } from '../auth/sessions/sessions.ts';
import { createTestApp, databaseEnv, PASSWORD, type TestApp } from '../testing/test-app.ts';
import { listOf } from '../testing/test-bodies.ts';
import { createSecurityLog, type SecurityEvent } from './security-log.ts';

const ANN = 'ann@example.com';

const logIn = ({ ask }: TestApp, password: string, remoteAddress = '10.0.0.9', email = ANN) =>
  ask({
    method: 'POST',
    url: '/api/auth/login',
    payload: { email, password },
    remoteAddress,
    headers: { 'user-agent': 'test' },
  });

/** The records with that action, the newest first, as an admin reads them. */
async function audited({ ask, apiToken, deps }: TestApp, action: string): Promise<readonly unknown[]> {
  await deps.securityLog.flush();
  const { body } = await ask({
    url: `/api/audit?action=${action}&limit=200`,
    token: await apiToken('admin'),
  });
  return listOf(body, 'data');
}

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  test('sign-ins, failures and throttling are audited with account and address', async () => {
    const app = await createTestApp({ ...(await databaseEnv(dialect)), RATE_LIMIT_LOGIN_FAILURES: '1' });
    const { user } = await app.signUp(ANN);
    const where = { target: `email:${ANN}`, change: { address: '10.0.0.9', user_agent: 'test' } };
    await logIn(app, PASSWORD);
    expect(await audited(app, 'sign_in')).toMatchObject([
      { actor: `user:${user.id}`, actor_name: ANN, ...where },
    ]);
    await logIn(app, 'wrong');
    const failed = { ...where, change: { ...where.change, reason: 'wrong_password' } };
    expect(await audited(app, 'sign_in_failed')).toMatchObject([{ actor: 'anonymous', ...failed }]);
    await logIn(app, PASSWORD);
    expect(await audited(app, 'sign_in_throttled')).toMatchObject([{ actor: 'anonymous', ...where }]);
    await app.signUp('root@example.com', 'admin');
    const actor = { id: 'test', name: 'test' };
    await app.deps.users.change(user.id, { disabled: true }, actor);
    await logIn(app, PASSWORD, '10.0.0.10');
    expect(await audited(app, 'sign_in_failed')).toMatchObject([
      { change: { reason: 'disabled', address: '10.0.0.10' } },
      {},
    ]);
  });

  test('a refresh token that is used again is audited with its account and session', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { user, refresh_token } = await app.signUp(ANN);
    const refresh = { method: 'POST', url: '/api/auth/refresh', payload: { refresh_token } } as const;
    const session = await app.deps.database.selectFrom('sessions').select('id').executeTakeFirstOrThrow();
    await app.ask(refresh);
    app.time.now += REFRESH_LEEWAY_MS;
    for (let n = 0; n < 2; n += 1)
      expect(await app.ask({ ...refresh, remoteAddress: '6.6.6.6' })).toMatchObject({ status: 401 });
    const who = { actor: `user:${user.id}`, actor_name: ANN, target: `user:${user.id}` };
    expect(await audited(app, 'refresh_reused')).toMatchObject([
      { ...who, change: { address: '6.6.6.6', session: session.id } },
    ]);
  });

  test('a 403 is audited with who asked for what, without its query', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { user, access_token } = await app.signUp(ANN);
    expect(await app.ask({ url: '/api/users?limit=7', token: access_token })).toMatchObject({ status: 403 });
    expect(await audited(app, 'forbidden')).toMatchObject([
      {
        actor: `user:${user.id}`,
        target: 'GET /api/users',
        change: { address: '127.0.0.1', path: '/api/users' },
      },
    ]);
  });

  test('an attack adds some records a minute, and a count of the others', async () => {
    const app = await createTestApp({ ...(await databaseEnv(dialect)), RATE_LIMIT_PER_MINUTE: '10000' });
    const { deps, time } = app;
    await logIn(app, 'wrong', '9.9.9.9', 'other@example.com');
    const guess = (n: number): SecurityEvent => ({
      kind: 'sign_in_failed',
      target: `email:${n % 7}@example.com`,
      address: `66.0.0.${n % 100}`,
    });
    for (let n = 0; n < 5_000; n += 1) deps.securityLog.record(guess(n));
    expect(await audited(app, 'sign_in_failed')).toHaveLength(60);
    time.now += 60_000;
    const [count, ...rows] = await audited(app, 'sign_in_failed');
    expect(rows).toHaveLength(60);
    expect(count).toMatchObject({
      actor: 'system',
      target: 'left_out',
      change: { left_out: 5_001 - 60, from: '2026-01-01T00:00:00.000Z', until: '2026-01-01T00:01:00.000Z' },
    });
  });
});

test('a sign-in, a stolen token and a 403 are recorded during an attack from the same address', async () => {
  const app = await createTestApp();
  const { securityLog } = app.deps;
  const record = (kind: SecurityEvent['kind'], id: string, target: string) =>
    securityLog.record({ kind, actor: { id: `user:${id}`, name: id }, target, address: '6.6.6.6' });
  for (let n = 0; n < 12; n += 1) {
    record('sign_in', `thief-${n}`, `email:thief-${n}@x.y`);
    record('refresh_reused', `thief-${n}`, `user:thief-${n}`);
    record('forbidden', 'thief', 'GET /api/users');
  }
  record('sign_in', 'ann', `email:${ANN}`);
  record('refresh_reused', 'ann', 'user:ann');
  record('forbidden', 'ann', 'GET /api/users');
  for (const action of ['sign_in', 'refresh_reused', 'forbidden'])
    expect((await audited(app, action))[0]).toMatchObject({ actor: 'user:ann' });
  expect(await audited(app, 'forbidden')).toHaveLength(11);
});

test('an account that is refused at many routes has 20 records a minute, and hides no other account', async () => {
  const app = await createTestApp();
  const record = (id: string, target: string) =>
    app.deps.securityLog.record({
      kind: 'forbidden',
      actor: { id: `user:${id}`, name: id },
      target,
      address: '6.6.6.6',
    });
  for (let n = 0; n < 60; n += 1) record('thief', `GET /api/${n % 6}`);
  for (let other = 0; other < 50; other += 1) record(`other-${other}`, 'GET /api/users');
  expect(await audited(app, 'forbidden')).toHaveLength(70);
});

test('one address, and one account, has ten records a minute', async () => {
  const app = await createTestApp();
  const { securityLog } = app.deps;
  for (let n = 0; n < 30; n += 1) {
    securityLog.record({ kind: 'sign_in_failed', target: `email:${n}@x.y`, address: `2001:db8::${n}` });
    securityLog.record({ kind: 'forbidden', target: 'GET /api/users', address: `10.0.0.${n}` });
  }
  expect(await audited(app, 'sign_in_failed')).toHaveLength(10);
  expect(await audited(app, 'forbidden')).toHaveLength(10);
});

test('sign-ins that the rate limit refuses are audited by address', async () => {
  const app = await createTestApp({ RATE_LIMIT_PER_MINUTE: '10' });
  for (let n = 0; n < 3; n += 1) await logIn(app, 'wrong', '2001:db8::1');
  const [record] = await audited(app, 'sign_in_throttled');
  expect(record).toMatchObject({
    target: 'address:2001:db8::',
    change: { address: '2001:db8::1', route: '/api/auth/login' },
  });
});

test('sign-ins succeed while the database cannot be written to, and it gets the records later', async () => {
  const { deps } = await createTestApp();
  const lines: string[] = [];
  const counts: unknown[] = [];
  const log = (fields: object, message: string) => {
    lines.push(message);
    if ('dropped' in fields) counts.push(fields.dropped);
  };
  let minutes = 0;
  const clock = { now: () => minutes * 60_000 };
  const logger = { info: log, warn: log, error: log };
  const securityLog = createSecurityLog({ ...deps, clock, logger });
  const rename = (from: string, to: string) =>
    sql`ALTER TABLE ${sql.table(from)} RENAME TO ${sql.table(to)}`.execute(deps.database);
  await rename('audit', 'away');
  securityLog.record({ kind: 'sign_in', target: 'email:a@x.y', address: '1.1.1.1' });
  await securityLog.flush();
  expect(lines).toEqual(['security event', expect.stringContaining('could not write')]);
  for (let n = 0; n < 1_010; n += 1) {
    if (n % 300 === 0) minutes += 1;
    securityLog.record({ kind: 'sign_in', target: `email:${n}@x.y`, address: '1.1.1.1' });
  }
  await securityLog.flush();
  await rename('away', 'audit');
  lines.length = 0;
  await securityLog.close();
  expect(lines).toEqual([expect.stringContaining('lacks security events')]);
  expect(counts).toEqual([11]);
  const rows = await deps.database.selectFrom('audit').select('target').execute();
  expect(rows).toContainEqual({ target: 'email:a@x.y' });
});
