import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageSchema } from '../../../src/http/fields/page.ts';
import { jobSchema } from '../../../src/http/views/jobs/job.ts';
import { runSchema } from '../../../src/http/views/runs/run.ts';
import {
  bodyOf,
  createJob,
  faultAt,
  jobBody,
  pointersOf,
  problemOf,
  runJob,
  runThatIs,
  send,
} from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

export function jobs(makeMount: MakeMount): void {
  const jobsPage = pageSchema(jobSchema);
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  describe('POST /jobs', () => {
    test('creates a job that has its next run from the start, and says where it is', async () => {
      const before = Date.now();
      const body = { id: 'create.1', name: 'Créé 🎉', type: 'greet', interval: '1h' };
      const response = await send(server, 'POST', '/jobs', { body });
      const job = bodyOf(response, 201, jobSchema);
      expect(response.headers.location).toBe('/api/jobs/create.1');
      expect(response.headers.etag).toBe(`"${job.uid}.1"`);
      expect(job).toMatchObject({
        ...body,
        description: '',
        interval_mode: 'fixed_rate',
        cron: null,
        timezone: null,
        run_at: null,
        on_demand: false,
        start_at: null,
        payload: { name: 'you', days: 1 },
        overlap: 'skip',
        catch_up: 'once',
        timeout: '30m',
        max_attempts: 3,
        backoff: { initial: '10s', max: '1h', factor: 2, jitter: 0.1 },
        status: 'active',
        pause: null,
        health: { status: 'ok', reason: null, since: null },
        is_running: false,
        last_run: null,
        last_status: null,
      });
      expect(job.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Date.parse(job.next_run ?? '')).toBeGreaterThanOrEqual(before + 3_600_000);
    });

    test('an on-demand job may have no payload, and each run brings one', async () => {
      const job = await createJob(server, 'no-payload', { on_demand: true, payload: null });
      expect(job.payload).toBeNull();
      expect(faultAt(await send(server, 'POST', '/jobs/no-payload/runs'), '/payload')).toMatch(
        /Give one for this run/,
      );
      const run = bodyOf(
        await send(server, 'POST', '/jobs/no-payload/runs', { body: { payload: {} } }),
        202,
        runSchema,
      );
      expect(run.payload).toEqual({ name: 'you', days: 1 });
      const body = jobBody('slots', { interval: '1h', payload: null });
      const slots = await send(server, 'POST', '/jobs', { body });
      expect(faultAt(slots, '/payload')).toMatch(/Only an on-demand job/);
    });

    test('takes every field, and gives it back as written', async () => {
      const body = {
        id: 'create-all',
        name: 'All',
        description: "Robert'); DROP TABLE jobs;-- <script>alert(1)</script>",
        type: 'greet',
        cron: '30 4 * * 1',
        timezone: 'Europe/Berlin',
        start_at: '2030-01-01T00:00:00.000Z',
        payload: { name: 'Ada', days: 7 },
        overlap: 'queue',
        catch_up: 'all',
        timeout: '90s',
        max_attempts: 5,
        backoff: { initial: '1s', max: '1m', factor: 3, jitter: 0 },
      };
      const { etag: _etag, ...created } = await createJob(server, 'create-all', body);
      expect(created).toMatchObject({ ...body, timeout: '1m30s' });
      const read = bodyOf(await send(server, 'GET', '/jobs/create-all'), 200, jobSchema);
      expect(read).toEqual(created);
    });

    test('refuses an id that exists', async () => {
      await createJob(server, 'twice');
      problemOf(await send(server, 'POST', '/jobs', { body: jobBody('twice') }), 409);
    });

    test('lets one of two creations of an id at once win', async () => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => send(server, 'POST', '/jobs', { body: jobBody('race') })),
      );
      const statuses = answers.map(({ statusCode }) => statusCode).sort();
      expect(statuses).toEqual([201, 409, 409, 409, 409, 409]);
    });

    test('names every missing field', async () => {
      expect(pointersOf(await send(server, 'POST', '/jobs', { body: {} }))).toEqual([
        '/id',
        '/name',
        '/type',
      ]);
    });

    test('says what an interval in plain words should look like', async () => {
      const body = jobBody('words', { interval: '5 minutes' });
      const response = await send(server, 'POST', '/jobs', { body });
      expect(faultAt(response, '/interval')).toContain('5m');
    });

    test.each([
      ['/id', { id: '-x' }],
      ['/id', { id: 'x'.repeat(129) }],
      ['/id', { id: 'a/b' }],
      ['/id', { id: 7 }],
      ['/name', { name: '' }],
      ['/name', { name: 'x'.repeat(201) }],
      ['/name', { name: 'a\0b' }],
      ['/name', { name: 'a\ud800b' }],
      ['/name', { name: null }],
      ['/description', { description: 'x'.repeat(2_001) }],
      ['/type', { type: 'nobody_has_this' }],
      ['/interval', { interval: 300 }],
      ['/interval', { interval: '1ms' }],
      ['/interval', { interval: '5m', cron: '* * * * *' }],
      ['/cron', { interval: undefined, cron: '* * * *' }],
      ['/timezone', { interval: undefined, cron: '* * * * *', timezone: 'Mars/Base' }],
      ['/run_at', { interval: undefined, run_at: '2020-01-01T00:00:00Z' }],
      ['/run_at', { interval: undefined, run_at: 'tomorrow' }],
      ['', { interval: undefined }],
      ['/interval_mode', { interval_mode: 'sometimes' }],
      ['/payload', { payload: [] }],
      ['/payload', { payload: 'x' }],
      ['/payload/days', { payload: { days: 0 } }],
      ['/payload/days_old', { payload: { days_old: 1 } }],
      ['/payload/name', { payload: { name: 'a\0' } }],
      ['/payload/name', { payload: { name: '\udfff' } }],
      ['/payload', { payload: { 'a\0': 1 } }],
      ['/payload', { payload: { name: 'x'.repeat(70_000) } }],
      ['/overlap', { overlap: 'maybe' }],
      ['/catch_up', { catch_up: 'all' }],
      ['/timeout', { timeout: '0s' }],
      ['/max_attempts', { max_attempts: 0 }],
      ['/max_attempts', { max_attempts: 1.5 }],
      ['/max_attempts', { max_attempts: '3' }],
      ['/backoff/factor', { backoff: { factor: 0 } }],
      ['/backoff/first', { backoff: { first: '1s' } }],
      ['/backoff', { backoff: { initial: '1h', max: '1s' } }],
      ['/interval_ms', { interval_ms: 1 }],
    ])('refuses a bad %s: %j', async (pointer, fields) => {
      const body = jobBody('bad', { interval: '5m', ...fields });
      expect(pointersOf(await send(server, 'POST', '/jobs', { body }))).toContain(pointer);
      problemOf(await send(server, 'GET', '/jobs/bad'), 404);
    });

    test('says of an unknown field which ones are known', async () => {
      const body = jobBody('unknown', { on_demand: true, every: '5m' });
      const detail = faultAt(await send(server, 'POST', '/jobs', { body }), '/every');
      expect(detail).toContain('interval');
    });

    test('bounds the answer to a body of very many faults', async () => {
      const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field${at}`, at]));
      const response = await send(server, 'POST', '/jobs', { body: fields });
      expect(pointersOf(response).length).toBeLessThanOrEqual(20);
    });
  });

  describe('GET /jobs', () => {
    test('lists in pages, in either order, each job once', async () => {
      for (const id of ['page-a', 'page-b', 'page-c']) await createJob(server, id);
      for (const [sort, expected] of [
        ['id', ['page-a', 'page-b', 'page-c']],
        ['-id', ['page-c', 'page-b', 'page-a']],
        ['name', ['page-a', 'page-b', 'page-c']],
        ['created_at', ['page-a', 'page-b', 'page-c']],
        ['-created_at', ['page-c', 'page-b', 'page-a']],
      ] as const) {
        const ids: string[] = [];
        let cursor: string | null = '';
        while (cursor !== null) {
          const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
          const response = await send(server, 'GET', `/jobs?q=PAGE-&limit=1&sort=${sort}${more}`);
          const page = bodyOf(response, 200, jobsPage);
          ids.push(...page.data.map(({ id }) => id));
          cursor = page.next_cursor;
        }
        expect(ids, sort).toEqual(expected);
      }
    });

    test('filters by type, status and health', async () => {
      await createJob(server, 'filter-1', { on_demand: true, type: 'fail' });
      await send(server, 'POST', '/jobs/filter-1/pause');
      for (const query of [
        'type=fail',
        'status=paused',
        'health=paused',
        'q=filter-1&sort=next_run',
        'q=filter-1&sort=-last_run',
      ]) {
        const { data } = bodyOf(await send(server, 'GET', `/jobs?${query}`), 200, jobsPage);
        expect(
          data.map(({ id }) => id),
          query,
        ).toContain('filter-1');
      }
      const { data } = bodyOf(await send(server, 'GET', '/jobs?type=fail&status=active'), 200, jobsPage);
      expect(data).toEqual([]);
    });

    test('takes wildcards and quotes in q for themselves', async () => {
      for (const q of ['%', '_', "'", '"', '\\', "' OR 1=1 --"]) {
        const { data } = bodyOf(
          await send(server, 'GET', `/jobs?q=${encodeURIComponent(q)}&type=wait`),
          200,
          jobsPage,
        );
        expect(data, q).toEqual([]);
      }
    });

    test.each([
      ['/limit', 'limit=0'],
      ['/limit', 'limit=201'],
      ['/limit', 'limit=ten'],
      ['/limit', 'limit='],
      ['/limit', 'limit=0x10'],
      ['/limit', 'limit=5&limit=6'],
      ['/status', 'status=busy'],
      ['/health', 'health=fine'],
      ['/sort', 'sort=payload'],
      ['/q', 'q='],
      ['/q', 'q=a%00b'],
      ['/cursor', 'cursor='],
      ['/page', 'page=2'],
    ])('refuses a bad %s: %s', async (pointer, query) => {
      expect(pointersOf(await send(server, 'GET', `/jobs?${query}`))).toEqual([pointer]);
    });

    test('refuses a cursor that is malformed, or of another sort', async () => {
      await createJob(server, 'cursor-1');
      await createJob(server, 'cursor-2');
      const first = bodyOf(await send(server, 'GET', '/jobs?limit=1&sort=name'), 200, jobsPage);
      const broken = Buffer.from('["jobs:id",{"$gt":""},"x"]').toString('base64url');
      for (const query of [
        `cursor=${first.next_cursor}`,
        `sort=-name&cursor=${first.next_cursor}`,
        `cursor=${Buffer.from('["jobs:id","a","abc"]').toString('base64url')}`,
        'cursor=%%%',
        'cursor=AAAA',
        `cursor=${broken}`,
        `cursor=${'A'.repeat(8_000)}`,
      ]) {
        problemOf(await send(server, 'GET', `/jobs?${query}`), 400);
      }
    });
  });

  describe('GET /jobs/:job_id', () => {
    test('shows what its runs did, and keeps its ETag through runs, pause and resume', async () => {
      const { etag } = await createJob(server, 'read-1');
      const run = await runJob(server, 'read-1');
      const done = await runThatIs(server, run.id, 'succeeded');
      await send(server, 'POST', '/jobs/read-1/pause', { body: { reason: 'a while' } });
      await send(server, 'POST', '/jobs/read-1/resume');
      const response = await send(server, 'GET', '/jobs/read-1', { headers: { 'if-none-match': etag } });
      expect(response.headers.etag).toBe(etag);
      const job = bodyOf(response, 200, jobSchema);
      expect(job).toMatchObject({ last_run: done.started_at, last_status: 'succeeded', status: 'active' });
    });

    test('answers 404 for an id without a job, and 422 for an invalid id', async () => {
      problemOf(await send(server, 'GET', '/jobs/nobody'), 404);
      expect(pointersOf(await send(server, 'GET', '/jobs/a%00b'))).toEqual(['/job_id']);
      expect(pointersOf(await send(server, 'GET', '/jobs/%27%20OR%201=1'))).toEqual(['/job_id']);
    });

    test('finds a job with the longest id', async () => {
      const id = 'x'.repeat(128);
      await createJob(server, id);
      expect(bodyOf(await send(server, 'GET', `/jobs/${id}`), 200, jobSchema).id).toBe(id);
    });
  });

  describe('DELETE /jobs/:job_id', () => {
    test('deletes; the id is free for a job of another generation', async () => {
      const first = await createJob(server, 'delete-1');
      const response = await send(server, 'DELETE', '/jobs/delete-1');
      expect(response.statusCode).toBe(204);
      expect(response.body).toBe('');
      problemOf(await send(server, 'GET', '/jobs/delete-1'), 404);
      problemOf(await send(server, 'DELETE', '/jobs/delete-1'), 404);
      const second = await createJob(server, 'delete-1');
      expect(second.uid).not.toBe(first.uid);
      const stale = { headers: { 'if-match': first.etag } };
      problemOf(await send(server, 'DELETE', '/jobs/delete-1', stale), 412);
      const fresh = { headers: { 'if-match': second.etag } };
      expect((await send(server, 'DELETE', '/jobs/delete-1', fresh)).statusCode).toBe(204);
    });
  });
}
