import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { freePort } from '../src/testing/test-process.ts';
import { becomeOperator, startServer } from './operator.ts';

/** For two servers in turn on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

/** A server of somebody else on this machine. Returns its origin. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The status of a run of a new job that calls the URL and has a monitor, on a server with this variable. */
async function runOn(env: Readonly<Record<string, string>>, urls: { url: string; ping_url: string }) {
  const set = { DATA_DIR: await temporaryFolder(), PORT: String(await freePort()), ...env };
  await startServer(set);
  const { ask } = await becomeOperator(set);
  const job = {
    id: 'call',
    name: 'Call',
    type: 'http_request',
    on_demand: true,
    max_attempts: 1,
    payload: { url: urls.url },
    ping_url: urls.ping_url,
  };
  expect(await ask('POST', '/api/jobs', job)).toMatchObject({ status: 201 });
  await ask('POST', '/api/jobs/call/runs');
  let status: unknown;
  await expect
    .poll(async () => {
      const { body } = await ask('GET', '/api/jobs/call/runs');
      status = Object(body).data?.[0]?.status;
      return status;
    })
    .toMatch(/succeeded|failed/);
  return status;
}

// P26, pings; P27, HTTP requests
test('a job calls an address and tells its monitor, where OUTBOUND_ALLOW names both', async () => {
  const heard: string[] = [];
  const origin = await serve((request, response) => {
    heard.push(`${request.method} ${request.url?.split('?')[0]}`);
    response.end('ok');
  });
  const urls = { url: `${origin}/refresh`, ping_url: `${origin}/monitor` };
  expect(await runOn({}, urls)).toBe('failed');
  expect(heard).toEqual([]);
  expect(await runOn({ OUTBOUND_ALLOW: '127.0.0.1' }, urls)).toBe('succeeded');
  await expect.poll(() => heard.toSorted()).toEqual(['GET /refresh', 'POST /monitor', 'POST /monitor/start']);
});
