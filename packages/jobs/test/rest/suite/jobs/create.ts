import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { runSchema } from '../../../../src/http/views/runs/run.ts';
import { bodyOf, createJob, faultAt, jobBody, pointersOf, problemOf, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

export function creations(makeMount: MakeMount): void {
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
        expire_after: null,
        priority: 'normal',
        max_running: null,
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
        expire_after: '300s',
        priority: 'low',
        max_attempts: 5,
        backoff: { initial: '1s', max: '1m', factor: 3, jitter: 0 },
      };
      const { etag: _etag, ...created } = await createJob(server, 'create-all', body);
      expect(created).toMatchObject({ ...body, timeout: '1m30s', expire_after: '5m' });
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
      ['/expire_after', { expire_after: '500ms' }],
      ['/priority', { priority: 'urgent' }],
      ['/priority', { priority: 1 }],
      ['/max_running', { max_running: 3 }],
      ['/max_running', { overlap: 'queue', max_running: 3 }],
      ['/max_running', { overlap: 'allow', max_running: 0 }],
      ['/max_running', { overlap: 'allow', max_running: 1.5 }],
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

    test.each([
      ['/maxRuns', { maxRuns: 3 }, 'unknown field; did you mean max_runs?'],
      ['/backoff/inital', { backoff: { inital: '1s' } }, 'unknown field; did you mean initial?'],
      ['/backoff/delay_s', { backoff: { delay_s: 1 } }, 'known ones are initial, max, factor, jitter'],
      ['/retries', { retries: { most: 3 } }, 'unknown field; did you mean max_attempts or backoff?'],
      [
        '/expire_after',
        { expire_after: 30 },
        'must be a duration as text, such as "5m", "1h30m" or "24h"; got the number 30. For 30 seconds, write "30s"',
      ],
      ['/backoff/max', { backoff: { max: 60 } }, 'For 60 seconds, write "60s"'],
      ['/expect/duration', { expect: { duration: 60 } }, 'For 60 seconds, write "60s"'],
      ['/only_if/succeeded_within', { only_if: { job: 'a', succeeded_within: 60 } }, 'write "60s"'],
      ['/start_at', { start_at: 1 }, 'must be a time as text, such as "2030-01-31T09:00:00Z" (RFC 3339)'],
      [
        '/after',
        { after: 'a' },
        'must be a JSON object such as { "job": "import", "on": "succeeded" }; got "a"',
      ],
      ['/calendar', { calendar: 'x' }, 'such as { "id": "holidays", "mode": "skip" }; got "x"'],
      ['/only_if', { only_if: 'x' }, 'such as { "job": "import", "succeeded_within": "24h" }; got "x"'],
      ['/backoff', { backoff: '1s' }, 'such as { "initial": "10s", "max": "1h" }; got "1s"'],
    ])('says what to do about %s: %j', async (pointer, fields, text) => {
      const answer = await send(server, 'POST', '/jobs', { body: jobBody('bad', fields) });
      expect(pointersOf(answer)).toEqual([pointer]);
      expect(faultAt(answer, pointer)).toContain(text);
      expect(problemOf(answer, 422).detail).toBe('The request POST /jobs is not valid.');
      const preview = await send(server, 'POST', '/job-preview', { body: jobBody('bad', fields) });
      expect(pointersOf(preview)).toEqual([pointer]);
    });

    test('bounds the answer to a body of very many faults', async () => {
      const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`field${at}`, at]));
      const response = await send(server, 'POST', '/jobs', { body: fields });
      expect(pointersOf(response).length).toBeLessThanOrEqual(20);
    });
  });
}
