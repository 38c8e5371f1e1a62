import { afterAll, beforeAll, expect, test } from 'vitest';
import { timelineSchema } from '../../../../src/http/views/runs/timeline.ts';
import { bodyOf, createJob, pointersOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

export function timelines(makeMount: MakeMount): void {
  let server: RestServer;
  let scoped: Mount;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    scoped = await makeMount(server.engine, {
      authorize: () => ({ id: 'user:acme', scope: { idPrefix: 'acme-' } }),
    });
    for (const [id, type, status] of [
      ['acme-fine', 'greet', 'succeeded'],
      ['other-broken', 'fail', 'failed'],
    ] as const) {
      await createJob(server, id, { type, on_demand: true, name: `The job ${id}` });
      const { id: runId } = await runJob(server, id);
      await runThatIs(server, runId, status);
    }
  });
  afterAll(async () => {
    await scoped.close();
    await server.close();
  });

  const read = async (query = '', mount: Mount = server) =>
    bodyOf(await send(mount, 'GET', `/run-timeline${query}`), 200, timelineSchema);
  const idsOf = async (query: string, mount?: Mount) =>
    (await read(query, mount)).rows.map(({ job, node }) => job?.id ?? node);

  test('has the jobs that ran in the last hour with their runs, most failures first', async () => {
    const { rows, from, to, step_ms, ...rest } = await read();
    expect(rest).toMatchObject({ by: 'job', row_count: 2, counted_from: null });
    expect(Date.parse(to) - Date.parse(from)).toBe(3_600_000);
    expect(step_ms).toBe(30_000);
    expect(rows).toMatchObject([
      {
        job: { id: 'other-broken', name: 'The job other-broken', type: 'fail', deleted: false },
        node: null,
        counts: { failed: 1, succeeded: 0 },
        runs: [{ job_id: 'other-broken', status: 'failed', reason: 'error' }],
        columns: null,
        hours: [],
        counted_from: null,
      },
      { job: { id: 'acme-fine' }, runs: [{ status: 'succeeded', reason: null }] },
    ]);
  });

  test('has nodes, filters, a limit and a window', async () => {
    expect((await read('?by=node')).rows).toMatchObject([{ job: null, counts: { failed: 1, succeeded: 1 } }]);
    expect(await idsOf('?q=FINE')).toEqual(['acme-fine']);
    expect(await idsOf('?type=fail')).toEqual(['other-broken']);
    expect(await idsOf('?limit=1&sort=-runs')).toHaveLength(1);
    expect(await idsOf('?to=2020-01-01T00:00:00Z')).toEqual([]);
    const { step_ms } = await read('?from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:10Z&steps=10');
    expect(step_ms).toBe(1_000);
  });

  test('of the future is empty, also while a run is live', async () => {
    await createJob(server, 'other-live', { type: 'wait', on_demand: true });
    await runThatIs(server, (await runJob(server, 'other-live')).id, 'running');
    const window = 'from=2199-01-01T00:00:00Z&to=2199-01-02T00:00:00Z';
    for (const by of ['job', 'node'])
      expect(await read(`?by=${by}&${window}`)).toMatchObject({ rows: [], row_count: 0 });
    expect(await idsOf('?q=other-live')).toEqual(['other-live']);
  });

  test('has only runs of jobs in the scope of the caller', async () => {
    expect(await idsOf('', scoped)).toEqual(['acme-fine']);
    expect((await read('?by=node', scoped)).rows).toMatchObject([{ counts: { failed: 0, succeeded: 1 } }]);
  });

  test.each([
    ['by=type', '/by'],
    ['steps=0', '/steps'],
    ['steps=501', '/steps'],
    ['limit=101', '/limit'],
    ['sort=name', '/sort'],
    ['from=yesterday', '/from'],
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', '/from'],
    ['from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z', '/from'],
  ])('refuses %s', async (query, pointer) => {
    expect(pointersOf(await send(server, 'GET', `/run-timeline?${query}`))).toEqual([pointer]);
  });
}
