import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJob, runJob, runThatIs, send } from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

export function coalescedReads(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    await createJob(server, 'shared');
    await runThatIs(server, (await runJob(server, 'shared')).id, 'succeeded');
  });
  afterAll(() => server.close());

  const READINGS = [
    ['/jobs?limit=10', 'listJobs'],
    ['/jobs/shared/runs', 'listRuns'],
    ['/runs?status=succeeded', 'listRuns'],
    ['/job-stats', 'stats'],
  ] as const;

  /** The API on the same engine. The first read ends once `most` requests have arrived. */
  async function counting(method: (typeof READINGS)[number][1], most: number) {
    let reads = 0;
    let requests = 0;
    const all = Promise.withResolvers<void>();
    const engine = Object.create(server.engine, {
      [method]: {
        value: async (...query: readonly unknown[]) => {
          reads += 1;
          await all.promise;
          return Reflect.apply(server.engine[method], server.engine, query);
        },
      },
    });
    const authorize = () => {
      requests += 1;
      if (requests === most) all.resolve();
      return undefined;
    };
    return { ...(await makeMount(engine, { authorize })), reads: () => reads };
  }

  test.each(READINGS)(
    'fifty simultaneous requests for %s take at most five reads, and each gets the response',
    async (path, method) => {
      const many = await counting(method, 50);
      const answers = await Promise.all(Array.from({ length: 50 }, () => send(many, 'GET', path)));
      await many.close();
      expect(many.reads()).toBeLessThanOrEqual(5);
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
}
