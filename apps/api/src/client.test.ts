import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type AuditRecord,
  connect,
  createJob,
  deleteJob,
  eachAudit,
  getMe,
  getUser,
  type Job,
  jobEvents,
  listAudit,
  logIn,
  logOut,
  refreshSession,
} from '@greenvue/jobs/client';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from './db/test-database.ts';
import { startTestServer } from './test-server.ts';

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
  });
  await logOut(connection, session.refresh_token);
  await logOut(connection, session.refresh_token);
  await expect(refreshSession(connection, session.refresh_token)).rejects.toMatchObject({ status: 401 });
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

test('a rate limit is kept to', async () => {
  const url = await startServer({ RATE_LIMIT_PER_MINUTE: '3' });
  const connection = connect({ url, retries: 0 });
  const refusal = await vi.waitFor(async () => {
    const error = await getMe(connection).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ status: 429 });
    return error;
  });
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
  const env = { ...process.env, GREENVUE_URL: url, GREENVUE_TOKEN: token };
  const run = () => promisify(execFile)(process.execPath, ['rebuild-search.ts'], { cwd: folder, env });
  expect((await run()).stdout).toMatch(/^created rebuild-search\n(.*\n)*succeeded /);
  expect((await run()).stdout).toMatch(/^found rebuild-search\n(.*\n)*succeeded /);
});
