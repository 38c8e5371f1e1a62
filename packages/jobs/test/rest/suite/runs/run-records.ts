import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { jobVersionSchema } from '../../../../src/http/views/jobs/job-version.ts';
import { bodyOf, createJob, problemOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

/** Promise P41, run records. */
export function runRecords(makeMount: MakeMount): void {
  const page = pageSchema(jobVersionSchema.strict());
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount, { authorize: () => ({ id: 'user:42' }) });
  });
  afterAll(() => server.close());

  const edit = async (id: string, patch: object) =>
    bodyOf(await send(server, 'PATCH', `/jobs/${id}`, { body: patch }), 200, jobSchema);
  const versions = async (id: string, query = '') =>
    bodyOf(await send(server, 'GET', `/jobs/${id}/versions${query}`), 200, page);

  test('a run shows the payload and the version that it ran with, after an edit', async () => {
    await createJob(server, 'a', { payload: { name: 'Ann' }, on_demand: true, overlap: 'allow' });
    const { id } = await runJob(server, 'a');
    await runThatIs(server, id, 'succeeded');
    await edit('a', { payload: { name: 'Bo' } });
    const run = await runThatIs(server, id, 'succeeded');
    expect(run).toMatchObject({ job_version: 1, payload: { name: 'Ann' }, payload_is_own: false });
    expect(run).toMatchObject({ requested_by: 'user:42', cancelled_by: null, fingerprint: null });
    const own = await runJob(server, 'a', { payload: { name: 'Cy' } });
    expect(await runThatIs(server, own.id, 'succeeded')).toMatchObject({
      job_version: 2,
      payload: { name: 'Cy' },
      payload_is_own: true,
    });
  });

  test('a cancelled run names who cancelled it', async () => {
    await createJob(server, 'cancelled', { type: 'wait', on_demand: true });
    const { id } = await runJob(server, 'cancelled');
    await runThatIs(server, id, 'running');
    await send(server, 'POST', `/runs/${id}/cancel`);
    expect(await runThatIs(server, id, 'cancelled')).toMatchObject({ cancelled_by: 'user:42' });
  });

  test('lists the definitions of a job, and a PUT of one restores it', async () => {
    const made = await createJob(server, 'b', {
      interval: '1h',
      tags: ['eu'],
      payload: { name: 'Ann' },
      pause_after: { failures: 2 },
      expect: { success_within: '26h' },
    });
    await edit('b', { interval: '2h', tags: null, expect: null, payload: { name: 'Bo' } });
    await edit('b', { cron: '0 3 * * *' });
    const { data } = await versions('b');
    expect(data.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(data[0]).toMatchObject({
      replaced_at: null,
      replaced_by: null,
      definition: { cron: '0 3 * * *' },
    });
    const first = data.at(-1);
    expect(first).toMatchObject({ replaced_by: 'user:42', definition: { interval: '1h', tags: ['eu'] } });
    expect(await send(server, 'GET', '/jobs/b/versions/1').then(({ body }) => JSON.parse(body))).toEqual(
      first,
    );
    const restored = bodyOf(
      await send(server, 'PUT', '/jobs/b', { body: first?.definition }),
      200,
      jobSchema,
    );
    const { version: _, updated_at: __, next_run: ___, etag: ____, ...was } = made;
    expect(restored).toMatchObject({ ...was, version: 4 });
    const { data: later, next_cursor } = await versions('b', '?limit=2');
    expect(later.map(({ version }) => version)).toEqual([4, 3]);
    const rest = await versions('b', `?limit=2&cursor=${next_cursor}`);
    expect(rest).toMatchObject({ data: [{ version: 2 }, { version: 1 }], next_cursor: null });
  });

  test('a version that is not there is a 404 that names the current one', async () => {
    await createJob(server, 'c');
    const { detail } = problemOf(await send(server, 'GET', '/jobs/c/versions/7'), 404);
    expect(detail).toBe('The job "c" has no version 7, or it is no longer kept. The current version is 1.');
    problemOf(await send(server, 'GET', '/jobs/nobody/versions'), 404);
  });
}
