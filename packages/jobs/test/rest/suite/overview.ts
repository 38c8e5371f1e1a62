import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../../scripts/test-deadlines.ts';
import { callerSchema } from '../../../src/http/views/caller.ts';
import { forecastSchema } from '../../../src/http/views/forecast.ts';
import { historySchema } from '../../../src/http/views/history.ts';
import { jobSchema } from '../../../src/http/views/jobs/job.ts';
import { jobTypesSchema } from '../../../src/http/views/jobs/job-type.ts';
import { previewSchema } from '../../../src/http/views/jobs/preview.ts';
import { statsSchema } from '../../../src/http/views/stats.ts';
import { bodyOf, createJob, faultAt, pointersOf, problemOf, runJob, runThatIs, send } from '../requests.ts';
import { type MakeMount, type MountOptions, type RestServer, startRestServer } from '../rest-server.ts';

const PARAMETERLESS = [
  '/job-types',
  '/nodes',
  '/alert-channels',
  '/secrets',
  '/calendars',
  '/me',
  '/jobs/history-1',
];

type Authorize = Exclude<MountOptions['authorize'], false | undefined>;

export function overviews(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  describe('GET /job-types', () => {
    test('returns each type with the JSON Schema of its payload and its defaults', async () => {
      const { data } = bodyOf(await send(server, 'GET', '/job-types'), 200, jobTypesSchema);
      expect(data.map(({ type }) => type)).toEqual(['greet', 'fail', 'wait', 'keep']);
      expect(data[0]).toMatchObject({
        version: 1,
        isolation: 'inline',
        timeout: '30m',
        max_attempts: 3,
        defaults: { name: 'you', days: 1 },
        operators_may_set: ['name'],
        payload_schema: { type: 'object', additionalProperties: false, properties: { days: { minimum: 1 } } },
      });
    });
  });

  describe('GET /job-stats', () => {
    test('counts jobs and runs, and shows the node', async () => {
      await createJob(server, 'stats-1');
      await runThatIs(server, (await runJob(server, 'stats-1')).id, 'succeeded');
      // The store has the run's end before the node reports it.
      const stats = await vi.waitFor(async () => {
        const current = bodyOf(await send(server, 'GET', '/job-stats'), 200, statsSchema);
        expect(current.last_minute?.finished.succeeded).toBeGreaterThanOrEqual(1);
        return current;
      }, CONDITION_MS);
      expect(stats.jobs.active).toBeGreaterThanOrEqual(1);
      expect(stats.last_minute?.lateness_ms?.max).toBeGreaterThanOrEqual(0);
      expect(stats.health.ok).toBeGreaterThanOrEqual(1);
      expect(stats.minutes).toHaveLength(60);
      const ended = stats.minutes.reduce((sum, { succeeded }) => sum + succeeded, 0);
      expect(ended).toBeGreaterThanOrEqual(1);
      const newest = Date.parse(stats.minutes[0]?.minute ?? '');
      expect(newest % 60_000).toBe(0);
      expect(newest).toBeLessThanOrEqual(Date.parse(stats.now));
      expect(stats.runs.due_since).toBeNull();
      expect(stats.nodes).toHaveLength(1);
      expect(stats.nodes[0]).toMatchObject({ places: 10, types: ['greet', 'fail', 'wait', 'keep'] });
    });
  });

  // Promise P38, forecast.
  describe('GET /job-forecast', () => {
    const forecast = async (query = '') =>
      bodyOf(await send(server, 'GET', `/job-forecast${query}`), 200, forecastSchema);

    test('counts the runs of a week by hour, by type and by tag', async () => {
      await createJob(server, 'forecast-1', { interval: '1h', tags: ['night'] });
      const week = await forecast();
      expect(week).toMatchObject({ step: 'hour', sampled: false, listed: [] });
      expect(week.steps).toHaveLength(168);
      expect(Date.parse(week.to) - Date.parse(week.from)).toBe(168 * 3_600_000);
      const night = week.tags.find(({ tag }) => tag === 'night');
      expect(night?.runs).toBeGreaterThanOrEqual(167);
      expect(week.types.find(({ type }) => type === 'greet')?.by_steps).toHaveLength(168);
    });

    test('lists the jobs of an hour that is asked for', async () => {
      await createJob(server, 'forecast-2', { interval: '7m' });
      const from = new Date(Date.now() + 5 * 3_600_000).toISOString();
      const { listed, steps } = await forecast(`?from=${from}&hours=1&step=minute&jobs=1000`);
      expect(steps).toHaveLength(60);
      const job = listed.find(({ id }) => id === 'forecast-2');
      expect(job).toMatchObject({ type: 'greet', paused: false });
      expect(job?.runs).toBeGreaterThanOrEqual(8);
    });

    test('can be of one type', async () => {
      const { types, jobs } = await forecast('?type=wait');
      expect([types, jobs]).toEqual([[], 0]);
      expect((await forecast('?type=greet')).types.map(({ type }) => type)).toEqual(['greet']);
    });

    test('keeps paused jobs apart', async () => {
      await createJob(server, 'forecast-3', { interval: '1h' });
      await send(server, 'POST', '/jobs/forecast-3/pause');
      const { paused } = await forecast('?hours=24');
      expect(paused.jobs).toBeGreaterThanOrEqual(1);
      expect(paused.runs).toBeGreaterThanOrEqual(23);
    });

    test('says what a query must be', async () => {
      const faults = async (query: string) => send(server, 'GET', `/job-forecast?${query}`);
      expect(faultAt(await faults('hours=25&step=minute'), '/hours')).toMatch(
        /at most 24 with step: "minute"/,
      );
      expect(faultAt(await faults('hours=745'), '/hours')).toMatch(/744/);
      expect(faultAt(await faults('step=day'), '/step')).toMatch(/"minute" or "hour"|minute/);
      expect(faultAt(await faults('from=2020-01-01T00:00:00Z'), '/from')).toMatch(
        /that the window has ended/,
      );
    });
  });

  test.each(PARAMETERLESS)('GET %s refuses a parameter, which would look like a filter', async (path) => {
    expect(pointersOf(await send(server, 'GET', `${path}?limit=-1`))).toEqual(['/limit']);
  });

  describe('GET /job-stats/history', () => {
    test('has the runs of all jobs, of a job and of a type, in total and by step', async () => {
      await createJob(server, 'history-1');
      await runThatIs(server, (await runJob(server, 'history-1')).id, 'succeeded');
      const history = async (query: string) =>
        bodyOf(await send(server, 'GET', `/job-stats/history${query}`), 200, historySchema);
      const own = await history('?job_id=history-1');
      expect(own).toMatchObject({
        step: '1h',
        total: {
          succeeded: 1,
          failed: 0,
          cancelled: 0,
          skipped: 0,
          success_rate: 1,
          failed_duration_ms: null,
        },
      });
      expect(own.total.duration_ms?.p95).toBeGreaterThanOrEqual(1);
      expect(own.total.lateness_ms?.p95).toBeGreaterThanOrEqual(1);
      expect(own.steps.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(1);
      expect((await history('')).total.succeeded).toBeGreaterThanOrEqual(1);
      expect((await history('?type=greet&step=24h')).total.succeeded).toBeGreaterThanOrEqual(1);
      expect((await history('?type=unknown')).total.succeeded).toBe(0);
      expect((await history('?tag=unknown')).total.succeeded).toBe(0);
    });

    test('refuses what it can not read, and names it as the query does', async () => {
      const asked = async (query: string) => send(server, 'GET', `/job-stats/history?${query}`);
      expect(problemOf(await asked('job_id=nobody'), 404).detail).toContain('"nobody"');
      expect(faultAt(await asked('job_id=%00'), '/job_id')).toMatch(/such as nightly-cleanup/);
      expect(faultAt(await asked('tag=A%20B'), '/tag')).toMatch(/such as billing/);
      expect(pointersOf(await asked('type=%00'))).toEqual(['/type']);
      expect(problemOf(await asked('job_id=history-1&type=greet'), 422).detail).toBe(
        'Use one of `job_id`, `type` and `tag`, and leave out the others.',
      );
      expect(pointersOf(await asked('step=often'))).toEqual(['/step']);
      expect(pointersOf(await asked('from=yesterday'))).toEqual(['/from']);
    });
  });

  describe('GET /me', () => {
    const RANKS = ['read', 'operate', 'admin'];

    test.each(RANKS)('says what a caller with the right to %s may do', async (right) => {
      const may = RANKS.slice(0, RANKS.indexOf(right) + 1);
      const authorize: Authorize = (_request, need) => {
        if (!may.includes(need)) throw Object.assign(new Error('No.'), { statusCode: 403 });
        return { id: 'user:42', name: 'Ann' };
      };
      const other = await makeMount(server.engine, { authorize });
      const caller = bodyOf(await send(other, 'GET', '/me'), 200, callerSchema);
      expect(caller).toEqual({ id: 'user:42', name: 'Ann', scope: null, policy: null, rights: may });
      await other.close();
    });

    test('names the caller by its id, or not at all', async () => {
      const named = await makeMount(server.engine, { authorize: () => ({ id: 'token:7' }) });
      expect(bodyOf(await send(named, 'GET', '/me'), 200, callerSchema).name).toBe('token:7');
      await named.close();
      const caller = bodyOf(await send(server, 'GET', '/me'), 200, callerSchema);
      expect(caller).toEqual({ id: null, name: null, scope: null, policy: null, rights: RANKS });
    });

    test('answers 401 and 403 as each other route does', async () => {
      for (const statusCode of [401, 403]) {
        const authorize: Authorize = () => {
          throw Object.assign(new Error('No.'), { statusCode });
        };
        const strict = await makeMount(server.engine, { authorize });
        problemOf(await send(strict, 'GET', '/me'), statusCode);
        await strict.close();
      }
    });
  });

  describe('POST /job-preview', () => {
    const preview = (body: unknown) => send(server, 'POST', '/job-preview', { body });

    test('returns the next run times of a schedule', async () => {
      const body = { cron: '0 12 * * *', timezone: 'UTC', count: 3, interval: null };
      const { times, before } = bodyOf(await preview(body), 200, previewSchema);
      expect(before).toBeNull();
      expect(times).toHaveLength(3);
      expect(times.every((at) => at.endsWith('T12:00:00.000Z'))).toBe(true);
    });

    test('returns the effect of an edit, without making the edit', async () => {
      const job = await createJob(server, 'preview-1', { interval: '1h' });
      const answer = bodyOf(await preview({ job_id: 'preview-1', cron: '0 12 * * *' }), 200, previewSchema);
      expect(answer.before).toBe(job.next_run);
      expect(answer.times).toHaveLength(5);
      expect(answer.times[0]).toContain('T12:00:00.000Z');
      const after = bodyOf(await send(server, 'GET', '/jobs/preview-1'), 200, jobSchema);
      expect(after).toMatchObject({ interval: '1h', version: 1, next_run: job.next_run });
    });

    test('S7: shows when slots are due, and the slots; without the id of a job no slot is put off', async () => {
      const schedule = { cron: '0 12 * * *', spread: '1h', count: 2 };
      const plain = bodyOf(await preview(schedule), 200, previewSchema);
      expect(plain.times).toEqual(plain.slots);
      await createJob(server, 'preview-3', { interval: '1h' });
      const whole = { id: 'preview-3', name: 'P', type: 'greet' };
      for (const body of [schedule, { ...schedule, cron: '30 12 * * *' }]) {
        const edited = bodyOf(await preview({ job_id: 'preview-3', ...body }), 200, previewSchema);
        expect(edited.slots).toHaveLength(2);
        const offsets = edited.times.map((at, n) => Date.parse(at) - Date.parse(edited.slots[n] ?? ''));
        expect(offsets[0]).toBeGreaterThan(0);
        expect(offsets[0]).toBeLessThan(3_600_000);
        expect(offsets[1]).toBe(offsets[0]);
        expect(bodyOf(await preview({ ...whole, ...body }), 200, previewSchema).times).toEqual(edited.times);
      }
      const fresh = bodyOf(await preview({ ...whole, ...schedule, id: 'preview-4' }), 200, previewSchema);
      expect(fresh.slots).toEqual(plain.slots);
      expect(fresh.times).not.toEqual(plain.slots);
    });

    test('K19: ends with the last slot, or with the last run that counts', async () => {
      const start = '2035-01-01T00:00:00.000Z';
      const ends = { interval: '1h', start_at: start, end_at: '2035-01-01T02:00:00.000Z' };
      const until = bodyOf(await preview({ ...ends, count: 9 }), 200, previewSchema);
      expect(until.times).toEqual([start, '2035-01-01T01:00:00.000Z', ends.end_at]);
      const two = bodyOf(await preview({ ...ends, max_runs: 2, count: 9 }), 200, previewSchema);
      expect(two.times).toEqual(until.times.slice(0, 2));
      const past = await preview({ interval: '1h', end_at: '2020-01-01T00:00:00Z' });
      expect(faultAt(past, '/end_at')).toMatch(/would never run/);
    });

    test.each([
      ['/interval', { interval: '5 minutes' }],
      ['/count', { interval: '5m', count: 0 }],
      ['/count', { interval: '5m', count: 101 }],
      ['/cron', { cron: 'x' }],
      ['/id', { interval: '5m', name: 'x' }],
      ['/type', { interval: '5m', name: 'x' }],
      ['/job_id', { job_id: 'a', interval: '5m', name: 'x' }],
      ['/job_id', { job_id: 'a b', interval: '5m' }],
      ['', {}],
      ['', 1],
    ])('refuses a bad %s: %j', async (pointer, body) => {
      expect(pointersOf(await preview(body))).toContain(pointer);
    });

    test('checks a whole job as PUT would, with its payload, and neither creates nor changes it', async () => {
      const whole = { id: 'preview-2', name: 'P', type: 'greet', interval: '1h' };
      bodyOf(await preview(whole), 200, previewSchema);
      problemOf(await send(server, 'GET', '/jobs/preview-2'), 404);
      expect(pointersOf(await preview({ ...whole, payload: { nonsense: 1 } }))).toEqual([
        '/payload/nonsense',
      ]);
      expect(pointersOf(await preview({ ...whole, max_attempts: 0 }))).toEqual(['/max_attempts']);
      expect(pointersOf(await preview({ ...whole, type: 'nothing' }))).toEqual(['/type']);
      const job = await createJob(server, 'preview-2', { interval: '2h' });
      const { before } = bodyOf(await preview(whole), 200, previewSchema);
      expect(before).toBe(job.next_run);
      expect(pointersOf(await preview({ ...whole, type: 'fail' }))).toEqual(['/type']);
      const after = bodyOf(await send(server, 'GET', '/jobs/preview-2'), 200, jobSchema);
      expect(after).toMatchObject({ interval: '2h', version: 1 });
    });

    test('checks the jobs and alert channels that a job names as PUT would', async () => {
      const whole = { id: 'preview-5', name: 'P', type: 'greet' };
      const after = { after: { job: 'nobody' } };
      const gate = { interval: '1h', only_if: { job: 'nobody', succeeded_within: '24h' } };
      for (const fields of [after, gate, { interval: '1h', alerts: ['nowhere'] }]) {
        const refused = await preview({ ...whole, ...fields });
        const put = await send(server, 'PUT', '/jobs/preview-5', { body: { ...whole, ...fields } });
        expect(problemOf(refused, 422).errors).toEqual(problemOf(put, 422).errors);
      }
      const both = await preview({ ...whole, ...after, only_if: gate.only_if });
      expect(pointersOf(both)).toEqual(['/after/job', '/only_if/job']);
      await createJob(server, 'preview-5', { on_demand: true });
      await createJob(server, 'preview-6', { after: { job: 'preview-5' } });
      const circle = await preview({ ...whole, after: { job: 'preview-6' } });
      expect(faultAt(circle, '/after/job')).toContain('waits for "preview-5"');
      expect(pointersOf(await preview({ job_id: 'preview-5', ...after }))).toEqual(['/after/job']);
    });

    test('says what is missing without a body, and that a job does not exist', async () => {
      expect(faultAt(await send(server, 'POST', '/job-preview'), '')).toContain('JSON object');
      problemOf(await preview({ job_id: 'nobody', interval: '5m' }), 404);
    });
  });
}
