import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createTestApp, databaseEnv, PASSWORD, type Session, type TestApp } from '../../testing/test-app.ts';
import { listOf, partOf, textOf, textsOf } from '../../testing/test-bodies.ts';
import { RESET_MS } from './password-resets.ts';

const NEXT = 'another horse battery';
const PUBLIC_URL = 'https://market.example.com';

const askFor = ({ ask }: TestApp, email: string) =>
  ask({ method: 'POST', url: '/api/auth/password-reset', payload: { email } });

const confirm = ({ ask }: TestApp, token: string, new_password = NEXT) =>
  ask({ method: 'POST', url: '/api/auth/password-reset/confirm', payload: { token, new_password } });

const logIn = ({ ask }: TestApp, password: string, email = 'ann@example.com') =>
  ask({ method: 'POST', url: '/api/auth/login', payload: { email, password } });

const give = ({ ask }: TestApp, token: string | undefined, userId: string, deliver = 'link') => {
  const request = {
    method: 'POST',
    url: `/api/users/${userId}/password-reset`,
    payload: { deliver },
  } as const;
  return ask(token === undefined ? request : { ...request, token });
};

/** The access token of a signed-in admin: an API token gets no link in the answer. */
const adminOf = async ({ signUp }: TestApp): Promise<string> =>
  (await signUp('root@example.com', 'admin')).access_token;

/** An account whose address is confirmed, with the link that was mailed to it. */
async function signUpConfirmed(app: TestApp, email: string): Promise<Session> {
  const session = await app.signUp(email);
  await confirmSent(app);
  return session;
}

/** Uses the links that were mailed to confirm addresses. */
async function confirmSent(app: TestApp): Promise<void> {
  const tokens = () => sentMails(app).flatMap((mail) => /gvc_[\w-]{43}/.exec(mail)?.[0] ?? []);
  await expect.poll(tokens).not.toEqual([]);
  for (const token of tokens()) await app.deps.emailConfirmations.confirm(token);
}

/**
 * The mails with a link to reset a password, once all requested mails are sent. Mails that confirm an address
 * are left out.
 */
async function mailsOf(app: TestApp): Promise<readonly string[]> {
  await app.deps.resetMails.close();
  return sentMails(app).filter((mail) => !mail.includes('confirm-email#'));
}

function sentMails({ deps }: TestApp): readonly string[] {
  const folder = join(deps.config.dataDir, 'outbox');
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.eml'))
      .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('=\r\n', ''));
  } catch {
    return [];
  }
}

/** Makes a change after the next request has read the account, and before it writes. */
function meanwhile({ deps: { database } }: TestApp, change: () => Promise<unknown>): void {
  const begin = database.transaction.bind(database);
  vi.spyOn(database, 'transaction').mockImplementationOnce(() => {
    const transaction = begin();
    const execute = transaction.execute.bind(transaction);
    vi.spyOn(transaction, 'execute').mockImplementationOnce(async (work) => {
      await change();
      return execute(work);
    });
    return transaction;
  });
}

/** The token of the link in a mail. */
const tokenIn = (mail: string | undefined): string =>
  /reset-password#(gvp_[\w-]+)/.exec(mail ?? '')?.[1] ?? '';

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  const begin = async () => createTestApp({ ...(await databaseEnv(dialect)), PUBLIC_URL });

  test('a forgotten password is reset once by the link of a mail, which ends all sessions', async () => {
    const app = await begin();
    const ann = await signUpConfirmed(app, 'ann@example.com');
    expect(await askFor(app, 'Ann@Example.com')).toMatchObject({ status: 202, body: '' });
    const [mail, ...others] = await mailsOf(app);
    expect(others).toEqual([]);
    expect(mail).toContain('To: ann@example.com');
    expect(mail).toContain(`${PUBLIC_URL}/console/reset-password#`);
    const token = tokenIn(mail);
    expect(await confirm(app, token)).toMatchObject({ status: 204 });
    expect(await confirm(app, token, 'yet another battery')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/token' }] },
    });
    expect(await app.ask({ url: '/api/auth/me', token: ann.access_token })).toMatchObject({ status: 401 });
    expect(await logIn(app, PASSWORD)).toMatchObject({ status: 401 });
    expect(await logIn(app, NEXT)).toMatchObject({ status: 200 });
    const rows = await app.deps.database.selectFrom('audit').selectAll().orderBy('id').execute();
    const actions = rows.map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['user.password_reset_ask', 'user.password_reset']));
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('the answer does not tell whether an address has an account, and only the hash of a token is stored', async () => {
    const app = await begin();
    await signUpConfirmed(app, 'ann@example.com');
    const known = await askFor(app, 'ann@example.com');
    const unknown = await askFor(app, 'nobody@example.com');
    expect(unknown.status).toBe(known.status);
    expect(unknown.body).toEqual(known.body);
    const [mail] = await mailsOf(app);
    const stored = await app.deps.database.selectFrom('password_resets').selectAll().execute();
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain(tokenIn(mail));
    const queued = await app.deps.database.selectFrom('notifications').select('template').execute();
    expect(queued).toEqual([{ template: 'welcome' }]);
  });

  test('an address that is not confirmed gets no link, until its owner confirms it; an admin can give one', async () => {
    const app = await begin();
    const { user, access_token } = await app.signUp('ann@example.com');
    expect(await askFor(app, 'ann@example.com')).toMatchObject({ status: 202, body: '' });
    expect(await mailsOf(app)).toEqual([]);
    const given = await give(app, await adminOf(app), user.id);
    expect(textOf(given.body, 'link')).toContain('gvp_');
    app.time.now += 60_000;
    const url = '/api/auth/confirm-email/resend';
    expect(await app.ask({ method: 'POST', url, token: access_token })).toMatchObject({ status: 202 });
    await confirmSent(app);
    await askFor(app, 'ann@example.com');
    expect(await mailsOf(app)).toHaveLength(1);
  });

  test('a link expires after half an hour, and a disabled account has none', async () => {
    const app = await begin();
    const ann = await signUpConfirmed(app, 'ann@example.com');
    await askFor(app, 'ann@example.com');
    const token = tokenIn((await mailsOf(app))[0]);
    app.time.now += RESET_MS;
    expect(await confirm(app, token)).toMatchObject({ status: 422 });
    const admin = await adminOf(app);
    const link = textOf((await give(app, admin, ann.user.id)).body, 'link');
    await app.ask({
      method: 'PATCH',
      url: `/api/users/${ann.user.id}`,
      token: admin,
      payload: { disabled: true },
    });
    expect(await confirm(app, link.split('#')[1] ?? '')).toMatchObject({ status: 422 });
    expect(await give(app, admin, ann.user.id)).toMatchObject({ status: 404 });
    await app.ask({
      method: 'PATCH',
      url: `/api/users/${ann.user.id}`,
      token: admin,
      payload: { disabled: false },
    });
    expect(await confirm(app, link.split('#')[1] ?? '')).toMatchObject({ status: 422 });
    await app.ask({
      method: 'PATCH',
      url: `/api/users/${ann.user.id}`,
      token: admin,
      payload: { disabled: true },
    });
    await askFor(app, 'ann@example.com');
    expect(await mailsOf(app)).toHaveLength(1);
  });

  test('a stranger who asks for links leaves the owner a valid one at any time: three are mailed in half an hour', async () => {
    const app = await begin();
    await signUpConfirmed(app, 'ann@example.com');
    // At the same time: none may count the links before another one has added its own.
    await Promise.all(Array.from({ length: 8 }, () => askFor(app, 'ann@example.com')));
    const mails = await mailsOf(app);
    expect(mails).toHaveLength(3);
    app.time.now += RESET_MS - 1;
    expect(await confirm(app, tokenIn(mails[0]))).toMatchObject({ status: 204 });
    for (const mail of mails) expect(await confirm(app, tokenIn(mail))).toMatchObject({ status: 422 });
    for (let asked = 0; asked < 3; asked += 1) await askFor(app, 'ann@example.com');
    expect(await mailsOf(app)).toHaveLength(6);
    app.time.now += RESET_MS;
    await askFor(app, 'ann@example.com');
    expect(await mailsOf(app)).toHaveLength(7);
  });

  test('an API token gets no link in the answer, and nobody gets one of an admin: they get it by mail', async () => {
    const app = await begin();
    const admin = await signUpConfirmed(app, 'root@example.com');
    await app.deps.users.change(admin.user.id, { role: 'admin' }, { id: 'test', name: 'test' });
    const other = await app.signUp('other@example.com', 'admin');
    const ann = await app.signUp('ann@example.com');
    const token = await app.apiToken('admin');
    for (const userId of [ann.user.id, admin.user.id])
      expect(await give(app, token, userId)).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining('Sign in as an admin') },
      });
    for (const userId of [admin.user.id, other.user.id])
      expect(await give(app, admin.access_token, userId)).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining('by mail only') },
      });
    expect(await app.deps.database.selectFrom('password_resets').selectAll().execute()).toEqual([]);
    expect(await give(app, admin.access_token, admin.user.id, 'mail')).toMatchObject({ status: 200 });
    expect(await mailsOf(app)).toHaveLength(1);
  });

  test('one link that is used twice at the same time sets one password', async () => {
    const app = await begin();
    const { user } = await signUpConfirmed(app, 'ann@example.com');
    const link = textOf((await give(app, await adminOf(app), user.id)).body, 'link');
    const token = link.split('#')[1] ?? '';
    const answers = await Promise.all(['one', 'two'].map((n) => confirm(app, token, `${NEXT} ${n}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
  });

  test('a link is given and used as the account is by then, not as it was first read', async () => {
    const app = await begin();
    const admin = await adminOf(app);
    const { user } = await app.signUp('ann@example.com');
    const change = (to: Parameters<typeof app.deps.users.change>[1]) =>
      app.deps.users.change(user.id, to, { id: 'test', name: 'test' });
    meanwhile(app, () => change({ role: 'admin' }));
    expect(await give(app, admin, user.id)).toMatchObject({ status: 403 });
    await change({ role: 'user' });
    meanwhile(app, () => change({ disabled: true }));
    expect(await give(app, admin, user.id)).toMatchObject({ status: 404 });
    await change({ disabled: false });
    const link = textOf((await give(app, admin, user.id)).body, 'link');
    meanwhile(app, async () => {
      // Which ends the link.
      await change({ disabled: true });
      await change({ disabled: false });
    });
    expect(await confirm(app, link.split('#')[1] ?? '')).toMatchObject({ status: 422 });
    expect(await logIn(app, PASSWORD)).toMatchObject({ status: 200 });
  });

  test('an admin gives a link by mail or in the answer, which is audited; others may not', async () => {
    const app = await begin();
    const admin = await app.signUp('root@example.com', 'admin');
    const { user, access_token } = await signUpConfirmed(app, 'ann@example.com');
    expect(await give(app, undefined, user.id)).toMatchObject({ status: 401 });
    for (const token of [access_token, await app.apiToken('operator')])
      expect(await give(app, token, user.id)).toMatchObject({ status: 403 });
    expect(await give(app, admin.access_token, 'nobody')).toMatchObject({ status: 404 });
    const mailed = await give(app, admin.access_token, user.id, 'mail');
    expect(mailed).toMatchObject({
      status: 200,
      body: { link: null, expires_at: '2026-01-01T00:30:00.000Z' },
    });
    expect(await mailsOf(app)).toHaveLength(1);
    const given = await give(app, admin.access_token, user.id);
    expect(await confirm(app, textOf(given.body, 'link').split('#')[1] ?? '')).toMatchObject({ status: 204 });
    const url = `/api/audit?target=user:${user.id}&action=user.password_reset_link`;
    const entries = listOf((await app.ask({ url, token: admin.access_token })).body, 'data');
    expect(textsOf(entries, 'actor')).toEqual([`user:${admin.user.id}`, `user:${admin.user.id}`]);
    expect(partOf(entries, 0, 'change')).toMatchObject({ email: 'ann@example.com' });
  });
});

test('a mail server that does not answer fails nobody who asks, and is told to an admin', async () => {
  const app = await createTestApp({ SMTP_URL: 'smtp://127.0.0.1:1' });
  const { user } = await app.signUp('ann@example.com');
  expect(await askFor(app, 'ann@example.com')).toMatchObject({ status: 202 });
  expect(await give(app, await app.apiToken('admin'), user.id, 'mail')).toMatchObject({
    status: 503,
    body: { detail: expect.stringContaining('"link"') },
  });
});
