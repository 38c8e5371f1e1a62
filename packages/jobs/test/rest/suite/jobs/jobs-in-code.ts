import { afterAll, beforeAll, expect, test } from 'vitest';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { auditRowSchema } from '../../../../src/http/views/audit.ts';
import { calendarSchema } from '../../../../src/http/views/calendar.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { nodesSchema } from '../../../../src/http/views/node.ts';
import { job } from '../../../../src/index.ts';
import { createMemoryDatabase, createMemoryStore } from '../../../../src/stores/memory/index.ts';
import { bodyOf, createJob, jobBody, problemOf, send } from '../../requests.ts';
import { greet, type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

const NIGHTS = { weekdays: ['mon', 'tue'], from: '22:00', to: '06:00' } as const;

/** Jobs that the program declares (P28, jobs in code). */
export function jobsInCode(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    const database = createMemoryDatabase();
    const start = (release: number, jobs: readonly ReturnType<typeof job>[]) =>
      startRestServer(makeMount, {}, { store: createMemoryStore({ database }), release, jobs, calendars });
    const calendars = { nights: { windows: [NIGHTS] } };
    const gone = job(greet, { id: 'gone', interval: '1h' });
    await (await start(8, [gone])).close();
    server = await start(9, [job(greet, { id: 'declared', interval: '1h' })]);
    await createJob(server, 'made');
  });
  afterAll(() => server.close());

  const read = async (id: string) => bodyOf(await send(server, 'GET', `/jobs/${id}`), 200, jobSchema);

  test('a job says where it is declared, and since which release it is not', async () => {
    const place = expect.stringMatching(/jobs-in-code\.ts:\d+$/);
    expect(await read('declared')).toMatchObject({
      origin: 'code',
      declaration: { declared_in: place, gone: null },
    });
    expect(await read('made')).toMatchObject({ origin: 'api', declaration: null });
    expect(await read('gone')).toMatchObject({
      origin: 'code',
      status: 'paused',
      pause: { by: 'code', reason: expect.stringContaining('release 9') },
      declaration: { declared_in: place, gone: { release: 9 } },
    });
  });

  test('a list can be of the jobs in code, or of all others', async () => {
    const idsOf = async (origin: string) => {
      const answer = await send(server, 'GET', `/jobs?origin=${origin}`);
      return bodyOf(answer, 200, pageSchema(jobSchema)).data.map(({ id }) => id);
    };
    expect(await idsOf('code')).toEqual(['declared', 'gone']);
    expect(await idsOf('api')).toEqual(['made']);
    problemOf(await send(server, 'GET', '/jobs?origin=yaml'), 422);
  });

  test('D14: a replacement and a delete of a declared calendar are a 409 that says where it is declared', async () => {
    const body = { windows: [{ from_date: '12-24' }] };
    const path = '/calendars/nights';
    for (const answer of [await send(server, 'PUT', path, { body }), await send(server, 'DELETE', path)])
      expect(problemOf(answer, 409).detail).toContain('declared in code, in the option calendars');
    const equal = await send(server, 'PUT', path, { body: { windows: [NIGHTS] } });
    expect(bodyOf(equal, 200, calendarSchema)).toMatchObject({ created_by: 'code' });
  });

  test('D1: an edit, a replacement and a delete are a 409 with the place', async () => {
    const { version } = await read('declared');
    const body = { tags: ['x'] };
    const put = { ...jobBody('declared', { interval: '2h' }), id: undefined };
    for (const answer of [
      await send(server, 'PATCH', '/jobs/declared', { body }),
      await send(server, 'PUT', '/jobs/declared', { body: put }),
      await send(server, 'DELETE', '/jobs/declared'),
    ])
      expect(problemOf(answer, 409).detail).toMatch(/declared in code, at .*jobs-in-code\.ts:\d+/);
    expect(await read('declared')).toMatchObject({ version, tags: [] });
  });

  test('D2: a pause, a resume and a run are allowed', async () => {
    for (const path of ['pause', 'resume'])
      expect((await send(server, 'POST', `/jobs/declared/${path}`, { body: {} })).statusCode).toBe(200);
    expect((await send(server, 'POST', '/jobs/declared/runs', { body: {} })).statusCode).toBe(202);
  });

  test('D9: a resume of a job that is no longer declared is a 409 with the release; it may be deleted', async () => {
    const answer = await send(server, 'POST', '/jobs/gone/resume', { body: {} });
    expect(problemOf(answer, 409).detail).toContain('Release 9');
    expect((await send(server, 'DELETE', '/jobs/gone')).statusCode).toBe(204);
  });

  test('the log of changes says what code did, in which release', async () => {
    const answer = await send(server, 'GET', '/job-audit?actor=code&target=declared');
    const { data } = bodyOf(answer, 200, pageSchema(auditRowSchema));
    expect(data).toMatchObject([{ action: 'job.create', change: { release: 9, id: 'declared' } }]);
  });

  test('a node says its release', async () => {
    expect(bodyOf(await send(server, 'GET', '/nodes'), 200, nodesSchema).data).toMatchObject([
      { release: 9 },
    ]);
  });
}
