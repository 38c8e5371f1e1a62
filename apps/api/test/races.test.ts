import { expect, test } from 'vitest';
import { PASSWORD } from '../src/testing/test-app.ts';
import { partOf, textOf } from '../src/testing/test-bodies.ts';
import { startTestServer } from '../src/testing/test-server.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

type Ask = (
  method: string,
  path: string,
  more?: { readonly body?: object; readonly token?: string; readonly headers?: Record<string, string> },
) => Promise<Answer>;

/**
 * Sends requests over real sockets, by default as the admin. The server has no places, so queued runs stay
 * queued.
 */
async function begin(): Promise<Ask> {
  const { url } = await startTestServer({
    ADMIN_PASSWORD: PASSWORD,
    JOBS_CONCURRENCY: '0',
    RATE_LIMIT_PER_MINUTE: '100000',
  });
  const send =
    (admin: string): Ask =>
    async (method, path, { body, token = admin, headers = {} } = {}) => {
      const own = { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers };
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/api${path}`, {
        method,
        headers: { ...type, ...own },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
    };
  const credentials = { email: 'admin@greenvue.local', password: PASSWORD };
  const { body } = await send('')('POST', '/auth/login', { body: credentials });
  return send(textOf(body, 'access_token'));
}

const job = (id: string, more: object = {}) => ({
  body: { id, name: id, type: 'send_notifications', on_demand: true, ...more },
});

/** Sends the same request `times` times at once, and counts the answers by status. */
async function sendAll(times: number, ask: (at: number) => Promise<Answer>) {
  const answers = await Promise.all(Array.from({ length: times }, (_, at) => ask(at)));
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return { answers, counts };
}

test('of a hundred that create one id, one does', async () => {
  const ask = await begin();
  expect((await sendAll(100, () => ask('POST', '/jobs', job('one')))).counts).toEqual({ 201: 1, 409: 99 });
  expect((await sendAll(100, () => ask('PUT', '/jobs/two', job('two')))).counts).toEqual({ 201: 1, 200: 99 });
});

test('of fifty edits of one version, one wins; without a version, none is half done', async () => {
  const ask = await begin();
  const { headers } = await ask('POST', '/jobs', job('one'));
  const tag = { 'if-match': headers.get('etag') ?? '' };
  const guarded = await sendAll(50, (at) =>
    ask('PATCH', '/jobs/one', { body: { name: `${at}` }, headers: tag }),
  );
  expect(guarded.counts).toEqual({ 200: 1, 412: 49 });
  const free = await sendAll(50, (at) =>
    ask('PATCH', '/jobs/one', { body: { name: `${at}`, description: `${at}` } }),
  );
  // An answer shows the edit that it confirms, also when others have edited the job since.
  const done = free.answers.map((answer, at) => ({ ...answer, at })).filter(({ status }) => status === 200);
  expect(done.map(({ body }) => textOf(body, 'name'))).toEqual(done.map(({ at }) => `${at}`));
  expect(new Set(done.map((answer) => answer.headers.get('etag'))).size).toBe(done.length);
  const { body } = await ask('GET', '/jobs/one');
  expect(textOf(body, 'name')).toBe(textOf(body, 'description'));
  // Each edit with status 200 made one version, after the first two.
  expect(partOf(body, 'version')).toBe(2 + (free.counts[200] ?? 0));
});

test('a storm of triggers starts as many runs as there is room for, and a dedupe key one', async () => {
  const ask = await begin();
  for (const [overlap, room] of [
    ['skip', 1],
    ['queue', 2],
  ] as const) {
    await ask('POST', '/jobs', job(overlap, { overlap }));
    const { counts } = await sendAll(100, () => ask('POST', `/jobs/${overlap}/runs`));
    expect(counts).toEqual({ 202: room, 409: 100 - room });
  }
  await ask('POST', '/jobs', job('allow', { overlap: 'allow' }));
  const { answers, counts } = await sendAll(50, () =>
    ask('POST', '/jobs/allow/runs', { body: { dedupe_key: 'same' } }),
  );
  expect(counts).toEqual({ 202: 50 });
  expect(new Set(answers.map(({ body }) => textOf(body, 'id'))).size).toBe(1);
  expect(answers.filter(({ headers }) => headers.has('idempotent-replay'))).toHaveLength(49);
});

test('a job deleted in the middle of a storm leaves no live run', async () => {
  const ask = await begin();
  await ask('POST', '/jobs', job('one', { overlap: 'allow' }));
  await sendAll(60, (at) => (at === 30 ? ask('DELETE', '/jobs/one') : ask('POST', '/jobs/one/runs')));
  const { body } = await ask('GET', '/runs?job_id=one&status=queued');
  expect(partOf(body, 'data')).toEqual([]);
});

test('a storm of pauses and resumes ends in a state that is whole', async () => {
  const ask = await begin();
  await ask('POST', '/jobs', job('one', { on_demand: false, interval: '1h' }));
  const { counts } = await sendAll(100, (at) =>
    ask('POST', `/jobs/one/${at % 2 === 0 ? 'pause' : 'resume'}`),
  );
  expect(counts).toEqual({ 200: 100 });
  const { body } = await ask('GET', '/jobs/one');
  expect(partOf(body, 'next_run') === null).toBe(partOf(body, 'status') === 'paused');
  expect(partOf((await ask('POST', '/jobs/one/resume')).body, 'next_run')).not.toBeNull();
});

test('of two admins that demote each other, one stays', async () => {
  const ask = await begin();
  const account = { email: 'second@example.com', name: 'Second', password: PASSWORD };
  const second = (await ask('POST', '/auth/register', { body: account })).body;
  await ask('PATCH', `/users/${textOf(second, 'user', 'id')}`, { body: { role: 'admin' } });
  const id = textOf((await ask('GET', '/auth/me')).body, 'id');
  const demote = { role: 'user' };
  const { counts } = await sendAll(2, (at) =>
    at === 0
      ? ask('PATCH', `/users/${textOf(second, 'user', 'id')}`, { body: demote })
      : ask('PATCH', `/users/${id}`, { body: demote, token: textOf(second, 'access_token') }),
  );
  expect(counts[200]).toBe(1);
});

test('a refresh token that is used many times at once has one successor, which is good once', async () => {
  const ask = await begin();
  const account = { email: 'ann@example.com', name: 'Ann', password: PASSWORD };
  const registered = await ask('POST', '/auth/register', { body: account });
  const refresh = (refresh_token: string) => ask('POST', '/auth/refresh', { body: { refresh_token } });
  const first = textOf(registered.body, 'refresh_token');
  const { answers, counts } = await sendAll(10, () => refresh(first));
  expect(counts).toEqual({ 200: 10 });
  const [next = '', ...others] = new Set(answers.map(({ body }) => textOf(body, 'refresh_token')));
  expect(others).toEqual([]);
  expect((await refresh(next)).status).toBe(200);
  expect((await refresh(first)).status).toBe(401);
});
