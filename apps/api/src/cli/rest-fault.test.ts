import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { ApiError, ConnectionError } from '@greenvue/jobs/client';
import { run } from '@stricli/core';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from './application.ts';
import { restFault } from './rest-fault.ts';
import { createTestContext } from './test-context.ts';

/** What `jobs list` says of a server that behaves so. */
async function listJobsOf(listener: RequestListener, url = (port: number) => `http://127.0.0.1:${port}`) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const context = createTestContext({ url: url(port), token: 'gv_x', isPiped: true });
  await run(createApplication(), ['jobs', 'list'], context);
  expect(context.out.written()).toBe('');
  const lines = context.err.lines().map((line) => line.replaceAll(`127.0.0.1:${port}`, 'host'));
  return { code: context.process.exitCode, lines };
}

const page =
  (status: number, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<h1>nginx</h1>');
  };

const json =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

const FOREIGN = expect.stringMatching(
  /^It is not GreenVue that says so, but what is at or before http:\/\/host\/api\. /,
);

test.each([
  [502, 3, [/^The server can not be reached now: .* 502\.$/, /^Does GreenVue run behind it\? /]],
  [503, 3, [/^The server can not be reached now: .* 503\.$/, /^Try again in a while\.$/]],
  [504, 3, [/^The server can not be reached now: .* 504\.$/, /^Does GreenVue run behind it\? /]],
  [500, 1, [/^The answer was 500, with no more words\.$/]],
])('a page of a proxy with the status %d', async (status, code, words) => {
  expect(await listJobsOf(page(status))).toEqual({
    code,
    lines: words.map((line) => expect.stringMatching(line)),
  });
});

test('a refusal of a proxy, or of another server, is not taken for one of GreenVue', async () => {
  expect(await listJobsOf(page(404))).toEqual({
    code: 3,
    lines: ['There is no such route. Is the address of the API right?', FOREIGN],
  });
  expect(await listJobsOf(page(403))).toEqual({
    code: 4,
    lines: ['The answer was 403, with no more words.', FOREIGN],
  });
  const unknown = await listJobsOf(page(401));
  expect(unknown.code).toBe(4);
  expect(unknown.lines[1]).toEqual(FOREIGN);
});

test('a path that GreenVue does not have is a wrong address, or another version', async () => {
  const answer = { status: 404, detail: 'There is nothing at this path.', instance: 'r-1' };
  expect(await listJobsOf(json(answer, 404))).toEqual({
    code: 3,
    lines: [
      answer.detail,
      expect.stringMatching(/^Is http:\/\/host\/api the address, and the server of the same version/),
    ],
  });
});

test('JSON of another API is none of GreenVue', async () => {
  const other = {
    code: 3,
    lines: [expect.stringContaining('is not this API'), expect.stringMatching(/^Is that the server\?/)],
  };
  expect(await listJobsOf(json({}))).toEqual(other);
  expect(await listJobsOf(json({ data: 5, next_cursor: null }))).toEqual(other);
  expect(await listJobsOf(json({ data: [{}], next_cursor: null }))).toEqual({
    code: 3,
    lines: [
      expect.stringMatching(/^The answer of http:\/\/host\/api is not what it should be: /),
      expect.stringMatching(/^Is that GreenVue, and of the same version/),
    ],
  });
});

test('a connection that can not be made is told with what to do', async () => {
  const adviceOn = async (listener: RequestListener, url?: (port: number) => string) => {
    const { code, lines } = await listJobsOf(listener, url);
    expect(code).toBe(3);
    expect(lines).toHaveLength(2);
    return lines;
  };
  expect(await adviceOn(page(301, { location: 'https://example.com/' }))).toEqual([
    'No answer from http://host/api: unexpected redirect.',
    expect.stringMatching(/^It sends elsewhere/),
  ]);
  expect(await adviceOn(page(200), (port) => `https://127.0.0.1:${port}`)).toEqual([
    'No answer from https://host/api: wrong version number.',
    'No TLS is spoken there: is it http:// and not https://?',
  ]);
  expect(await adviceOn((request) => request.socket.destroy())).toEqual([
    'No answer from http://host/api: other side closed.',
    expect.stringMatching(/^Something listens there, and hangs up: is it https:/),
  ]);
  expect(await adviceOn(page(200), () => 'http://nobody.invalid')).toEqual([
    expect.stringMatching(/^No answer from http:\/\/nobody\.invalid\/api: getaddrinfo /),
    expect.stringMatching(/^There is no machine of that name\./),
  ]);
});

const ASKED = { url: 'https://host/api', hasToken: true };

test.each([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('a certificate that is not trusted (%s)', (code) => {
  const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code }) });
  const fault = restFault(new ConnectionError('no_answer', 'No answer.', { cause }), ASKED);
  expect(fault).toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/\nIts certificate is not trusted here\. /),
  });
});

test.each([409, 412])('a %d that an earlier try of one’s own may have made', (status) => {
  const problem = {
    status,
    title: 'No',
    detail: 'No.',
    faults: [],
    requestId: 'r-1',
    retryAfterMs: undefined,
  };
  const own = /It may be your own doing/;
  expect(restFault(new ApiError({ ...problem, mayBeDone: true }), ASKED).message).toMatch(own);
  expect(restFault(new ApiError(problem), ASKED).message).not.toMatch(own);
});
