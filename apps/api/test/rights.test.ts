import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_MS } from '../../../scripts/test-deadlines.ts';
import { type Operation, operationsOf } from './fuzz/operations.ts';
import { need, type RightsServer, startRightsServer } from './rights/callers.ts';
import {
  BAD_TOKENS,
  CALLERS,
  type Caller,
  RIGHT_OF,
  RIGHTS,
  type RightName,
} from './rights/expected-rights.ts';
import { sampleRequest } from './rights/requests.ts';
import { rightsPage } from './rights/rights-page.ts';

const PAGE = new URL('../../../docs/rights.md', import.meta.url);
const MATRIX_MS = 4 * TEST_MS;

let server: RightsServer;
/** Every operation of the document of the running server. */
let operations: readonly Operation[];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'greenvue-'));
  server = await startRightsServer(folder);
  operations = operationsOf(await need(server.send, 'GET', '/openapi.json'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('each operation of the running server has a right, and each right an operation', () => {
  const ids = operations.map(({ id }) => id).toSorted();
  expect(ids.length).toBeGreaterThan(90);
  expect(Object.keys(RIGHT_OF).toSorted()).toEqual(ids);
});

test(
  'each operation allows the callers of its right, and refuses all others',
  async () => {
    const faults: string[] = [];
    for (const operation of operations) {
      const right = RIGHT_OF[operation.id];
      if (right === undefined) continue;
      const sample = await sampleRequest(server, operation);
      // The allowed ones last: they may remove what the request is about.
      for (const caller of CALLERS.toSorted(
        (a, b) => Number(mayCall(right, a)) - Number(mayCall(right, b)),
      )) {
        const token = await server.tokenOf(caller);
        const { status, text } = await server.send(sample.method, sample.path, { ...sample, token });
        const refused = caller === 'nobody' && right !== 'scraper' ? 401 : 403;
        const isRight = mayCall(right, caller)
          ? ![401, 403, 405].includes(status) && status < 500
          : status === refused;
        if (!isRight) faults.push(`${operation.id} (${right}) as ${caller}: ${status} ${text.slice(0, 200)}`);
      }
    }
    expect(faults).toEqual([]);
  },
  MATRIX_MS,
);

test(
  'a token that no longer works, or never did, gets a 401 at each operation',
  async () => {
    const faults: string[] = [];
    for (const operation of operations) {
      const right = RIGHT_OF[operation.id];
      if (right === 'open' || right === 'scraper') continue;
      const sample = await sampleRequest(server, operation);
      for (const bad of BAD_TOKENS) {
        const { status } = await server.send(sample.method, sample.path, {
          ...sample,
          token: server.bad[bad],
        });
        if (status !== 401) faults.push(`${operation.id} with ${bad}: ${status}`);
      }
    }
    expect(faults).toEqual([]);
  },
  MATRIX_MS,
);

test(
  'HEAD of a route asks for the same right as GET',
  async () => {
    const faults: string[] = [];
    for (const operation of operations) {
      const right = RIGHT_OF[operation.id];
      if (operation.method !== 'GET' || operation.id === 'streamJobEvents' || right === undefined) continue;
      const { path } = await sampleRequest(server, operation);
      const caller = CALLERS.find((one) => one !== 'nobody' && !mayCall(right, one));
      if (caller === undefined) continue;
      const { status } = await server.send('HEAD', path, { token: await server.tokenOf(caller) });
      // 405: an export has no HEAD.
      if (status !== 403 && status !== 405) faults.push(`HEAD ${path} as ${caller}: ${status}`);
    }
    expect(faults).toEqual([]);
  },
  MATRIX_MS,
);

test('METRICS_TOKEN reads the metrics, and is no token elsewhere', async () => {
  const token = 'the-scraper-of-the-matrix';
  expect(await server.send('GET', '/metrics', { token })).toMatchObject({ status: 200 });
  expect(await server.send('GET', '/api/jobs', { token })).toMatchObject({ status: 401 });
});

test('docs/rights.md shows these rights', async () => {
  await expect(rightsPage(operations)).toMatchFileSnapshot(PAGE.pathname);
  expect(await readFile(PAGE, 'utf8')).toContain('`GET /api/jobs`');
});

function mayCall(right: RightName, caller: Caller): boolean {
  const callers: readonly Caller[] = RIGHTS[right].callers;
  return callers.includes(caller);
}
