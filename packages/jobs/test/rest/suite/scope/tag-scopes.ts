import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../../../scripts/test-deadlines.ts';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import type { JobScope } from '../../../../src/http/scope/job-scope.ts';
import { auditRowSchema } from '../../../../src/http/views/audit.ts';
import { backfillPlanSchema, backfillsSchema } from '../../../../src/http/views/backfill.ts';
import { bulkCommandSchema, bulkPlanSchema } from '../../../../src/http/views/bulk.ts';
import { callerSchema } from '../../../../src/http/views/caller.ts';
import { eventSchema } from '../../../../src/http/views/event.ts';
import { forecastSchema } from '../../../../src/http/views/forecast.ts';
import { historySchema } from '../../../../src/http/views/history.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { failuresSchema } from '../../../../src/http/views/runs/failure.ts';
import { runPageSchema } from '../../../../src/http/views/runs/run-list.ts';
import { statsSchema } from '../../../../src/http/views/stats.ts';
import { EventWatcher } from '../../event-watcher.ts';
import { bodyOf, createJob, problemOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

const scope: JobScope = { tags: ['billing', 'invoices'] };
const ON_DEMAND = { type: 'greet', on_demand: true } as const;

export function tagScopes(makeMount: MakeMount): void {
  let server: RestServer;
  let scoped: Mount;
  beforeEach(async () => {
    server = await startRestServer(makeMount);
    scoped = await makeMount(server.engine, { authorize: () => ({ id: 'user:acme', scope }) });
    await createJob(server, 'own', { ...ON_DEMAND, tags: ['billing', 'eu'] });
    await createJob(server, 'also', { ...ON_DEMAND, tags: ['invoices'] });
    await createJob(server, 'other', { ...ON_DEMAND, tags: ['eu'] });
    await createJob(server, 'plain', ON_DEMAND);
  });
  afterEach(async () => {
    await scoped.close();
    await server.close();
  });

  const tell = (url: string, body: object) => send(scoped, 'PATCH', url, { body });
  const put = (id: string, tags: readonly string[], headers = {}) =>
    send(scoped, 'PUT', `/jobs/${id}`, { body: { name: 'P', ...ON_DEMAND, tags }, headers });
  const jobOf = async (id: string) => bodyOf(await send(server, 'GET', `/jobs/${id}`), 200, jobSchema);
  const finish = async (...ids: readonly string[]) => {
    for (const id of ids) await runThatIs(server, (await runJob(server, id)).id, 'succeeded');
  };

  test('GET /me names the tags', async () => {
    const { scope: shown } = bodyOf(await send(scoped, 'GET', '/me'), 200, callerSchema);
    expect(shown).toEqual({ id_prefix: null, tags: ['billing', 'invoices'] });
  });

  test('an edit may change the tags of a job, but not take it out of the scope', async () => {
    for (const tags of [['eu'], [], null])
      for (const url of ['/jobs/own', '/jobs/also']) {
        const { detail, errors } = problemOf(await tell(url, { tags }), 403);
        expect(errors?.[0]?.pointer).toBe('/tags');
        expect(detail).toMatch(/Give the job one of the tags "billing", "invoices"\.$/);
      }
    problemOf(await put('own', ['eu']), 403);
    expect(await jobOf('own')).toMatchObject({ tags: ['billing', 'eu'], version: 1 });
    bodyOf(await tell('/jobs/own', { tags: ['invoices', 'us'] }), 200, jobSchema);
    bodyOf(await tell('/jobs/own', { name: 'Renamed' }), 200, jobSchema);
    expect((await jobOf('own')).tags).toEqual(['invoices', 'us']);
  });

  test('a job outside is neither created again nor replaced: its id is taken', async () => {
    const body = { id: 'other', name: 'Mine now', ...ON_DEMAND, tags: ['billing'] };
    const detail = 'A job that you may not see has the id "other". Choose another id.';
    expect(problemOf(await send(scoped, 'POST', '/jobs', { body }), 409).detail).toBe(detail);
    expect(problemOf(await put('other', ['billing']), 409).detail).toBe(detail);
    expect(problemOf(await send(scoped, 'POST', '/job-preview', { body }), 409).detail).toBe(detail);
    problemOf(await put('other', ['billing'], { 'if-none-match': '*' }), 412);
    problemOf(await put('other', ['billing'], { 'if-match': '*' }), 412);
    expect(await jobOf('other')).toMatchObject({ name: 'Job other', tags: ['eu'], version: 1 });
  });

  test('PUT creates and replaces jobs of the scope', async () => {
    expect((await put('new', ['billing'])).statusCode).toBe(201);
    expect((await put('new', ['invoices'])).statusCode).toBe(200);
    expect((await put('new', ['billing'], { 'if-match': '*' })).statusCode).toBe(200);
    expect(await jobOf('new')).toMatchObject({ tags: ['billing'], version: 3 });
  });

  test('a preview of an edit that leaves the scope is a 403', async () => {
    const body = { id: 'fresh', name: 'P', type: 'greet', interval: '1h' };
    problemOf(await send(scoped, 'POST', '/job-preview', { body }), 403);
    expect(
      (await send(scoped, 'POST', '/job-preview', { body: { ...body, tags: ['billing'] } })).statusCode,
    ).toBe(200);
  });

  test('runs are enqueued by nobody whose scope does not have the job of these runs', async () => {
    const { detail } = problemOf(await send(scoped, 'POST', '/job-types/greet/runs'), 403);
    expect(detail).toMatch(/^You may use only jobs with one of the tags .* got "enqueued\.greet"\./);
    problemOf(await send(server, 'GET', '/jobs/enqueued.greet'), 404);
  });

  test('counts, tags, history, forecast, failures and exports are of the scope', async () => {
    await finish('own', 'other', 'plain');
    await createJob(server, 'own-broken', { type: 'fail', on_demand: true, tags: ['billing'] });
    await createJob(server, 'other-broken', { type: 'fail', on_demand: true });
    for (const id of ['own-broken', 'other-broken'])
      await runThatIs(server, (await runJob(server, id)).id, 'failed');
    for (const [id, tags] of [
      ['own-hourly', ['billing']],
      ['other-hourly', ['eu']],
    ] as const)
      await createJob(server, id, { type: 'greet', interval: '1h', tags });

    const stats = bodyOf(await send(scoped, 'GET', '/job-stats'), 200, statsSchema);
    expect(stats.jobs).toEqual({ active: 4, paused: 0, finished: 0 });
    expect(stats.nodes).toEqual([]);
    expect((await send(scoped, 'GET', '/job-tags')).json()).toEqual({
      data: [
        { tag: 'billing', jobs: 3 },
        { tag: 'eu', jobs: 1 },
        { tag: 'invoices', jobs: 1 },
      ],
    });
    for (const query of ['', '?step=1m']) {
      const { total } = bodyOf(await send(scoped, 'GET', `/job-stats/history${query}`), 200, historySchema);
      expect(total).toMatchObject({ succeeded: 1, failed: 1 });
    }
    problemOf(await send(scoped, 'GET', '/job-stats/history?job_id=other'), 404);
    const forecast = bodyOf(await send(scoped, 'GET', '/job-forecast?hours=3&jobs=10'), 200, forecastSchema);
    expect(JSON.stringify(forecast)).toContain('"own-hourly"');
    expect(JSON.stringify(forecast)).not.toContain('other-hourly');
    const failures = await send(scoped, 'GET', '/run-failures');
    const { data } = bodyOf(failures, 200, failuresSchema);
    expect(data.map(({ count }) => count)).toEqual([1]);
    expect(failures.body).not.toContain('other-broken');
    for (const path of ['/runs.csv', '/runs.ndjson']) {
      const { statusCode, body } = await send(scoped, 'GET', path);
      expect(statusCode).toBe(200);
      expect(body).toContain('own-broken');
      expect(body).not.toContain('other');
    }
  });

  test('backfills are of the scope, also those of a deleted job', async () => {
    const from = new Date(Date.now() - 3 * 86_400_000).toISOString();
    for (const [id, tags] of [
      ['own-daily', ['billing']],
      ['other-daily', ['eu']],
    ] as const)
      await createJob(server, id, { type: 'greet', cron: '0 0 * * *', tags });
    const start = (mount: Mount, id: string) =>
      send(mount, 'POST', `/jobs/${id}/backfill`, { body: { from, dry_run: false } });
    problemOf(await start(scoped, 'other-daily'), 404);
    const own = bodyOf(await start(scoped, 'own-daily'), 202, backfillPlanSchema).id;
    const other = bodyOf(await start(server, 'other-daily'), 202, backfillPlanSchema).id;
    const listed = async () =>
      bodyOf(await send(scoped, 'GET', '/backfills'), 200, backfillsSchema).data.map(({ id }) => id);
    for (const method of ['GET', 'DELETE'] as const)
      problemOf(await send(scoped, method, `/backfills/${other}`), 404);
    expect(await listed()).toEqual([own]);
    await send(scoped, 'DELETE', '/jobs/own-daily');
    expect(await listed()).toEqual([own]);
    expect((await send(scoped, 'GET', `/backfills/${own}`)).statusCode).toBe(200);
  });

  test('bulk commands stay in the scope, and take no job out of it', async () => {
    const start = async (body: object) => {
      const answer = await send(scoped, 'POST', '/jobs/bulk', { body: { ...body, dry_run: false } });
      const { id } = bodyOf(answer, 202, bulkPlanSchema);
      return vi.waitFor(async () => {
        const found = bodyOf(await send(scoped, 'GET', `/bulk-commands/${id}`), 200, bulkCommandSchema);
        expect(found.status).toBe('finished');
        return found;
      }, CONDITION_MS);
    };
    const untagged = await start({ action: 'untag', all: true, tags: ['billing', 'eu'] });
    expect(untagged).toMatchObject({ done: 1, failed: 1, failures: [{ job_id: 'own' }] });
    expect((await jobOf('own')).tags).toEqual(['billing', 'eu']);
    await start({ action: 'pause', ids: ['own', 'other'] });
    expect((await jobOf('own')).status).toBe('paused');
    expect((await jobOf('other')).status).toBe('active');
  });

  test('K20: what is of all jobs is not for callers with a scope: channels, secrets, calendars, nodes, the pause of all', async () => {
    const { detail } = problemOf(await send(scoped, 'GET', '/alert-channels'), 403);
    expect(detail).toMatch(/you may use only jobs with one of the tags "billing", "invoices"\. Ask/);
    const channel = { id: 'ops', kind: 'slack', config: { url: 'https://hooks.example.com/x' } };
    const requests: readonly (readonly ['GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', string, object?])[] = [
      ['POST', '/alert-channels', channel],
      ['GET', '/alert-channels/ops'],
      ['PATCH', '/alert-channels/ops', { all_jobs: false }],
      ['DELETE', '/alert-channels/ops'],
      ['POST', '/alert-channels/ops/test'],
      ['GET', '/alert-deliveries'],
      ['POST', '/alert-deliveries/1/retry'],
      ['GET', '/secrets'],
      ['PUT', '/secrets/API_KEY', { value: 'hunter2' }],
      ['DELETE', '/secrets/API_KEY'],
      ['POST', '/secrets/reseal', {}],
      ['PUT', '/calendars/weekends', { windows: [{ weekdays: ['sat'] }] }],
      ['DELETE', '/calendars/weekends'],
      ['POST', '/nodes/north/drain'],
      ['POST', '/nodes/north/resume'],
      ['POST', '/jobs/pause-all', {}],
      ['POST', '/jobs/resume-all'],
    ];
    for (const [method, path, body] of requests)
      expect([
        path,
        (await send(scoped, method, path, body === undefined ? {} : { body })).statusCode,
      ]).toEqual([path, 403]);
  });

  test('the runs and changes of a deleted job stay with its scope, also when its id is used again outside', async () => {
    await finish('own');
    const [run] = bodyOf(await send(scoped, 'GET', '/runs?job_id=own'), 200, runPageSchema).data;
    await send(scoped, 'DELETE', '/jobs/own');
    await createJob(server, 'own', ON_DEMAND);
    const outside = await runJob(server, 'own');
    problemOf(await send(scoped, 'GET', '/jobs/own'), 404);
    expect((await send(scoped, 'GET', `/runs/${run?.id}`)).statusCode).toBe(200);
    problemOf(await send(scoped, 'GET', `/runs/${outside.id}`), 404);
    problemOf(await send(scoped, 'GET', `/runs/${outside.id}/logs`), 404);
    const audit = bodyOf(await send(scoped, 'GET', '/job-audit?target=own'), 200, pageSchema(auditRowSchema));
    expect(audit.data.map(({ action }) => action)).toContain('job.delete');
  });

  describe('GET /job-events', () => {
    const watcher = { current: new EventWatcher() };
    beforeEach(async () => {
      watcher.current = new EventWatcher();
      expect((await watcher.current.watch(scoped, '')).status).toBe(200);
      await vi.waitFor(() => expect(watcher.current.lastId).not.toBe(''), CONDITION_MS);
    });
    afterEach(() => watcher.current.leave());
    const seen = () =>
      watcher.current.events
        .map(({ data }) => eventSchema.parse(data))
        .map(({ type, job_id: jobId }) => `${type} ${jobId}`);
    const hasSeen = (event: string) => vi.waitFor(() => expect(seen()).toContain(event), CONDITION_MS);

    test('sends the events of the scope, each once and in order', async () => {
      await finish('other', 'own', 'plain', 'also', 'own', 'other', 'own');
      await hasSeen('run.succeeded also');
      await vi.waitFor(
        () => expect(seen().filter((event) => event === 'run.succeeded own')).toHaveLength(3),
        CONDITION_MS,
      );
      const jobs = seen().flatMap((event) =>
        event.startsWith('run.succeeded') ? [event.split(' ')[1]] : [],
      );
      expect(jobs).toEqual(['own', 'also', 'own', 'own']);
      expect(seen().join()).not.toMatch(/other|plain/);
    });

    test('follows the tags of a job, and tells of its last change and its end', async () => {
      await finish('other', 'own');
      await hasSeen('run.succeeded own');
      await send(server, 'PATCH', '/jobs/own', { body: { tags: [] } });
      await send(server, 'PATCH', '/jobs/other', { body: { tags: ['billing'] } });
      await hasSeen('job.updated own');
      await finish('own', 'other');
      await hasSeen('run.succeeded other');
      expect(seen().filter((event) => event === 'run.succeeded own')).toHaveLength(1);
      await send(server, 'DELETE', '/jobs/plain');
      // Its events are new to the stream: only the audit log knows its tags.
      await send(server, 'DELETE', '/jobs/also');
      await hasSeen('job.deleted also');
      expect(seen().join()).not.toMatch(/plain/);
    });
  });
}
