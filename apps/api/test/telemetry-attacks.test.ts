import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { PASSWORD } from '../src/testing/test-app.ts';
import { startTestServer } from '../src/testing/test-server.ts';

/** A server whose log is kept as it is written. */
async function start() {
  const written: string[] = [];
  const logger = pino({ level: 'info' }, { write: (chunk: string) => written.push(chunk) });
  const env = {
    ADMIN_PASSWORD: PASSWORD,
    METRICS_TOKEN: 'a-token-for-metrics',
    RATE_LIMIT_PER_MINUTE: '100000',
  };
  const { url } = await startTestServer(env, { logger });
  return { url, written };
}

/** Sends the bytes of a request as they are, and returns the answer. */
async function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.end(bytes);
  return text(socket);
}

const FORGED = '{"level":30,"msg":"admin signed in"}';
/** Without escaping, the line of this request would name an account. */
const QUOTED = '/x","who":"user:1';

test('a request adds no line of its own to the log', async () => {
  const { url, written } = await start();
  const close = 'Host: localhost\r\nConnection: close\r\n';
  for (const bytes of [
    `GET ${QUOTED} HTTP/1.1\r\n${close}\r\n`,
    `GET /x%0d%0a${encodeURIComponent(FORGED)} HTTP/1.1\r\n${close}\r\n`,
    `GET /x HTTP/1.1\r\n${close}User-Agent: a\u0085${FORGED}\r\n\r\n`,
    `GET /x HTTP/1.1\r\n${close}User-Agent: a\n${FORGED}\r\n\r\n`,
    `GET /x HTTP/1.1\r\n${close}X-Request-Id: a\u2028${FORGED}\r\n\r\n`,
  ])
    expect(await sendRaw(url, bytes)).toMatch(/^HTTP\/1\.1 4/);
  const email = `a\u2028${FORGED}\n@example.com`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ email, password: `\n${FORGED}` });
  expect(await fetch(`${url}/api/auth/login`, { method: 'POST', headers, body })).toMatchObject({
    status: 422,
  });
  const lines = written.join('').trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  const records: readonly Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
  for (const record of records) expect(record).not.toMatchObject({ msg: 'admin signed in' });
  expect(records.filter(({ url }) => url === QUOTED)).toHaveLength(1);
  expect(records.filter(({ who }) => who !== undefined)).toEqual([]);
});

test('a log has no password, no token and no query of a request', async () => {
  const { url, written } = await start();
  const json = { 'content-type': 'application/json' };
  const signIn = (password: string) =>
    fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ email: 'admin@greenvue.local', password }),
    });
  expect(await signIn('a wrong but secret guess')).toMatchObject({ status: 401 });
  const { access_token, refresh_token }: Record<string, string> = Object(
    await (await signIn(PASSWORD)).json(),
  );
  const authorization = `Bearer ${access_token}`;
  for (const path of ['/api/jobs/none', '/api/none', '/api/jobs?limit=none'])
    expect((await fetch(`${url}${path}`, { headers: { authorization } })).status).toBeGreaterThanOrEqual(400);
  expect(await fetch(`${url}/api/jobs`, { headers: { authorization: 'Bearer gv_stolen' } })).toMatchObject({
    status: 401,
  });
  const log = written.join('');
  expect(log).toContain('/api/jobs/none');
  for (const secret of ['a wrong but secret guess', PASSWORD, access_token, refresh_token, 'gv_stolen'])
    expect(log).not.toContain(secret);
});

test('paths, methods and ids that strangers choose add no series to the metrics', async () => {
  const { url } = await start();
  const series = async () => {
    const headers = { authorization: 'Bearer a-token-for-metrics' };
    const answer = await (await fetch(`${url}/metrics`, { headers })).text();
    return answer.split('\n').filter((line) => line.startsWith('http_request_duration_seconds_count'));
  };
  const strange = async (n: number) => {
    for (const path of [`/x${n}`, `/api/listings/x${n}`, `/api/jobs/x${n}`, `/console/x${n}`])
      for (const method of ['GET', 'DELETE', 'PURGE', 'PROPFIND']) await fetch(`${url}${path}`, { method });
  };
  await strange(0);
  await series();
  const before = (await series()).length;
  for (let n = 1; n < 20; n += 1) await strange(n);
  expect((await series()).length).toBe(before);
});
