import { connect } from 'node:net';
import type { InjectOptions } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { encodeCursor } from '../rest/cursor.ts';
import { type Answer, createTestApp, databaseEnv, type TestApp } from '../testing/test-app.ts';
import { listOf, partOf, textOf, textsOf } from '../testing/test-bodies.ts';

const json = { 'content-type': 'application/json' };

const logIn = (payload: string | Buffer, headers: Record<string, string> = json): InjectOptions => ({
  method: 'POST',
  url: '/api/auth/login',
  headers,
  payload,
});

/** Each answer that is no success has this form, and tells nothing of the server's inside. */
function expectProblem(answer: Answer, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: answer.headers['x-request-id'],
  });
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|SELECT|SQLITE/i);
}

const BODIES: readonly [string, InjectOptions, number][] = [
  ['malformed JSON', logIn('{"email":'), 400],
  ['an empty body', logIn(''), 400],
  ['bad UTF-8', logIn(Buffer.from([0x22, 0xff, 0xfe, 0x22])), 400],
  ['an overlong UTF-8 form', logIn(Buffer.from([0x22, 0xc0, 0xaf, 0x22])), 400],
  ['nesting of 65 levels', logIn('['.repeat(65) + ']'.repeat(65)), 400],
  ['nesting of 16,000 levels', logIn('['.repeat(16_000)), 400],
  ['a key that poisons a prototype', logIn('{"__proto__":{"admin":true}}'), 400],
  ['a constructor that poisons a prototype', logIn('{"constructor":{"prototype":{}}}'), 400],
  ['a body of another type', logIn('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
  ['a text body', logIn('{}', { 'content-type': 'text/plain' }), 415],
  ['a body of more than 16 KiB', logIn(`"${'x'.repeat(16_384)}"`), 413],
  ['no object', logIn('[]'), 422],
  ['null', logIn('null'), 422],
];

test.each(BODIES)('%s is a problem', async (_name, request, status) => {
  const { ask } = await createTestApp();
  expectProblem(await ask(request), status);
});

test('a body may have 16 KiB for accounts, 128 KiB and 10,000 values elsewhere', async () => {
  const { ask, apiToken } = await createTestApp();
  const token = await apiToken('admin');
  const send = (url: string, payload: string) => ask({ method: 'POST', url, token, headers: json, payload });
  const large = await send('/api/auth/refresh', `"${'x'.repeat(16_384)}"`);
  expectProblem(large, 413);
  expect(textOf(large.body, 'detail')).toContain('larger than 16 KiB');
  expect((await send('/api/notifications', `"${'x'.repeat(130_000)}"`)).status).toBe(422);
  const larger = await send('/api/notifications', `"${'x'.repeat(131_072)}"`);
  expectProblem(larger, 413);
  expect(textOf(larger.body, 'detail')).toContain('larger than 128 KiB');
  const many = await send('/api/notifications', `[${'0,'.repeat(10_000)}0]`);
  expectProblem(many, 400);
  expect(textOf(many.body, 'detail')).toBe('The body has more than 10,000 values.');
});

test('nesting within the bound, brackets in strings included, is for the schema to judge', async () => {
  const { ask } = await createTestApp();
  expect(await ask(logIn('['.repeat(64) + ']'.repeat(64)))).toMatchObject({ status: 422 });
  expect(await ask(logIn(JSON.stringify({ email: `${'['.repeat(100)}"[\\` })))).toMatchObject({
    status: 422,
  });
});

test('every fault of a body is named with a JSON pointer', async () => {
  const { ask } = await createTestApp();
  const payload = { email: 'nobody', password: 'short', name: '', 'a/b~c': 1 };
  const answer = await ask({ method: 'POST', url: '/api/auth/register', payload });
  expectProblem(answer, 422);
  const pointers = textsOf(listOf(answer.body, 'errors'), 'pointer');
  expect(new Set(pointers)).toEqual(new Set(['/email', '/password', '/name', '/a~1b~0c']));
});

test('each fault of a body says in the words of the jobs what would be right', async () => {
  const { ask, signUp } = await createTestApp();
  const register = { method: 'POST', url: '/api/auth/register' } as const;
  const faultsOf = async (request: InjectOptions & { readonly token?: string }) =>
    partOf((await ask(request)).body, 'errors');
  expect(await faultsOf({ ...register, payload: { email: 'a@example.com', name: 'Ann' } })).toEqual([
    { pointer: '/password', detail: expect.stringMatching(/^is required: a text of \d+ to \d+ characters$/) },
  ]);
  const session = await signUp('ann@example.com');
  const listing = { title: 1, category: 'A B', price_cents: -1, condition: 'none', colour: 'red' };
  const faults = await faultsOf({
    method: 'POST',
    url: '/api/listings',
    token: session.access_token,
    payload: listing,
  });
  expect(faults).toEqual([
    { pointer: '/title', detail: 'must be a string' },
    { pointer: '/category', detail: expect.stringMatching(/^must match /) },
    { pointer: '/price_cents', detail: 'must be at least 0' },
    { pointer: '/condition', detail: expect.stringMatching(/^must be one of /) },
    { pointer: '/colour', detail: expect.stringMatching(/^unknown field; known ones are title, /) },
  ]);
});

test('a fault of a parameter has a JSON pointer, whichever list it is', async () => {
  const { ask } = await createTestApp();
  expect(partOf((await ask({ url: '/api/listings?q=a%00b' })).body, 'errors')).toEqual([
    { pointer: '/q', detail: 'must not contain U+0000' },
  ]);
  expect(partOf((await ask({ url: '/api/listings?a%2Fb~c=1' })).body, 'errors')).toMatchObject([
    { pointer: '/a~1b~0c' },
  ]);
});

test('a fault of a parameter is a 422 that names it', async () => {
  const { ask, apiToken } = await createTestApp();
  const token = await apiToken('admin');
  for (const query of ['limit=0', 'limit=201', 'limit=1e2', 'limit=', 'limit=1&limit=2']) {
    const answer = await ask({ url: `/api/users?${query}`, token });
    expectProblem(answer, 422);
    expect(partOf(answer.body, 'errors')).toMatchObject([{ pointer: '/limit' }]);
  }
  const unknown = await ask({ url: '/api/users?page=2', token });
  expect(partOf(unknown.body, 'errors')).toMatchObject([{ pointer: '/page' }]);
  expectProblem(await ask({ url: `/api/users/${'x'.repeat(3_000)}`, token }), 422);
});

test('a cursor with a text that PostgreSQL does not take is a 400', async () => {
  const { ask, apiToken } = await createTestApp(await databaseEnv('postgres'));
  const token = await apiToken('admin');
  const cursor = encodeCursor([1, '\0']);
  for (const list of ['users', 'tokens', 'notifications'])
    expectProblem(await ask({ url: `/api/${list}?cursor=${cursor}`, token }), 400);
});

test('a cursor that no list gave is a 400', async () => {
  const { ask, apiToken } = await createTestApp();
  const token = await apiToken('admin');
  const foreign = Buffer.from('["a"]').toString('base64url');
  for (const cursor of ['x', 'e30', foreign]) {
    for (const list of ['users', 'tokens', 'audit', 'notifications']) {
      expectProblem(await ask({ url: `/api/${list}?cursor=${cursor}`, token }), 400);
    }
  }
});

test('U+0000 and lone surrogates are refused wherever they stand', async () => {
  const { ask, apiToken } = await createTestApp();
  const token = await apiToken('admin');
  const send = (payload: string) =>
    ask({ method: 'POST', url: '/api/notifications', token, headers: json, payload });
  const values = [
    '{"email":"a@example.com","data":{"title":"x","message":"a\\u0000b"}}',
    '{"template":"\\ud800"}',
  ];
  for (const payload of values) {
    const answer = await send(payload);
    expectProblem(answer, 422);
    expect(textOf(answer.body, 'errors', 0, 'pointer')).toMatch(/^\/(?:data\/message|template)$/);
  }
  const key = await send('{"data":{"a\\u0000b":1}}');
  expectProblem(key, 422);
  expect(partOf(key.body, 'errors')).toEqual([
    { pointer: '/data', detail: 'must not have a key with U+0000 or a lone surrogate' },
  ]);
  const many = await send(`[${'"\\u0000",'.repeat(1_000)}""]`);
  expect(listOf(many.body, 'errors')).toHaveLength(20);
  for (const url of ['/api/users/%00', '/api/audit?actor=%00']) expectProblem(await ask({ url, token }), 422);
});

test('a stranger is told so before the body is looked at, but not where no token is needed', async () => {
  const { ask } = await createTestApp();
  for (const payload of ['{', '{"nope":1}', `"${'x'.repeat(1_048_576)}"`]) {
    for (const url of ['/api/listings', '/api/tokens', '/api/notifications']) {
      expectProblem(await ask({ method: 'POST', url, headers: json, payload }), 401);
    }
  }
  expectProblem(await ask({ url: '/api/users/%00' }), 401);
  expectProblem(await ask({ url: '/api/listings?limit=0' }), 422);
});

test('a path that is not there is a 404, and a method that is not there a 405 with the methods that are', async () => {
  const { ask } = await createTestApp();
  expectProblem(await ask({ url: '/api/nothing' }), 404);
  const answer = await ask({ method: 'PUT', url: '/api/users/1?x=1' });
  expectProblem(answer, 405);
  expect(answer.headers.allow).toBe('GET, HEAD, PATCH');
});

test('a method that Fastify itself refuses is no fault of the server', async () => {
  const app = await createTestApp();
  const request = 'QUERY /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  expect(await sendRaw(app, request)).toMatch(/^HTTP\/1\.1 400 .*"status":400/s);
});

test('a malformed URL is a 400', async () => {
  const { ask } = await createTestApp();
  const answer = await ask({ url: '/api/users/%zz' });
  expectProblem(answer, 400);
  expect(textOf(answer.body, 'detail')).toMatch(/percent encoding, such as/);
});

test('an error that nobody foresaw is a 500 that tells nothing, and is logged', async () => {
  const { ask, deps, apiToken } = await createTestApp();
  const token = await apiToken('admin');
  await deps.database.schema.dropTable('notifications').execute();
  const answer = await ask({ url: '/api/notifications', token });
  expectProblem(answer, 500);
  expect(textOf(answer.body, 'detail')).not.toContain('notifications');
});

test('a database that is gone is a 503 that says when to try again', async () => {
  const { ask, deps, apiToken } = await createTestApp();
  const token = await apiToken('admin');
  await deps.close();
  const answer = await ask({ url: '/api/users', token });
  expectProblem(answer, 503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expectProblem(await ask({ url: '/readyz' }), 503);
  expect(await ask({ url: '/healthz' })).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('what is not HTTP gets a problem too', async () => {
  const app = await createTestApp();
  expect(await sendRaw(app, 'GARBAGE\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 .*application\/problem\+json.*"status":400/s,
  );
  const huge = `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(40_000)}\r\n\r\n`;
  expect(await sendRaw(app, huge)).toMatch(/^HTTP\/1\.1 431 .*"status":431/s);
});

async function sendRaw({ app }: TestApp, request: string): Promise<string> {
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => listeningUrl(app)));
  const socket = connect(Number(url.port), url.hostname);
  onTestFinished(() => void socket.destroy());
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function listeningUrl(app: TestApp['app']): string {
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the app does not listen');
  return `http://127.0.0.1:${address.port}`;
}
