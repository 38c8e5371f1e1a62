import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { queueNotification } from '../../db/outbox.ts';
import { createTestApp, databaseEnv, type TestApp } from '../../testing/test-app.ts';
import { listOf, partOf } from '../../testing/test-bodies.ts';
import { openBefore } from '../../testing/test-migrations.ts';
import { CONFIRMATION_MS, CONFIRMATIONS_A_DAY } from './email-confirmations.ts';

const ANN = 'ann@example.com';
const DAY_MS = 86_400_000;

/** What was sent, without the line breaks of its encoding. */
function mails({ deps }: TestApp): readonly string[] {
  const folder = join(deps.config.dataDir, 'outbox');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.eml')) : [];
  return names.toSorted().map((name) => readFileSync(join(folder, name), 'utf8').replaceAll(/=\r?\n/g, ''));
}

const tokensIn = (app: TestApp): readonly string[] =>
  mails(app).flatMap((mail) => /gvc_[\w-]{43}/.exec(mail)?.[0] ?? []);

async function sentToken(app: TestApp, at = 0): Promise<string> {
  await expect.poll(() => tokensIn(app).length).toBeGreaterThan(at);
  return tokensIn(app)[at] ?? '';
}

const confirm = ({ ask }: TestApp, token: string) =>
  ask({ method: 'POST', url: '/api/auth/confirm-email', payload: { token } });

const resend = ({ ask }: TestApp, token: string) =>
  ask({ method: 'POST', url: '/api/auth/confirm-email/resend', token });

/** Sends the due messages of a template, and returns the report. */
const sendDue = ({ deps }: TestApp, template: 'default' | 'welcome') =>
  deps.notificationDelivery.sendDue({
    template,
    batchSize: 10,
    run: { id: 'run', fence: 1 },
    signal: new AbortController().signal,
    progress: () => undefined,
  });

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  const queue = ({ deps }: TestApp, userId: string) => {
    const data = { title: 'News', message: 'Words' };
    const now = deps.clock.now();
    return queueNotification(deps.database, {
      userId,
      email: ANN,
      template: 'default',
      data,
      dueAt: now,
      now,
    });
  };
  const notified = async ({ ask }: TestApp, token: string): Promise<readonly unknown[]> =>
    listOf((await ask({ url: '/api/notifications', token })).body, 'data');

  test('a new address gets one mail and nothing else, until it is confirmed with the token in it', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { user, access_token } = await app.signUp(ANN);
    const token = await sentToken(app);
    await queue(app, user.id);
    expect(await sendDue(app, 'default')).toEqual({ sent: 0, failed: 0, remaining: 0 });
    expect(await notified(app, access_token)).toMatchObject([
      { status: 'pending', error: 'waits until the e-mail address is confirmed', attempts: 0 },
    ]);
    expect(mails(app)).toHaveLength(1);
    expect(await confirm(app, token)).toMatchObject({ status: 204 });
    expect(await sendDue(app, 'default')).toMatchObject({ sent: 1 });
    expect(await sendDue(app, 'welcome')).toMatchObject({ sent: 1 });
    expect(await confirm(app, token)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/token' }] },
    });
    expect(await resend(app, access_token)).toMatchObject({ status: 409 });
    const admin = await app.apiToken('admin');
    const { body } = await app.ask({ url: `/api/users/${user.id}`, token: admin });
    expect(partOf(body, 'email_confirmed')).toBe(true);
  });

  test('a token is good for an hour, and another mail goes once a minute and five times a day', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { access_token } = await app.signUp(ANN);
    const first = await sentToken(app);
    app.time.now += 59_000;
    expect(await resend(app, access_token)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    for (let n = 1; n < CONFIRMATIONS_A_DAY; n += 1) {
      app.time.now += 60_000;
      expect(await resend(app, access_token)).toMatchObject({ status: 202, body: '' });
    }
    app.time.now += 60_000;
    const answer = await resend(app, access_token);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(80_000);
    await expect.poll(() => mails(app).length).toBe(CONFIRMATIONS_A_DAY);
    app.time.now += CONFIRMATION_MS;
    expect(await confirm(app, first)).toMatchObject({ status: 422 });
  });

  test('messages to an address that nobody confirms fail after 30 days', async () => {
    const app = await createTestApp(await databaseEnv(dialect));
    const { user } = await app.signUp(ANN);
    await queue(app, user.id);
    for (let day = 0; day <= 30; day += 1) {
      await sendDue(app, 'default');
      app.time.now += DAY_MS;
    }
    const rows = await app.deps.database.selectFrom('notifications').select(['status', 'error']).execute();
    expect(rows).toEqual([{ status: 'failed', error: 'the e-mail address was not confirmed in 30 days' }]);
  });

  test('accounts of the version before, and the first admin, count as confirmed', async () => {
    const before = await openBefore(dialect, 'confirmed-addresses');
    const old = { id: 'ann', email: ANN, name: 'Ann', password_hash: 'x', created_at: 7 };
    await before.kysely.insertInto('users').values(old).execute();
    const app = await createTestApp(await before.migrate());
    await app.deps.users.makeFirstAdmin({
      email: 'root@example.com',
      name: 'Admin',
      password: 'x',
      mustChangePassword: false,
    });
    const users = await app.deps.database.selectFrom('users').select('email_confirmed_at').execute();
    expect(users.map((row) => row.email_confirmed_at)).not.toContain(null);
    expect(users).toHaveLength(2);
  });
});

test('a mail server that is down fails no registration, and the mail can be asked for again', async () => {
  const app = await createTestApp({ SMTP_URL: 'smtp://127.0.0.1:1' });
  const { access_token } = await app.signUp(ANN);
  app.time.now += 60_000;
  expect(await resend(app, access_token)).toMatchObject({ status: 202 });
});

test('the link of the mail opens a page under PUBLIC_URL, on which a click confirms', async () => {
  const app = await createTestApp({ PUBLIC_URL: 'https://shop.example/' });
  await app.signUp(ANN);
  await sentToken(app);
  expect(mails(app)[0]).toContain('https://shop.example/confirm-email#gvc_');
  expect(await app.ask({ url: '/confirm-email' })).toMatchObject({ status: 200 });
  expect((await app.ask({ url: '/confirm-email/page.js' })).body).toContain('/api/auth/confirm-email');
});
