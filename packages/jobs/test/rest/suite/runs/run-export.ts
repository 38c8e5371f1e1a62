import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJob, pointersOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

export function runExport(makeMount: MakeMount): void {
  let server: RestServer;
  let scoped: Mount;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    scoped = await makeMount(server.engine, {
      authorize: () => ({ id: 'user:acme', scope: { idPrefix: 'acme-' } }),
    });
    await createJob(server, 'acme-a', { on_demand: true, overlap: 'allow' });
    await createJob(server, 'other-b', { type: 'fail', on_demand: true });
    for (let n = 0; n < 205; n++) await server.engine.trigger('acme-a');
    const { id } = await runJob(server, 'other-b');
    await runThatIs(server, id, 'failed');
  });
  afterAll(async () => {
    await scoped.close();
    await server.close();
  });

  test('sends all matching runs as CSV, newest first, with a header', async () => {
    const answer = await send(server, 'GET', '/runs.csv');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="runs.csv"');
    const lines = answer.body.split('\r\n');
    expect(lines[0]).toMatch(/^id,job_id,type,status,reason,/);
    expect(lines[1]).toContain(',other-b,fail,failed,error,manual,');
    expect(lines).toHaveLength(208);
    expect((await send(server, 'GET', '/runs.csv?status=failed')).body.split('\r\n')).toHaveLength(3);
    expect((await send(server, 'GET', '/runs.csv?job_id=nobody')).body).toBe(`${lines[0]}\r\n`);
  });

  test('sends them as a JSON object in each line', async () => {
    const answer = await send(server, 'GET', '/runs.ndjson?tag=none');
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    const { body, headers } = await send(server, 'GET', '/runs.ndjson?error=never');
    expect(headers['content-type']).toContain('application/x-ndjson');
    expect(JSON.parse(body)).toMatchObject({ job_id: 'other-b', errors: [{ message: 'it never works' }] });
  });

  test('sends only runs of the scope of the caller', async () => {
    const { body } = await send(scoped, 'GET', '/runs.csv');
    expect(body.split('\r\n')).toHaveLength(207);
    expect(body).not.toContain('other-b');
  });

  test('refuses the parameters of a page, and wrong filters', async () => {
    expect(pointersOf(await send(server, 'GET', '/runs.csv?limit=7'))).toEqual(['/limit']);
    expect(pointersOf(await send(server, 'GET', '/runs.ndjson?status=done'))).toEqual(['/status']);
  });
}
