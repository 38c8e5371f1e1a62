import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as client from '@greenvue/accounts';
import {
  type ApiToken,
  type AuditRecord,
  type ChangePassword,
  type ConfirmPasswordReset,
  type CookieSession,
  type CreatedUser,
  type CreateUser,
  changePassword,
  changeRole,
  changeUser,
  confirmEmail,
  confirmPasswordReset,
  eachAudit,
  eachToken,
  eachUser,
  endCookieSession,
  endSession,
  endSessions,
  endUserSession,
  endUserSessions,
  getMe,
  getUser,
  type ListedSession,
  listAudit,
  listSessions,
  listTokens,
  listUserSessions,
  listUsers,
  logIn,
  logInWithCookie,
  logOut,
  type MakeToken,
  type Me,
  makeToken,
  type NewApiToken,
  type PasswordReset,
  type Register,
  refreshCookieSession,
  refreshSession,
  register,
  resendConfirmation,
  resetPassword,
  revokeToken,
  type Session,
  type User,
} from '@greenvue/accounts';
import {
  connect,
  createJob,
  deleteJob,
  getJob,
  type Job,
  jobEvents,
  NO_SUCH_PATH,
} from '@greenvue/jobs/client';
import { expect, expectTypeOf, test, vi } from 'vitest';
import type { z } from 'zod';
import { CONDITION_MS } from '../../../scripts/test-deadlines.ts';
import type { meSchema, registerBody } from '../src/auth/accounts/account-routes.ts';
import type { createdUserSchema, createUserBody } from '../src/auth/accounts/create-user-route.ts';
import type { auditSchema } from '../src/auth/audit/audit-routes.ts';
import type { changePasswordBody } from '../src/auth/passwords/password-routes.ts';
import type { confirmResetBody, resetSchema } from '../src/auth/passwords/reset-routes.ts';
import type { cookieSessionSchema, sessionSchema } from '../src/auth/sessions/session-answer.ts';
import type { listedSessionSchema } from '../src/auth/sessions/session-routes.ts';
import type { makeTokenBody, newApiTokenSchema } from '../src/auth/tokens/token-routes.ts';
import type { apiTokenSchema, userSchema } from '../src/auth/views.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { startTestServer } from '../src/testing/test-server.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ADMIN = { email: 'admin@greenvue.test', password: 'a long enough password' };

async function startServer(env: Readonly<Record<string, string>> = {}) {
  const { url } = await startTestServer({
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    ...env,
  });
  return `${url}/api`;
}

test('an admin logs in, is known, and logs out', async () => {
  const url = await startServer();
  const session = await logIn(connect({ url }), ADMIN);
  expect(session).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: expect.any(Number),
    refresh_token: expect.any(String),
    user: {
      id: expect.any(String),
      email: ADMIN.email,
      name: expect.any(String),
      role: 'admin',
      disabled: false,
      must_change_password: false,
      last_seen_at: null,
      email_confirmed: true,
      created_at: expect.any(String),
    },
  });
  const connection = connect({ url, token: session.access_token });
  expect(await getMe(connection)).toEqual({
    id: session.user.id,
    kind: 'user',
    name: session.user.name,
    email: ADMIN.email,
    role: 'admin',
    must_change_password: false,
  });
  await logOut(connection, session.refresh_token);
  await logOut(connection, session.refresh_token);
  await expect(refreshSession(connection, session.refresh_token)).rejects.toMatchObject({ status: 401 });
});

test('a web page logs in, refreshes and logs out with a cookie that the browser keeps', async () => {
  const url = await startServer();
  let cookie = '';
  const browser = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(input, { ...init, headers });
    cookie = response.headers.get('set-cookie')?.split(';', 1)[0] ?? cookie;
    return response;
  };
  const page = connect({ url, fetch: browser });
  const session = await logInWithCookie(page, ADMIN);
  expect(session).not.toHaveProperty('refresh_token');
  const first = cookie;
  const { access_token: token } = await refreshCookieSession(page);
  expect(cookie).not.toBe(first);
  expect(await getMe(connect({ url, token }))).toMatchObject({ email: ADMIN.email });
  await endCookieSession(page);
  expect(cookie).toBe('greenvue_refresh=');
  await expect(refreshCookieSession(page)).rejects.toMatchObject({ status: 401 });
  await expect(getMe(connect({ url, token }))).rejects.toMatchObject({ status: 401 });
});

test('a new account asks for its confirmation mail again, and a wrong token confirms nothing', async () => {
  const url = await startServer();
  const account = { email: 'new@example.com', name: 'New', password: 'correct horse battery' };
  const { access_token: token, user } = await register(connect({ url }), account);
  expect(user.email_confirmed).toBe(false);
  await expect(resendConfirmation(connect({ url, token }))).rejects.toMatchObject({ status: 429 });
  await expect(confirmEmail(connect({ url }), 'gvc_wrong')).rejects.toMatchObject({ status: 422 });
});

test('a wrong password is a 401, and so is no token', async () => {
  const url = await startServer();
  await expect(logIn(connect({ url }), { ...ADMIN, password: 'wrong' })).rejects.toMatchObject({
    name: 'ApiError',
    status: 401,
    detail: 'The e-mail address or the password is wrong.',
    requestId: expect.any(String),
  });
  await expect(getMe(connect({ url }))).rejects.toMatchObject({ status: 401 });
});

test('a path that no route has is told from a thing that is not there', async () => {
  const url = await startServer();
  const { access_token: token } = await logIn(connect({ url }), ADMIN);
  const missing = { status: 404, detail: NO_SUCH_PATH };
  await expect(getMe(connect({ url: `${url}/v2`, token }))).rejects.toMatchObject(missing);
  await expect(getJob(connect({ url, token }), 'nothing')).rejects.not.toMatchObject(missing);
});

test('a token that has run out is renewed, and a bad one is no hindrance to that', async () => {
  const url = await startServer();
  let session = await logIn(connect({ url }), ADMIN);
  let token = 'ran-out';
  const connection = connect({
    url,
    token: () => token,
    renew: async () => {
      session = await refreshSession(connection, session.refresh_token);
      token = session.access_token;
      return true;
    },
  });
  const [me, other] = await Promise.all([getMe(connection), getMe(connection)]);
  expect(me).toEqual(other);
  token = 'ran-out';
  const left = new AbortController();
  for await (const event of jobEvents(connection, { signal: left.signal, lastEventId: 'x-1' })) {
    expect(event).toEqual({ type: 'reset' });
    left.abort();
  }
});

test('an admin reads who changed what', async () => {
  const url = await startServer();
  const { access_token: token } = await logIn(connect({ url }), ADMIN);
  const connection = connect({ url, token });
  const type = 'update_search_index';
  const jobs: Job[] = [];
  for (const id of ['a', 'b', 'c']) {
    jobs.push(await createJob(connection, { id, name: id, type, on_demand: true }));
  }
  await deleteJob(connection, 'b', { ifMatch: jobs[1] });
  const deeds = (records: readonly AuditRecord[]) =>
    records.map(({ action, target }) => `${action} ${target}`);
  const { data } = await listAudit(connection, { target: 'b' });
  expect(deeds(data)).toEqual(['job.delete b', 'job.create b']);
  expect(Object.keys(data[0] ?? {}).toSorted()).toEqual([
    'action',
    'actor',
    'actor_name',
    'at',
    'change',
    'id',
    'target',
  ]);
  const created = await Array.fromAsync(eachAudit(connection, { action: 'job.create', limit: 2 }));
  expect(deeds(created)).toEqual(['job.create c', 'job.create b', 'job.create a']);
  const { id } = await getMe(connection);
  expect(await getUser(connection, id)).toMatchObject({ id, email: ADMIN.email, role: 'admin' });
  await expect(getUser(connection, 'nobody')).rejects.toMatchObject({ status: 404 });
  const stranger = connect({ url });
  await expect(listAudit(stranger)).rejects.toMatchObject({ status: 401 });
});

/** `true` if both types are assignable to each other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

test("what the client says of GreenVue's own routes is what their schemas say", () => {
  expectTypeOf<Same<Session, z.output<typeof sessionSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<CookieSession, z.output<typeof cookieSessionSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Me, z.output<typeof meSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<User, z.output<typeof userSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<ApiToken, z.output<typeof apiTokenSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<NewApiToken, z.output<typeof newApiTokenSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<AuditRecord, z.output<typeof auditSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<ListedSession, z.output<typeof listedSessionSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<ChangePassword, z.input<typeof changePasswordBody>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<ConfirmPasswordReset, z.input<typeof confirmResetBody>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<PasswordReset, z.output<typeof resetSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<CreatedUser, z.output<typeof createdUserSchema>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<CreateUser, z.output<typeof createUserBody>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<Register, z.input<typeof registerBody>>>().toEqualTypeOf<true>();
  expectTypeOf<Same<MakeToken, z.input<typeof makeTokenBody>>>().toEqualTypeOf<true>();
});

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
}

test('each operation on accounts, users, API tokens and the audit log has its function', async () => {
  const url = await startServer();
  const answer = await fetch(new URL('/openapi.json', url));
  const { paths }: { paths: Record<string, Record<string, Operation>> } = JSON.parse(await answer.text());
  const own = Object.values(paths)
    .flatMap((item) => Object.values(item))
    .filter(({ tags }) => tags.some((tag) => ['Accounts', 'Users', 'API tokens', 'Audit'].includes(tag)))
    .map(({ operationId }) => operationId);
  expect(own.length).toBeGreaterThanOrEqual(12);
  expect(own.filter((id) => !Object.hasOwn(client, id))).toEqual([]);
});

test('an account is made, and an admin gives it a role', async () => {
  const url = await startServer();
  const { access_token: token } = await logIn(connect({ url }), ADMIN);
  const admin = connect({ url, token });
  const ann = { email: 'ann@greenvue.test', password: 'correct horse battery', name: 'Ann' };
  const session = await register(connect({ url }), ann);
  expect(session.user).toMatchObject({ email: ann.email, name: 'Ann', role: 'user' });
  await expect(register(connect({ url }), ann)).rejects.toMatchObject({ status: 409 });
  const own = connect({ url, token: session.access_token });
  await expect(listUsers(own)).rejects.toMatchObject({ status: 403 });
  expect(await changeRole(admin, session.user.id, { role: 'operator' })).toEqual({
    ...session.user,
    role: 'operator',
    last_seen_at: expect.any(String),
  });
  expect((await getMe(own)).role).toBe('operator');
  expect((await changeUser(admin, session.user.id, { disabled: true })).disabled).toBe(true);
  await expect(getMe(own)).rejects.toMatchObject({ status: 401 });
  const { data, next_cursor } = await listUsers(admin, { limit: 1 });
  expect(data.map(({ email }) => email)).toEqual([ann.email]);
  expect(next_cursor).toEqual(expect.any(String));
  const all = await Array.fromAsync(eachUser(admin, { limit: 1 }), ({ email }) => email);
  expect(all).toEqual([ann.email, ADMIN.email]);
});

test('sessions are listed and ended by their owner and by an admin, and a changed password ends the others', async () => {
  const url = await startServer();
  const bare = connect({ url });
  const ann = { email: 'ann@greenvue.test', password: 'correct horse battery' };
  const first = await register(bare, { ...ann, name: 'Ann' });
  const own = connect({ url, token: first.access_token });
  const admin = connect({ url, token: (await logIn(bare, ADMIN)).access_token });
  await logIn(bare, ann);
  const { data } = await listSessions(own);
  expect(data.map(({ current }) => current)).toEqual([false, true]);
  await endSession(own, data[0]?.id ?? '');
  await logIn(bare, ann);
  const [another] = (await listUserSessions(admin, first.user.id)).data;
  await endUserSession(admin, first.user.id, another?.id ?? '');
  await logIn(bare, ann);
  const next = 'another horse battery';
  await changePassword(own, { current_password: ann.password, new_password: next });
  expect((await listSessions(own)).data).toHaveLength(1);
  await endSessions(own);
  await expect(getMe(own)).rejects.toMatchObject({ status: 401 });
  const again = connect({ url, token: (await logIn(bare, { ...ann, password: next })).access_token });
  const reset = await resetPassword(admin, first.user.id, { deliver: 'link' });
  const [, linkToken = ''] = reset.link?.split('#') ?? [];
  await confirmPasswordReset(bare, { token: linkToken, new_password: ann.password });
  await expect(getMe(again)).rejects.toMatchObject({ status: 401 });
  const last = connect({ url, token: (await logIn(bare, ann)).access_token });
  await endUserSessions(admin, first.user.id);
  await expect(getMe(last)).rejects.toMatchObject({ status: 401 });
});

test('an admin makes API tokens, lists and revokes them', async () => {
  const url = await startServer();
  const { access_token } = await logIn(connect({ url }), ADMIN);
  const admin = connect({ url, token: access_token });
  const { secret, ...token } = await makeToken(admin, { name: 'deploy', role: 'operator' });
  const own = connect({ url, token: secret });
  expect(await getMe(own)).toMatchObject({ kind: 'api_token', name: 'deploy', role: 'operator' });
  await makeToken(admin, {
    name: 'another',
    role: 'user',
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
  });
  expect((await listTokens(admin, { limit: 1 })).data.map(({ name }) => name)).toEqual(['another']);
  const all = await Array.fromAsync(eachToken(admin, { limit: 1 }));
  expect(all[1]).toEqual({ ...token, last_used_at: expect.any(String) });
  await revokeToken(admin, token.id);
  await revokeToken(admin, token.id);
  await expect(getMe(own)).rejects.toMatchObject({ status: 401 });
  await expect(revokeToken(admin, 'none')).rejects.toMatchObject({ status: 404 });
});

test('a rate limit is kept to', async () => {
  const url = await startServer({ RATE_LIMIT_PER_MINUTE: '3' });
  const connection = connect({ url, retries: 0 });
  const refusal = await vi.waitFor(async () => {
    const error = await getMe(connection).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ status: 429 });
    return error;
  }, CONDITION_MS);
  expect(refusal).toMatchObject({
    retryAfterMs: expect.any(Number),
    detail: expect.stringContaining('Retry-After'),
  });
});

test('the program of the guide runs as it stands', async () => {
  const url = await startServer();
  const { access_token: token } = await logIn(connect({ url }), ADMIN);
  const guide = readFileSync(join(ROOT, 'docs/client.md'), 'utf8');
  const [, program = ''] = /^```ts file=rebuild-search\.ts\n(.*?)^```$/ms.exec(guide) ?? [];
  const folder = await temporaryFolder();
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'rebuild-search.ts'), program);
  const env = { ...process.env, JOBS_URL: url, JOBS_TOKEN: token };
  const run = () => promisify(execFile)(process.execPath, ['rebuild-search.ts'], { cwd: folder, env });
  expect((await run()).stdout).toMatch(/^created rebuild-search\n(.*\n)*succeeded /);
  expect((await run()).stdout).toMatch(/^found rebuild-search\n(.*\n)*succeeded /);
});
