import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { jobVersionSchema } from '../../../../src/http/views/jobs/job-version.ts';
import { runSchema } from '../../../../src/http/views/runs/run.ts';
import { bodyOf, createJob, faultAt, jobBody, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

const AFTER = { after: { job: 'import', on: 'succeeded' } } as const;

/** `after` of a job, and the links between runs (P32, chains and gates). */
export function chains(makeMount: MakeMount): void {
  let server: RestServer;
  let scoped: Mount;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    scoped = await makeMount(server.engine, {
      authorize: () => ({ id: 'user:acme', scope: { idPrefix: 'acme.' } }),
    });
    await createJob(server, 'import');
  });
  afterAll(async () => {
    await scoped.close();
    await server.close();
  });

  const put = (id: string, fields: object, mount: Pick<Mount, 'send'> = server) =>
    send(mount, 'PUT', `/jobs/${id}`, { body: jobBody(id, { ...fields }) });

  test('a job has what it follows, and no slots', async () => {
    const job = await createJob(server, 'chain-1', { after: { job: 'import' }, max_runs: 5 });
    expect(job).toMatchObject({ ...AFTER, max_runs: 5, overlap: 'queue', next_run: null, status: 'active' });
    const { data } = bodyOf(
      await send(server, 'GET', '/jobs/chain-1/versions'),
      200,
      pageSchema(jobVersionSchema),
    );
    expect(data[0]?.definition).toMatchObject({ ...AFTER, max_runs: 5 });
    const same = await put('chain-1', { ...AFTER, max_runs: 5 });
    expect(bodyOf(same, 200, jobSchema).version).toBe(1);
    const list = bodyOf(await send(server, 'GET', '/jobs?upstream=import'), 200, pageSchema(jobSchema));
    expect(list.data.map(({ id }) => id)).toContain('chain-1');
    const body = { after: { job: 'import' }, count: 3 };
    const preview = await send(server, 'POST', '/job-preview', { body });
    expect(preview.json()).toMatchObject({ times: [] });
  });

  test('a run and the run that its end made name each other', async () => {
    await createJob(server, 'chain-2', AFTER);
    const { id } = await runJob(server, 'import');
    const upstream = await runThatIs(server, id, 'succeeded');
    await expect
      .poll(async () => (await send(server, 'GET', '/jobs/chain-2/runs')).json())
      .toMatchObject({
        data: [{ trigger: 'chain', scheduled_for: null, triggered_by: { run_id: id, job_id: 'import' } }],
      });
    const read = bodyOf(await send(server, 'GET', `/runs/${upstream.id}`), 200, runSchema);
    const triggered = read.triggered ?? [];
    expect(triggered.map(({ job_id }) => job_id)).toContain('chain-2');
    const list = await send(server, 'GET', '/runs?trigger=chain');
    expect(list.json()).not.toMatchObject({ data: [{ job_id: 'import' }] });
  });

  test('A7: an end inside a window of the calendar is a skipped run that names the upstream run', async () => {
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const windows = [{ start_at: at(-1), end_at: at(1) }];
    expect((await send(server, 'PUT', '/calendars/now', { body: { windows } })).statusCode).toBe(201);
    const calendar = { id: 'now', mode: 'skip' };
    expect(await createJob(server, 'chain-4', { ...AFTER, calendar })).toMatchObject({ ...AFTER, calendar });
    const { id } = await runJob(server, 'import');
    await expect
      .poll(async () => (await send(server, 'GET', '/jobs/chain-4/runs')).json())
      .toMatchObject({ data: [{ status: 'skipped', reason: 'blackout', triggered_by: { run_id: id } }] });
  });

  test('a wrong chain is refused with its field', async () => {
    const fault = async (fields: object, pointer: string) => faultAt(await put('bad', fields), pointer);
    expect(await fault({ after: { job: 'imprt' } }, '/after/job')).toContain('No job has the id "imprt"');
    expect(await fault({ after: { job: 'import', on: 'started' } }, '/after/on')).toContain('succeeded');
    expect(await fault({ ...AFTER, start_at: '2030-01-01T00:00:00Z' }, '/start_at')).toContain(
      'only goes with',
    );
    expect(await fault({ ...AFTER, interval: '1h' }, '/interval')).toContain('exactly one kind');
    const backfill = { from: new Date(Date.now() - 86_400_000).toISOString() };
    await createJob(server, 'chain-3', AFTER);
    expect((await send(server, 'POST', '/jobs/chain-3/backfill', { body: backfill })).statusCode).toBe(409);
  });

  test('A14: a caller with a scope may follow only its own jobs, and sees no runs of others', async () => {
    expect(faultAt(await put('acme.report', AFTER, scoped), '/after/job')).toContain(
      'No job has the id "import"',
    );
    const preview = (fields: object) =>
      send(scoped, 'POST', '/job-preview', { body: jobBody('acme.report', { ...AFTER, ...fields }) });
    expect(faultAt(await preview({}), '/after/job')).toContain('No job has the id "import"');
    expect(faultAt(await preview({ max_attempts: 2, alerts: ['nowhere'] }), '/alerts/0')).toContain(
      'nowhere',
    );
    bodyOf(await put('acme.report', AFTER), 201, jobSchema);
    bodyOf(await put('acme.report', { ...AFTER, description: 'Kept' }, scoped), 200, jobSchema);
    const { id } = await runJob(server, 'import');
    await runThatIs(server, id, 'succeeded');
    await expect
      .poll(async () => (await send(scoped, 'GET', '/jobs/acme.report/runs')).json())
      .toMatchObject({ data: [{ trigger: 'chain', triggered_by: null }] });
  });
}
