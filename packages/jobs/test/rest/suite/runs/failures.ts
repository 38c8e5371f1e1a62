import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureGroupSchema, failuresSchema } from '../../../../src/http/views/runs/failure.ts';
import { bodyOf, createJob, pointersOf, problemOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

/** Promise P41, run records. */
export function failures(makeMount: MakeMount): void {
  const page = failuresSchema.extend({ data: failureGroupSchema.array() });
  let server: RestServer;
  let scoped: Mount;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    scoped = await makeMount(server.engine, {
      authorize: () => ({ id: 'user:acme', scope: { idPrefix: 'acme-' } }),
    });
    for (const id of ['acme-a', 'other-b']) {
      await createJob(server, id, { type: 'fail', on_demand: true });
      const { id: runId } = await runJob(server, id);
      await runThatIs(server, runId, 'failed');
    }
  });
  afterAll(async () => {
    await scoped.close();
    await server.close();
  });

  const list = async (query = '', mount: Mount = server) =>
    bodyOf(await send(mount, 'GET', `/run-failures${query}`), 200, page);

  test('lists the causes of failures with their jobs and a sample with its stack', async () => {
    const { data, ...rest } = await list();
    expect(rest).toEqual({ next_cursor: null, group_count: 1, run_count: 2, counted_from: null });
    expect(data).toMatchObject([
      {
        count: 2,
        job_count: 2,
        types: ['fail'],
        sample: { job_id: 'other-b', status: 'failed', errors: [{ message: 'it never works' }] },
      },
    ]);
    expect(data[0]?.jobs.map(({ job_id }) => job_id).sort()).toEqual(['acme-a', 'other-b']);
    expect(data[0]?.sample.errors[0]?.stack).toContain('it never works');
    expect(data[0]?.sample.fingerprint).toBe(data[0]?.fingerprint);
  });

  test('filters by job, time and group', async () => {
    const [group] = (await list('?job_id=acme-a&sort=-count&hours=1')).data;
    expect(group).toMatchObject({ count: 1, jobs: [{ job_id: 'acme-a', count: 1 }] });
    expect((await list(`?fingerprint=${group?.fingerprint}`)).run_count).toBe(2);
    expect((await list('?to=2020-01-01T00:00:00Z')).run_count).toBe(0);
  });

  test('has only failures of jobs in the scope of the caller', async () => {
    const { data } = await list('', scoped);
    expect(data).toMatchObject([{ count: 1, job_count: 1, sample: { job_id: 'acme-a' } }]);
  });

  test.each([
    ['hours=0', '/hours'],
    ['hours=2161', '/hours'],
    ['sort=name', '/sort'],
    ['fingerprint=abc', '/fingerprint'],
    ['from=yesterday', '/from'],
  ])('refuses %s', async (query, pointer) => {
    expect(pointersOf(await send(server, 'GET', `/run-failures?${query}`))).toEqual([pointer]);
  });

  test('refuses the cursor of another order', async () => {
    problemOf(await send(server, 'GET', '/run-failures?cursor=nonsense'), 400);
  });
}
