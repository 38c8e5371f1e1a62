import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageSchema } from '../../../src/http/fields/page.ts';
import { auditRowSchema } from '../../../src/http/views/audit.ts';
import { bodyOf, createJob, pointersOf, problemOf, runJob, send } from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

const page = pageSchema(auditRowSchema.strict());

/** Requests with an authorization header lack the right of admins; all others have it. */
async function startServer(makeMount: MakeMount): Promise<RestServer> {
  return startRestServer(makeMount, {
    authorize: (request, need) => {
      if (need === 'admin' && request.header('authorization') !== undefined)
        throw Object.assign(new Error('Only admins may do this.'), { statusCode: 403 });
      return { id: 'user:ann' };
    },
  });
}

export function audit(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startServer(makeMount);
    for (const id of ['a', 'b', 'c']) await createJob(server, id, { on_demand: true, overlap: 'allow' });
    await runJob(server, 'a', { payload: { name: 'Bo' } });
  });
  afterAll(() => server.close());

  const list = async (query = '') => bodyOf(await send(server, 'GET', `/job-audit${query}`), 200, page);
  const seen = async (query: string) =>
    (await list(query)).data.map(({ action, target }) => [action, target]);

  test('lists who changed what, newest first', async () => {
    const { data, next_cursor } = await list();
    expect(data.map(({ action, target }) => [action, target])).toEqual([
      ['job.trigger', 'a'],
      ['job.create', 'c'],
      ['job.create', 'b'],
      ['job.create', 'a'],
    ]);
    expect(data[0]).toMatchObject({ actor: 'user:ann', change: { payload: '{"days":1,"name":"Bo"}' } });
    expect(next_cursor).toBeNull();
  });

  test('filters by actor, action and target', async () => {
    expect(await seen('?action=job.trigger')).toEqual([['job.trigger', 'a']]);
    expect(await seen('?target=b')).toEqual([['job.create', 'b']]);
    expect(await seen('?actor=user%3Aann&action=job.create&target=c')).toEqual([['job.create', 'c']]);
    expect(await seen('?actor=user%3Abob')).toEqual([]);
  });

  test('has pages that together have each change once', async () => {
    const found: string[] = [];
    let query = '?limit=3';
    for (let n = 0; n < 2; n++) {
      const { data, next_cursor } = await list(query);
      found.push(...data.map(({ target }) => target));
      query = `?limit=3&cursor=${next_cursor}`;
    }
    expect(found).toEqual(['a', 'c', 'b', 'a']);
    expect(query).toBe('?limit=3&cursor=null');
  });

  test('who may read the jobs may read who changed them', async () => {
    const asReader = { headers: { authorization: 'someone' } };
    const response = await send(server, 'GET', '/job-audit', asReader);
    expect(bodyOf(response, 200, page).data).toHaveLength(4);
    expect((await send(server, 'GET', '/job-audit.csv', asReader)).statusCode).toBe(200);
  });

  test('filters by job, with its runs, and by time', async () => {
    const runAt = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await runJob(server, 'b', { run_at: runAt });
    await send(server, 'POST', `/runs/${id}/cancel`, { body: {} });
    const { data } = await list('?job_id=b');
    expect(data.map(({ action }) => action)).toEqual(['run.cancel', 'job.trigger', 'job.create']);
    expect(data[0]).toMatchObject({ target: id, job_id: 'b', job_name: expect.any(String) });
    const middle = data[1]?.at ?? '';
    expect(await seen(`?job_id=b&to=${middle}`)).toEqual([['job.create', 'b']]);
    expect((await seen(`?job_id=b&from=${middle}`)).length).toBe(2);
    expect(pointersOf(await send(server, 'GET', '/job-audit?from=yesterday'))).toEqual(['/from']);
  });

  test('is exported as CSV with the same filters', async () => {
    const answer = await send(server, 'GET', '/job-audit.csv?action=job.create');
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="job-audit.csv"');
    const lines = answer.body.split('\r\n');
    expect(lines[0]).toBe('id,at,actor,action,target,job_id,job_name,change');
    expect(lines.slice(1).map((line) => line.split(',')[4])).toEqual(['c', 'b', 'a', undefined]);
    expect(pointersOf(await send(server, 'GET', '/job-audit.csv?limit=7'))).toEqual(['/limit']);
  });

  test('refuses unknown filters, and cursors of other lists', async () => {
    expect(pointersOf(await send(server, 'GET', '/job-audit?who=ann'))).toEqual(['/who']);
    const jobs: unknown = (await send(server, 'GET', '/jobs?limit=1')).json();
    const other = String(Object(jobs).next_cursor);
    expect(problemOf(await send(server, 'GET', `/job-audit?cursor=${other}`), 400).detail).toMatch(
      /^The cursor does not belong to this list/,
    );
  });
}
