import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { bodyOf, createJob, faultAt, pointersOf, problemOf, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

export function edits(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  const put = (id: string, fields: object, headers: Record<string, string> = {}) =>
    send(server, 'PUT', `/jobs/${id}`, {
      body: { name: 'Put', type: 'greet', on_demand: true, ...fields },
      headers,
    });
  const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    send(server, 'PATCH', `/jobs/${id}`, { body, headers });

  /** Changes of a job that have no body. */
  const COMMANDS = [
    ['POST', '/runs'],
    ['POST', '/pause'],
    ['POST', '/resume'],
    ['DELETE', ''],
  ] as const;

  describe('PUT /jobs/:job_id', () => {
    test('creates with 201, replaces with 200 and resets omitted fields', async () => {
      const created = await put('put-1', { description: 'first', max_attempts: 9 });
      expect(created.headers.location).toBe('/api/jobs/put-1');
      expect(bodyOf(created, 201, jobSchema)).toMatchObject({
        description: 'first',
        max_attempts: 9,
        version: 1,
      });
      const replaced = await put('put-1', { id: 'put-1' });
      expect(replaced.headers.location).toBeUndefined();
      expect(bodyOf(replaced, 200, jobSchema)).toMatchObject({
        description: '',
        max_attempts: 3,
        version: 2,
      });
    });

    test('labels and watches a job, and says which value is not valid', async () => {
      const watching = {
        tags: ['eu', 'billing', 'eu'],
        pause_after: { failures: 3 },
        expect: { success_within: '26h', duration: '600s' },
        alerts: ['ops'],
        ping_url: 'https://monitor.example/1',
      };
      const shown = {
        tags: ['billing', 'eu'],
        pause_after: { failures: 3, of_last: 3 },
        expect: { success_within: '26h', duration: '10m', start_within: null },
        alerts: ['ops'],
        ping_url: 'https://monitor.example/1',
      };
      await server.engine.createAlertChannel({ id: 'ops', kind: 'pager' });
      expect(bodyOf(await put('watched', watching), 201, jobSchema)).toMatchObject(shown);
      const { expect: _expect, ...others } = shown;
      const patched = await patch('watched', { expect: null, pause_after: { failures: 2, of_last: 5 } });
      expect(bodyOf(patched, 200, jobSchema)).toMatchObject({
        ...others,
        expect: null,
        pause_after: { failures: 2, of_last: 5 },
      });
      const without = await put('watched', { pause_after: 'none' });
      expect(bodyOf(without, 200, jobSchema)).toMatchObject({ pause_after: 'none' });
      const neither = await put('watched', { pause_after: 'never' });
      expect(faultAt(neither, '/pause_after')).toContain('or "none"');
      const tooMany = await put('watched', { pause_after: { failures: 51 } });
      expect(pointersOf(tooMany)).toEqual(['/pause_after/failures']);
      const faulty = await put('watched', {
        tags: ['EU'],
        pause_after: { failures: 5, of_last: 3 },
        expect: { success_within: '10 days' },
        ping_url: 'monitor.example',
      });
      expect(pointersOf(faulty)).toEqual(['/tags/0', '/ping_url']);
      const unmet = await put('watched', {
        pause_after: { failures: 5, of_last: 3 },
        expect: { success_within: '10 days' },
      });
      expect(pointersOf(unmet)).toEqual(['/pause_after', '/expect']);
      expect(faultAt(unmet, '/pause_after')).toContain('pause_after.of_last must be');
    });

    test('changes nothing when it is equal in value', async () => {
      const first = await put('put-2', { on_demand: undefined, interval: '60m' });
      const second = await put('put-2', { on_demand: undefined, interval: '1h' });
      expect(second.headers.etag).toBe(first.headers.etag);
      expect(bodyOf(second, 200, jobSchema).next_run).toBe(bodyOf(first, 201, jobSchema).next_run);
    });

    test('refuses a body whose id is not that of the path', async () => {
      expect(pointersOf(await put('put-3', { id: 'other' }))).toEqual(['/id']);
    });

    test('refuses another type', async () => {
      await createJob(server, 'put-4');
      expect(pointersOf(await put('put-4', { type: 'fail' }))).toEqual(['/type']);
      const fields = { type: 'fail', payload: { name: 'not a field of fail' } };
      expect(pointersOf(await put('put-4', fields))).toEqual(['/type']);
    });

    test('with If-None-Match: * only creates', async () => {
      const only = { 'if-none-match': '*' };
      bodyOf(await put('put-5', {}, only), 201, jobSchema);
      problemOf(await put('put-5', { description: 'second' }, only), 412);
      problemOf(await put('put-5', {}, { 'if-none-match': '"1"' }), 400);
      problemOf(await put('put-5', {}, { ...only, 'if-match': '*' }), 412);
      problemOf(await put('put-new', {}, { ...only, 'if-match': '*' }), 412);
      problemOf(await send(server, 'GET', '/jobs/put-new'), 404);
      expect(bodyOf(await send(server, 'GET', '/jobs/put-5'), 200, jobSchema).description).toBe('');
    });

    test('with If-Match never creates', async () => {
      problemOf(await put('put-6', {}, { 'if-match': '*' }), 412);
      problemOf(await put('put-6', {}, { 'if-match': '"1.1"' }), 412);
      problemOf(await send(server, 'GET', '/jobs/put-6'), 404);
    });
  });

  describe('If-Match', () => {
    test('lets an edit through for the ETag as it was read, in a list, or as *', async () => {
      const { etag } = await createJob(server, 'match-1');
      const second = await patch('match-1', { name: 'Two' }, { 'if-match': etag });
      bodyOf(second, 200, jobSchema);
      const third = await patch('match-1', { name: 'Three' }, { 'if-match': `"x", ${second.headers.etag}` });
      bodyOf(third, 200, jobSchema);
      expect(
        bodyOf(await patch('match-1', { name: 'Four' }, { 'if-match': '*' }), 200, jobSchema).version,
      ).toBe(4);
    });

    test('stops an edit of a job that has changed since it was read', async () => {
      const { etag } = await createJob(server, 'match-2');
      bodyOf(await patch('match-2', { name: 'Two' }), 200, jobSchema);
      problemOf(await patch('match-2', { name: 'Three' }, { 'if-match': etag }), 412);
      problemOf(await put('match-2', {}, { 'if-match': etag }), 412);
      problemOf(await send(server, 'DELETE', '/jobs/match-2', { headers: { 'if-match': etag } }), 412);
      expect(bodyOf(await send(server, 'GET', '/jobs/match-2'), 200, jobSchema).name).toBe('Two');
    });

    test('lets one of many edits at once win', async () => {
      const { etag } = await createJob(server, 'match-3');
      const answers = await Promise.all(
        Array.from({ length: 5 }, (_, at) => patch('match-3', { name: `Name ${at}` }, { 'if-match': etag })),
      );
      expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412, 412, 412, 412]);
    });

    test('never matches a job that was recreated under the id', async () => {
      const { etag } = await createJob(server, 'match-6');
      const headers = { 'if-match': etag };
      const answers = await Promise.all([
        send(server, 'DELETE', '/jobs/match-6'),
        put('match-6', {}),
        ...Array.from({ length: 20 }, (_, at) => patch('match-6', { name: `Old ${at}` }, headers)),
      ]);
      for (const { statusCode } of answers.slice(2)) expect([200, 404, 412]).toContain(statusCode);
      await send(server, 'DELETE', '/jobs/match-6');
      await put('match-6', {});
      for (const [method, path] of COMMANDS)
        problemOf(await send(server, method, `/jobs/match-6${path}`, { headers }), 412);
    });

    test.each(COMMANDS)('guards %s /jobs/:job_id%s', async (method, path) => {
      const id = `guard-${method}${path.replace('/', '-')}`;
      const { etag } = await createJob(server, id);
      const current = String((await patch(id, { name: 'Two' })).headers.etag);
      const command = (tag: string) =>
        send(server, method, `/jobs/${id}${path}`, { headers: { 'if-match': tag } });
      problemOf(await command(etag), 412);
      problemOf(await command('1'), 400);
      expect((await command(current)).statusCode).toBeLessThan(300);
    });

    test('never matches a weak tag', async () => {
      const { etag } = await createJob(server, 'match-5');
      problemOf(await patch('match-5', { name: 'Two' }, { 'if-match': `W/${etag}` }), 412);
    });

    test('must have the quotes of an ETag', async () => {
      await createJob(server, 'match-4');
      problemOf(await patch('match-4', { name: 'Two' }, { 'if-match': '1.1' }), 400);
    });
  });

  describe('PATCH /jobs/:job_id', () => {
    test('keeps absent fields and resets null fields', async () => {
      await createJob(server, 'patch-1', {
        interval: '1h',
        description: 'kept',
        max_attempts: 7,
        payload: { name: 'Ada' },
      });
      const type = { 'content-type': 'application/merge-patch+json' };
      const response = await patch('patch-1', { max_attempts: null, payload: { days: 2 } }, type);
      expect(bodyOf(response, 200, jobSchema)).toMatchObject({
        description: 'kept',
        max_attempts: 3,
        payload: { name: 'you', days: 2 },
        interval: '1h',
      });
    });

    test('replaces the schedule by one of another kind', async () => {
      await createJob(server, 'patch-2', { interval: '1h', interval_mode: 'fixed_delay' });
      const job = bodyOf(await patch('patch-2', { cron: '0 5 * * *' }), 200, jobSchema);
      expect(job).toMatchObject({ interval: null, interval_mode: null, cron: '0 5 * * *', timezone: 'UTC' });
    });

    test('keeps the next run when only other fields change', async () => {
      const { next_run } = await createJob(server, 'patch-3', { interval: '1h' });
      expect(bodyOf(await patch('patch-3', { name: 'New' }), 200, jobSchema).next_run).toBe(next_run);
    });

    test.each([
      ['/name', { name: null }],
      ['/id', { id: 'patch-4' }],
      ['/status', { status: 'paused' }],
      ['/payload/nope', { payload: { nope: 1 } }],
      ['', null],
      ['', []],
      ['', 'x'],
    ])('refuses a bad %s: %j', async (pointer, body) => {
      await put('patch-4', {});
      expect(pointersOf(await patch('patch-4', body))).toContain(pointer);
    });

    test("says that the type can't change before it looks at the payload", async () => {
      await createJob(server, 'patch-6', { on_demand: true, payload: { name: 'Ada' } });
      for (const body of [{ type: 'fail' }, { type: 'nope' }, { type: 'fail', payload: { days: 'x' } }]) {
        const response = await patch('patch-6', body);
        expect(pointersOf(response)).toEqual(['/type']);
        expect(faultAt(response, '/type')).toContain("can't change");
      }
      bodyOf(await patch('patch-6', { type: 'greet', name: 'New' }), 200, jobSchema);
    });

    test('says what is missing when a schedule is removed', async () => {
      await createJob(server, 'patch-5', { interval: '1h' });
      expect(faultAt(await patch('patch-5', { interval: null }), '')).toContain('schedule');
    });

    test('answers 404 for an id that no job has, with If-Match or without', async () => {
      problemOf(await patch('nobody', { name: 'x' }), 404);
      problemOf(await patch('nobody', { name: 'x' }, { 'if-match': '"1.1"' }), 404);
    });
  });
}
