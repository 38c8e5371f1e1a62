import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createApplication } from '../src/application.ts';
import { JOBS_PROGRAM } from '../src/jobs-program.ts';
import { runInPipes } from '../src/testing/index.ts';
import { startHost, TOKEN } from './host.ts';

/** What the previous version does not send. */
const NEW_FIELDS: ReadonlySet<string> = new Set([
  'rrule',
  'only_if',
  'priority',
  'max_running',
  'after',
  'calendar',
  'origin',
  'declaration',
  'limits',
  'waits_for',
]);

/** A server in front of another one, which leaves out the new fields of jobs. */
async function olderServer(url: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync<Buffer>(request);
    const { method = 'GET', headers } = request;
    const { authorization = '', 'content-type': type = 'application/json' } = headers;
    const answer = await fetch(new URL(request.url ?? '/', url), {
      method,
      headers: { authorization, 'content-type': type },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    const older = (key: string, value: unknown) => (NEW_FIELDS.has(key) ? undefined : value);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(isJson ? JSON.stringify(JSON.parse(text), older) : text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(url).pathname}`;
}

test('jobs of a server of the previous version are listed and shown', async () => {
  const host = await startHost();
  onTestFinished(() => host.close());
  const env = { JOBS_URL: await olderServer(host.url), JOBS_TOKEN: TOKEN };
  const done = async (...words: readonly string[]) => {
    const application = createApplication(JOBS_PROGRAM);
    const { code, stdout, stderr } = await runInPipes({ program: JOBS_PROGRAM, application, env, words });
    expect(code, stderr).toBe(0);
    return stdout;
  };
  await done('jobs', 'create', 'by-hand', '--name', 'By hand', '--type', 'greet', '--on-demand');
  expect(await done('jobs', 'list')).toMatch(/^by-hand +ok +on demand /m);
  const shown = await done('jobs', 'show', 'by-hand');
  expect(shown).toMatch(/on demand/);
  expect(shown).not.toMatch(/undefined|Only if|Calendar|Priority|Max running/);
});
