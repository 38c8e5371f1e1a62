import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../../../scripts/test-deadlines.ts';
import { pageSchema } from '../../../../src/http/fields/page.ts';
import { callerSchema } from '../../../../src/http/views/caller.ts';
import { eventSchema } from '../../../../src/http/views/event.ts';
import { forecastSchema } from '../../../../src/http/views/forecast.ts';
import { historySchema } from '../../../../src/http/views/history.ts';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { previewSchema } from '../../../../src/http/views/jobs/preview.ts';
import { runSchema } from '../../../../src/http/views/runs/run.ts';
import { runPageSchema } from '../../../../src/http/views/runs/run-list.ts';
import { statsSchema } from '../../../../src/http/views/stats.ts';
import { EventWatcher } from '../../event-watcher.ts';
import { bodyOf, createJob, jobBody, problemOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

const jobs = pageSchema(jobSchema);
const runs = runPageSchema;

export function scopes(makeMount: MakeMount): void {
  let server: RestServer;
  const open: Mount[] = [];
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    for (const id of ['acme-1', 'acme-2', 'acme-3', 'acme', 'acmf', 'other-1', 'ACME-1'])
      await createJob(server, id);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((mount) => mount.close()));
  });
  afterAll(() => server.close());

  const mountWith = async (principal: unknown): Promise<Mount> => {
    // Hosts in JavaScript can return anything.
    const mount = await makeMount(server.engine, { authorize: () => principal as never });
    open.push(mount);
    return mount;
  };
  const scopedTo = (idPrefix: string) => mountWith({ id: `user:${idPrefix}`, scope: { idPrefix } });
  const idsOf = async (mount: Mount, query = '') => {
    const { data } = bodyOf(await send(mount, 'GET', `/jobs${query}`), 200, jobs);
    return data.map(({ id }) => id);
  };

  describe('a scope that is not valid', () => {
    test.each([
      ['undefined', undefined],
      ['null', null],
      ['text', 'acme-'],
      ['no prefix', {}],
      ['an undefined prefix', { idPrefix: undefined }],
      ['an empty prefix', { idPrefix: '' }],
      ['a prefix that no id can have', { idPrefix: '-acme' }],
      ['a prefix with a wildcard', { idPrefix: 'acme%' }],
      ['a prefix that is too long', { idPrefix: 'a'.repeat(129) }],
      ['a number', { idPrefix: 7 }],
      ['several prefixes', { idPrefix: ['acme-'] }],
      ['another field', { idPrefix: 'acme-', tag: 'x' }],
      ['another name', { prefix: 'acme-' }],
      ['undefined tags', { tags: undefined }],
      ['undefined tags beside a prefix', { idPrefix: 'acme-', tags: undefined }],
      ['an undefined prefix beside tags', { idPrefix: undefined, tags: ['billing'] }],
      ['no tags', { tags: [] }],
      ['one tag as text', { tags: 'billing' }],
      ['what is no tag', { tags: ['Not a tag'] }],
    ])('is a 500, and opens nothing: %s', async (_name, scope) => {
      const mount = await mountWith({ id: 'user:1', scope });
      for (const path of ['/jobs', '/jobs/acme-1', '/job-types', '/me', '/job-events']) {
        const { detail } = problemOf(await send(mount, 'GET', path), 500);
        expect(detail).toMatch(/^The server failed to process the request\./);
      }
      problemOf(await send(mount, 'POST', '/jobs', { body: jobBody('acme-made') }), 500);
      problemOf(await send(server, 'GET', '/jobs/acme-made'), 404);
    });

    test('is not a scope that is left out: this caller sees all jobs', async () => {
      expect(await idsOf(await mountWith({ id: 'user:1' }))).toHaveLength(7);
    });
  });

  test('lists have pages of the scope', async () => {
    const mount = await scopedTo('acme-');
    const found: string[] = [];
    let query = '?limit=1&sort=-id';
    do {
      const page = bodyOf(await send(mount, 'GET', `/jobs${query}`), 200, jobs);
      found.push(...page.data.map(({ id }) => id));
      query = page.next_cursor === null ? '' : `?limit=1&sort=-id&cursor=${page.next_cursor}`;
    } while (query !== '');
    expect(found).toEqual(['acme-3', 'acme-2', 'acme-1']);
    expect(await idsOf(mount, '?q=1')).toEqual(['acme-1']);
    expect(await idsOf(await scopedTo('acme'))).toEqual(['acme', 'acme-1', 'acme-2', 'acme-3']);
    expect(await idsOf(await scopedTo('acme-12'))).toEqual([]);
  });

  test('a filter by a job outside the scope finds nothing', async () => {
    await runThatIs(server, (await runJob(server, 'other-1')).id, 'succeeded');
    const mount = await scopedTo('acme-');
    for (const id of ['other-1', 'nobody']) {
      expect(bodyOf(await send(mount, 'GET', `/runs?job_id=${id}`), 200, runs).data).toEqual([]);
      const audit: unknown = (await send(mount, 'GET', `/job-audit?target=${id}`)).json();
      expect(audit).toEqual({ data: [], next_cursor: null });
      const file = (await send(mount, 'GET', `/job-audit.csv?job_id=${id}`)).body;
      expect(file.split('\r\n')).toHaveLength(2);
    }
  });

  test('requests at once for the same URL get each the answer for its own scope', async () => {
    const mounts = [server, await scopedTo('acme-'), await scopedTo('other-'), await scopedTo('acm')];
    // One mount serves all tenants of a host.
    const one = await makeMount(server.engine, {
      authorize: (request) => {
        const idPrefix = request.header('x-scope');
        return idPrefix === undefined ? { id: 'all' } : { id: 'one', scope: { idPrefix } };
      },
    });
    open.push(one);
    const asked = Array.from({ length: 5 }, () => ['', 'acme-', 'other-', 'acm']).flat();
    const answers = await Promise.all(
      asked.map((scope) =>
        send(one, 'GET', '/jobs?limit=9', { headers: scope === '' ? {} : { 'x-scope': scope } }),
      ),
    );
    const expected = await Promise.all(mounts.map((mount) => send(mount, 'GET', '/jobs?limit=9')));
    expect(new Set(expected.map(({ body }) => body)).size).toBe(4);
    expect(answers.map(({ body }) => body)).toEqual(asked.map((_, n) => expected[n % 4]?.body));
  });

  test('counts are of the scope, and tell nothing of nodes', async () => {
    const mount = await scopedTo('acme-');
    await runThatIs(server, (await runJob(server, 'acme-1')).id, 'succeeded');
    await runThatIs(server, (await runJob(server, 'other-1')).id, 'succeeded');
    const stats = bodyOf(await send(mount, 'GET', '/job-stats'), 200, statsSchema);
    expect(stats.jobs).toEqual({ active: 3, paused: 0, finished: 0 });
    expect(stats.health.ok).toBe(3);
    expect(stats.hours.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    expect(stats).toMatchObject({ last_minute: null, minutes: [], nodes: [] });
    const history = async (query: string) =>
      bodyOf(await send(mount, 'GET', `/job-stats/history${query}`), 200, historySchema).total.succeeded;
    for (const query of ['', '?type=greet', '?job_id=acme-1', '?step=1m'])
      expect(await history(query)).toBe(1);
    problemOf(await send(mount, 'GET', '/job-stats/history?job_id=other-1'), 404);
    const all = bodyOf(await send(server, 'GET', '/job-stats'), 200, statsSchema);
    expect(all.jobs.active).toBe(7);
    expect(all.nodes).toHaveLength(1);
  });

  test('a forecast is of the jobs of the scope', async () => {
    for (const id of ['acme-hourly', 'other-hourly']) await createJob(server, id, { interval: '1h' });
    const mount = await scopedTo('acme-');
    const ids = async (mounted: Mount) => {
      const answer = await send(mounted, 'GET', '/job-forecast?hours=24&jobs=10');
      return bodyOf(answer, 200, forecastSchema).listed.map(({ id }) => id);
    };
    expect(await ids(mount)).toEqual(['acme-hourly']);
    expect(await ids(server)).toEqual(['acme-hourly', 'other-hourly']);
  });

  test('GET /me names the scope', async () => {
    const mount = await scopedTo('acme-');
    expect(bodyOf(await send(mount, 'GET', '/me'), 200, callerSchema)).toEqual({
      id: 'user:acme-',
      name: 'user:acme-',
      scope: { id_prefix: 'acme-', tags: null },
      policy: null,
      rights: ['read', 'operate', 'admin'],
    });
  });

  test('PUT creates nothing outside the scope, under any precondition', async () => {
    const mount = await scopedTo('acme-');
    const put = (id: string, headers: Readonly<Record<string, string>>) =>
      send(mount, 'PUT', `/jobs/${id}`, { headers, body: { name: 'P', type: 'greet', on_demand: true } });
    for (const id of ['other-1', 'other-9']) {
      problemOf(await put(id, {}), 403);
      problemOf(await put(id, { 'if-none-match': '*' }), 403);
      expect(problemOf(await put(id, { 'if-match': '*' }), 412).detail).toMatch(
        /^The ETag in If-Match no longer/,
      );
    }
    problemOf(await send(server, 'GET', '/jobs/other-9'), 404);
    expect(bodyOf(await send(server, 'GET', '/jobs/other-1'), 200, jobSchema).version).toBe(1);
  });

  test('a preview of a whole job outside the scope is a 403, of a schedule alone an answer', async () => {
    const mount = await scopedTo('acme-');
    const preview = (body: object) => send(mount, 'POST', '/job-preview', { body });
    const whole = { name: 'P', type: 'greet', interval: '1h' };
    problemOf(await preview({ ...whole, id: 'other-1' }), 403);
    bodyOf(await preview({ ...whole, id: 'acme-9' }), 200, previewSchema);
    bodyOf(await preview({ interval: '1h' }), 200, previewSchema);
  });

  test('runs are enqueued only by callers whose scope has the job of these runs', async () => {
    const enqueue = (mount: Mount) => send(mount, 'POST', '/job-types/greet/runs');
    expect(problemOf(await enqueue(await scopedTo('acme-')), 403).detail).toBe(
      'You may use only jobs whose id begins with "acme-"; got "enqueued.greet". All enqueued runs of a type belong to this job. Create an on-demand job, and run it.',
    );
    problemOf(await send(server, 'GET', '/jobs/enqueued.greet'), 404);
    expect(bodyOf(await enqueue(await scopedTo('enqueued.')), 202, runSchema).job_id).toBe('enqueued.greet');
  });

  describe('GET /job-events', () => {
    const watchers: EventWatcher[] = [];
    afterEach(() => {
      for (const watcher of watchers.splice(0)) watcher.leave();
    });
    const watch = async (mount: Mount, query = '') => {
      const watcher = new EventWatcher();
      watchers.push(watcher);
      expect((await watcher.watch(mount, query)).status).toBe(200);
      await vi.waitFor(() => expect(watcher.lastId).not.toBe(''), CONDITION_MS);
      return watcher;
    };
    const seen = ({ events }: EventWatcher) =>
      events.map(({ data }) => eventSchema.parse(data)).map(({ type, job_id }) => `${type} ${job_id}`);
    const finishRuns = async () => {
      for (const id of ['other-1', 'acme-2', 'acmf', 'acme-1'])
        await runThatIs(server, (await runJob(server, id)).id, 'succeeded');
    };

    test('sends the events of the scope, of one job or all, and those that a client missed', async () => {
      const mount = await scopedTo('acme-');
      const all = await watch(mount);
      const one = await watch(mount, '?job_id=acme-1');
      const outside = await watch(mount, '?job_id=other-1');
      const after = all.lastId;
      await finishRuns();
      await vi.waitFor(() => expect(seen(one)).toContain('run.succeeded acme-1'), CONDITION_MS);
      await vi.waitFor(() => expect(seen(all)).toContain('run.succeeded acme-1'), CONDITION_MS);
      const jobIds = (watcher: EventWatcher) => new Set(seen(watcher).map((text) => text.split(' ')[1]));
      expect(jobIds(all)).toEqual(new Set(['acme-1', 'acme-2']));
      expect(jobIds(one)).toEqual(new Set(['acme-1']));
      expect(outside.events).toEqual([]);
      const late = await watch(mount, `?last_event_id=${after}`);
      await vi.waitFor(() => expect(seen(late)).toEqual(seen(all)), CONDITION_MS);
    });
  });
}
