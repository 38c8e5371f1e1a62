import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { ApiError, ConnectionError } from '@greenvue/jobs/client';
import { run } from '@stricli/core';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { onceOnly, restFault } from '../src/rest/rest-fault.ts';
import { createTestContext } from '../src/testing/test-context.ts';
import { freePort } from './host.ts';

/** What `jobs list` says of a server that behaves so. */
function listJobsOf(listener: RequestListener, url?: (port: number) => string) {
  return saysOf(['jobs', 'list'], listener, url);
}

/** What a command says of such a server. */
async function saysOf(
  command: readonly string[],
  listener: RequestListener,
  url = (port: number) => `http://127.0.0.1:${port}/api`,
) {
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
  await run(createApplication(JOBS_PROGRAM), command, context);
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
  /^This response is not from the API of jobs, but from a proxy or another server at http:\/\/host\/api\. /,
);

test.each([
  [
    502,
    3,
    [/^The server is unreachable: .* 502\. Retry later\.$/, /^Check that the server runs behind the proxy: /],
  ],
  [503, 3, [/^The server is unreachable: .* 503\. Retry later\.$/, /^Retry later\.$/]],
  [
    504,
    3,
    [/^The server is unreachable: .* 504\. Retry later\.$/, /^Check that the server runs behind the proxy: /],
  ],
  [500, 1, [/^The server responded with 500 and gave no reason\.$/]],
])('a page of a proxy with the status %d', async (status, code, words) => {
  expect(await listJobsOf(page(status))).toEqual({
    code,
    lines: words.map((line) => expect.stringMatching(line)),
  });
});

test('a refusal of a proxy, or of another server, is not taken for one of this API', async () => {
  expect(await listJobsOf(page(404))).toEqual({
    code: 3,
    lines: ['There is no such route. Check the URL of the API.', FOREIGN],
  });
  expect(await listJobsOf(page(403))).toEqual({
    code: 4,
    lines: ['The server responded with 403 and gave no reason.', FOREIGN],
  });
  const unknown = await listJobsOf(page(401));
  expect(unknown.code).toBe(4);
  expect(unknown.lines[1]).toEqual(FOREIGN);
});

test('a path that the API does not have is a wrong address, or another version', async () => {
  const answer = { status: 404, detail: 'There is nothing at this path.', instance: 'r-1' };
  expect(await listJobsOf(json(answer, 404))).toEqual({
    code: 3,
    lines: [
      answer.detail,
      expect.stringMatching(
        /^Check that http:\/\/host\/api is the right URL, and that the server has the same version/,
      ),
    ],
  });
});

test('JSON of another API is none of this one', async () => {
  const other = {
    code: 3,
    lines: [
      expect.stringContaining('is not from this API'),
      expect.stringMatching(/^If this is not the server, set the URL/),
    ],
  };
  expect(await listJobsOf(json({}))).toEqual(other);
  expect(await listJobsOf(json({ data: 5, next_cursor: null }))).toEqual(other);
  // It may as well be a fault of the command.
  expect(await listJobsOf(json({ data: [{}], next_cursor: null }))).toEqual({
    code: 1,
    lines: [
      expect.stringMatching(/^greenvue-jobs failed unexpectedly: Cannot read/),
      expect.stringMatching(
        /^Check that http:\/\/host\/api is the API of jobs, in the same version .* a bug of the command\.$/,
      ),
    ],
  });
});

test.each([
  [['runs', 'retry', '7'], 'greenvue-jobs runs list --job <id>, with the job of greenvue-jobs runs show 7'],
  [['jobs', 'create', 'mails', '--name', 'M', '--type', 'x', '--on-demand'], 'greenvue-jobs jobs show mails'],
])(
  'a lost answer to %j may have been a success, and nobody is told to send it again',
  async (command, look) => {
    const lost = `The server may have processed the request. Check before you repeat it: ${look}`;
    let asked = 0;
    const hangUp: RequestListener = (request) => {
      asked += 1;
      request.socket.destroy();
    };
    expect(await saysOf(command, hangUp)).toEqual({
      code: 3,
      lines: ['No response from http://host/api: other side closed.', lost],
    });
    expect(asked).toBe(1);
    expect((await saysOf(command, page(502))).lines.at(-1)).toBe(lost);
    expect((await saysOf(command, page(503))).lines.at(-1)).toBe(lost);
    // What never came to anyone was not done.
    const port = await freePort();
    const nobody = await saysOf(command, page(200), () => `http://127.0.0.1:${port}/api`);
    expect(nobody.lines).toEqual([
      expect.stringContaining('ECONNREFUSED'),
      expect.stringMatching(/^Start the server, or set the URL of the API of jobs with/),
    ]);
    expect((await saysOf(command, page(301, { location: 'https://example.com/' }))).lines).not.toContain(
      lost,
    );
  },
);

test('a timeout, too, may have been a success', async () => {
  const answer = Promise.reject(new ConnectionError('timeout', 'No whole answer in 30 s.'));
  await expect(onceOnly(answer, 'greenvue jobs show a')).rejects.toMatchObject({
    exitCode: 3,
    message:
      'No whole answer in 30 s.\nThe server may have processed the request. Check before you repeat it: greenvue jobs show a',
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
    'No response from http://host/api: unexpected redirect.',
    expect.stringMatching(/^The server redirects/),
  ]);
  expect(await adviceOn(page(200), (port) => `https://127.0.0.1:${port}/api`)).toEqual([
    'No response from https://host/api: wrong version number.',
    'The server does not use TLS there: use http:// instead of https://.',
  ]);
  expect(await adviceOn((request) => request.socket.destroy())).toEqual([
    'No response from http://host/api: other side closed.',
    expect.stringMatching(/^The server closed the connection: use https:/),
  ]);
  expect(await adviceOn(page(200), () => 'http://nobody.invalid/api')).toEqual([
    expect.stringMatching(/^No response from http:\/\/nobody\.invalid\/api: getaddrinfo /),
    expect.stringMatching(/^There is no host with that name\./),
  ]);
});

test('a fault that is all there is to say is said once', async () => {
  const detail = 'Leave run_at out.';
  const one = { status: 422, detail, instance: 'r-1', errors: [{ pointer: '/run_at', detail }] };
  expect((await listJobsOf(json(one, 422))).lines).toEqual([detail]);
  const two = { ...one, detail: 'The job is not valid.' };
  expect((await listJobsOf(json(two, 422))).lines).toEqual([two.detail, `  /run_at ${detail}`]);
});

const ASKED = {
  url: 'https://host/api',
  hasToken: true,
  headers: [],
  program: JOBS_PROGRAM,
  lists: 'jobs list',
};

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
    message: expect.stringMatching(/\nIts certificate is not trusted\. /),
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
  const own = /This may be the effect of your own request/;
  expect(restFault(new ApiError({ ...problem, mayBeDone: true }), ASKED).message).toMatch(own);
  expect(restFault(new ApiError(problem), ASKED).message).not.toMatch(own);
});

test('a refused cookie is named, with what to do when its session has ended', () => {
  const problem = {
    status: 401,
    title: 'Unauthorized',
    detail: 'Sign in first.',
    faults: [],
    requestId: 'r-1',
    retryAfterMs: undefined,
  };
  const fault = restFault(new ApiError(problem), { ...ASKED, hasToken: false, headers: ['Cookie'] });
  expect(fault.message).toBe(
    [
      'Sign in first.',
      'The server refused the header Cookie of JOBS_HEADERS or --header. If a session ended, sign in again, and set the new cookie.',
    ].join('\n'),
  );
});
