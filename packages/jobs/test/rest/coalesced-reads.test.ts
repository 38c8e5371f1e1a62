import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine-port.ts';
import { createJob, runJob, runThatIs, send } from './requests.ts';
import { type RestServer, serve, startRestServer } from './rest-server.ts';

let server: RestServer;
beforeAll(async () => {
  server = await startRestServer();
  await createJob(server, 'shared');
  await runThatIs(server, (await runJob(server, 'shared')).id, 'succeeded');
});
afterAll(() => server.close());

const READINGS = [
  ['/jobs?limit=10', 'listJobs'],
  ['/jobs/shared/runs', 'listRuns'],
  ['/runs?status=succeeded', 'listRuns'],
  ['/job-stats', 'stats'],
] as const satisfies readonly (readonly [string, keyof Engine])[];

/** The plugin on the same engine, and how often it called that method. */
async function counting(method: keyof Engine) {
  let asked = 0;
  const engine = new Proxy(server.engine, {
    get: (target, name) => {
      if (name === method) asked += 1;
      return Reflect.get(target, name);
    },
  });
  return { ...(await serve(engine)), asked: () => asked };
}

test.each(READINGS)(
  'fifty simultaneous requests for %s take at most five reads, and each gets the response',
  async (path, method) => {
    const many = await counting(method);
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(many, 'GET', path)));
    await many.close();
    expect(many.asked()).toBeLessThanOrEqual(5);
    const bodies = answers.map(({ statusCode, body }) => `${statusCode} ${body.length > 50}`);
    expect(new Set(bodies)).toEqual(new Set(['200 true']));
  },
);

test('a request for another page, order or filter gets its own response', async () => {
  await createJob(server, 'shared-too');
  const paths = ['/jobs?q=shared', '/jobs?q=shared&sort=-id', '/jobs?q=shared-too'];
  const answers = await Promise.all(paths.map((path) => send(server, 'GET', path)));
  const ids = answers.map((answer) => answer.json<{ data: { id: string }[] }>().data.map(({ id }) => id));
  expect(ids).toEqual([['shared', 'shared-too'], ['shared-too', 'shared'], ['shared-too']]);
});
