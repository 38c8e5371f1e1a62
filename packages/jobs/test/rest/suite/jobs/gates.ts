import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { jobVersionSchema } from '../../../../src/http/views/jobs/job-version.ts';
import { bodyOf, createJob, faultAt, jobBody, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

const GATE = { job: 'import', succeeded_within: '24h' };
const GATED = { interval: '1h', only_if: GATE };

/** `only_if` of a job (P32, chains and gates). */
export function gates(makeMount: MakeMount): void {
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

  test('a job has its gate, and the list finds it by the job that it waits for', async () => {
    const job = await createJob(server, 'gated', GATED);
    expect(job.only_if).toEqual(GATE);
    expect((await createJob(server, 'open', { interval: '1h' })).only_if).toBeNull();
    const list = bodyOf(await send(server, 'GET', '/jobs?upstream=import'), 200, pageSchema(jobSchema));
    expect(list.data.map(({ id }) => id)).toEqual(['gated']);
  });

  test('a PUT of an equal gate changes nothing, a PATCH changes it, null removes it', async () => {
    await createJob(server, 'gated-2', GATED);
    const same = await put('gated-2', { interval: '1h', only_if: { ...GATE, succeeded_within: '1440m' } });
    expect(bodyOf(same, 200, jobSchema)).toMatchObject({ version: 1, only_if: GATE });
    const patch = (only_if: object | null) => send(server, 'PATCH', '/jobs/gated-2', { body: { only_if } });
    const longer = { ...GATE, succeeded_within: '48h' };
    expect(bodyOf(await patch(longer), 200, jobSchema).only_if).toEqual(longer);
    expect(bodyOf(await patch(null), 200, jobSchema).only_if).toBeNull();
    const versions = await send(server, 'GET', '/jobs/gated-2/versions');
    const { data } = bodyOf(versions, 200, pageSchema(jobVersionSchema));
    expect(data.map(({ definition }) => definition.only_if)).toEqual([undefined, longer, GATE]);
  });

  test('a wrong gate is refused with its field', async () => {
    const fault = async (only_if: object, pointer: string) =>
      faultAt(await put('bad', { interval: '1h', only_if }), pointer);
    expect(await fault({ ...GATE, job: 'imprt' }, '/only_if/job')).toBe(
      'only_if.job must be the id of a job that exists. No job has the id "imprt": create it first, or correct the id.',
    );
    expect(await fault({ ...GATE, succeeded_within: '1ms' }, '/only_if/succeeded_within')).toBe(
      'must be from 1s to 9600h, such as 24h; got "1ms"',
    );
    expect(await fault({ ...GATE, succeeded_within: '1 day' }, '/only_if/succeeded_within')).toMatch(
      /^has an unknown unit: .*; got "1 day"$/,
    );
    expect(await fault({ job: 'import' }, '/only_if/succeeded_within')).toContain('required');
    expect(await fault({ ...GATE, job: 'bad' }, '/only_if/job')).toContain("can't wait for itself");
    const onDemand = await put('bad', { on_demand: true, only_if: GATE });
    expect(faultAt(onDemand, '/only_if')).toContain('interval, cron, rrule, run_at or after');
  });

  test('a job that waits for a deleted job says so in its health', async () => {
    await createJob(server, 'gone');
    await createJob(server, 'lonely', { interval: '1h', only_if: { ...GATE, job: 'gone' } });
    await send(server, 'DELETE', '/jobs/gone');
    const list = await send(server, 'GET', '/jobs?health=no_upstream');
    expect(bodyOf(list, 200, pageSchema(jobSchema)).data).toMatchObject([
      { id: 'lonely', health: { status: 'no_upstream', reason: expect.stringContaining('gone') } },
    ]);
  });

  test('a caller with a scope may wait only for its own jobs, and keep a gate that somebody else has set', async () => {
    const outside = await put('acme.report', GATED, scoped);
    expect(faultAt(outside, '/only_if/job')).toContain('No job has the id "import"');
    const unknown = await put('acme.report', { ...GATED, only_if: { ...GATE, job: 'acme.none' } }, scoped);
    expect(faultAt(unknown, '/only_if/job')).toContain('No job has the id "acme.none"');
    bodyOf(await put('acme.import', { on_demand: true }, scoped), 201, jobSchema);
    const own = { ...GATED, only_if: { ...GATE, job: 'acme.import' } };
    bodyOf(await put('acme.report', own, scoped), 201, jobSchema);
    const patch = await send(scoped, 'PATCH', '/jobs/acme.report', { body: { only_if: GATE } });
    expect(faultAt(patch, '/only_if/job')).toContain('No job has the id "import"');
    bodyOf(await put('acme.report', GATED), 200, jobSchema);
    bodyOf(await put('acme.report', { ...GATED, description: 'Kept' }, scoped), 200, jobSchema);
  });
}
