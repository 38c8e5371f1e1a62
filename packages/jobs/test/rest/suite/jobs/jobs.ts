import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import {
  bodyOf,
  createJob,
  faultAt,
  pointersOf,
  problemOf,
  runJob,
  runThatIs,
  send,
} from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

export function jobs(makeMount: MakeMount): void {
  const jobsPage = pageSchema(jobSchema);
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

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

    test('says which limits it takes, and which one it got', async () => {
      const fault = async (limit: string) =>
        faultAt(await send(server, 'GET', `/jobs?limit=${limit}`), '/limit');
      const rule = 'must be a whole number from 1 to 200; got ';
      expect(await fault('-1')).toBe(`${rule}"-1"`);
      expect(await fault('201')).toBe(`${rule}"201"`);
      expect(await fault('0')).toBe(`${rule}"0"`);
      expect(await fault('1&limit=2')).toBe(`${rule}an array of 2 items`);
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
