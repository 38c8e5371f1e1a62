import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { logLineSchema, runSchema } from '../../../../src/http/views/runs/run.ts';
import { runPageSchema } from '../../../../src/http/views/runs/run-list.ts';
import {
  bodyOf,
  createJob,
  faultAt,
  pointersOf,
  problemOf,
  runJob,
  runThatIs,
  send,
  sendRaw,
} from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

export function runs(makeMount: MakeMount): void {
  const runsPage = runPageSchema;
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  describe('POST /jobs/:job_id/runs', () => {
    test('makes a run, says where it is, and its result can be read there', async () => {
      await createJob(server, 'now-1');
      const response = await send(server, 'POST', '/jobs/now-1/runs');
      const run = bodyOf(response, 202, runSchema);
      expect(response.headers.location).toBe(`/api/runs/${run.id}`);
      expect(run).toMatchObject({
        job_id: 'now-1',
        type: 'greet',
        trigger: 'manual',
        scheduled_for: null,
        status: 'queued',
        finished_at: null,
        result: null,
        errors: [],
        retry_of: null,
      });
      const done = await runThatIs(server, run.id, 'succeeded');
      expect(done).toMatchObject({
        attempt: 1,
        recoveries: 0,
        result: { greeted: 'you' },
        progress: { done: 1, total: 1, note: 'done' },
        available_at: null,
        held: null,
      });
      expect(done.node).not.toBeNull();
    });

    test.each([
      ['no body, no content type', undefined, undefined],
      ['an empty body with a JSON content type', '', 'application/json'],
      ['an empty form, as curl -d "" sends it', '', 'application/x-www-form-urlencoded'],
      ['an empty object', '{}', 'application/json; charset=utf-8'],
    ])('takes %s', async (_what, bytes, type) => {
      await createJob(server, 'now-2', { on_demand: true, overlap: 'allow' });
      const url = '/jobs/now-2/runs';
      const response =
        bytes === undefined || type === undefined
          ? await send(server, 'POST', url)
          : await sendRaw(server, 'POST', url, { bytes, type });
      bodyOf(response, 202, runSchema);
      await send(server, 'DELETE', '/jobs/now-2');
    });

    test('takes a payload for this run alone', async () => {
      await createJob(server, 'now-3');
      const run = await runJob(server, 'now-3', { payload: { name: 'Bo' } });
      expect(run.payload).toEqual({ name: 'Bo', days: 1 });
      expect((await runThatIs(server, run.id, 'succeeded')).result).toEqual({ greeted: 'Bo' });
      const response = await send(server, 'POST', '/jobs/now-3/runs', { body: { payload: { days: 'x' } } });
      expect(pointersOf(response)).toEqual(['/payload/days']);
    });

    test('answers a request that was sent again with the first run', async () => {
      await createJob(server, 'now-4');
      const body = { dedupe_key: 'order 66 🎉' };
      const first = await send(server, 'POST', '/jobs/now-4/runs', { body });
      expect(first.headers['idempotent-replay']).toBeUndefined();
      const second = await send(server, 'POST', '/jobs/now-4/runs', { body });
      expect(second.headers['idempotent-replay']).toBe('true');
      expect(bodyOf(second, 202, runSchema).id).toBe(bodyOf(first, 202, runSchema).id);
    });

    test('is a 409 without room, and puts a run off only where runs may overlap', async () => {
      await createJob(server, 'now-5', { on_demand: true, type: 'wait' });
      const run = await runJob(server, 'now-5');
      problemOf(await send(server, 'POST', '/jobs/now-5/runs'), 409);
      const later = { run_at: '2035-01-01T00:00:00Z' };
      faultAt(await send(server, 'POST', '/jobs/now-5/runs', { body: later }), '/run_at');
      await send(server, 'POST', `/runs/${run.id}/cancel`);
      await createJob(server, 'now-6', { on_demand: true, overlap: 'allow' });
      expect(await runJob(server, 'now-6', later)).toMatchObject({
        held: 'run_at',
        available_at: '2035-01-01T00:00:00.000Z',
      });
    });

    test.each([
      ['/dedupe_key', { dedupe_key: '' }],
      ['/dedupe_key', { dedupe_key: 'x'.repeat(201) }],
      ['/dedupe_key', { dedupe_key: 'a\0' }],
      ['/run_at', { run_at: 'soon' }],
      ['/payload', { payload: 1 }],
      ['/force', { force: true }],
      ['', null],
      ['', []],
    ])('refuses a bad %s: %j', async (pointer, body) => {
      await createJob(server, 'now-7', { on_demand: true, overlap: 'allow' });
      expect(pointersOf(await send(server, 'POST', '/jobs/now-7/runs', { body }))).toEqual([pointer]);
      await send(server, 'DELETE', '/jobs/now-7');
    });

    test('is a 404 for a job that does not exist', async () => {
      problemOf(await send(server, 'POST', '/jobs/nobody/runs'), 404);
    });
  });

  describe('GET /runs', () => {
    test("a job's history is of this generation, /runs?job_id= of all of them, newest first and paged", async () => {
      await createJob(server, 'list-1');
      const old = await runJob(server, 'list-1');
      await runThatIs(server, old.id, 'succeeded');
      await send(server, 'DELETE', '/jobs/list-1');
      await createJob(server, 'list-1');
      const newer: string[] = [];
      for (let at = 0; at < 3; at += 1) {
        const run = await runJob(server, 'list-1');
        await runThatIs(server, run.id, 'succeeded');
        newer.unshift(run.id);
      }
      const ids = async (url: string) => {
        const all: string[] = [];
        for (let more = ''; ; ) {
          const page = bodyOf(await send(server, 'GET', `${url}limit=2${more}`), 200, runsPage);
          all.push(...page.data.map(({ id }) => id));
          if (page.next_cursor === null) return all;
          more = `&cursor=${page.next_cursor}`;
        }
      };
      expect(await ids('/jobs/list-1/runs?')).toEqual(newer);
      expect(await ids('/runs?job_id=list-1&')).toEqual([...newer, old.id]);
    });

    test('filters by type, status and time', async () => {
      await createJob(server, 'list-2', { on_demand: true, type: 'fail' });
      const run = await runJob(server, 'list-2');
      await runThatIs(server, run.id, 'failed');
      const count = async (query: string) =>
        bodyOf(await send(server, 'GET', `/runs?job_id=list-2&${query}`), 200, runsPage).data.length;
      expect(await count('type=fail&status=failed')).toBe(1);
      expect(await count('type=greet')).toBe(0);
      expect(await count('status=succeeded')).toBe(0);
      expect(await count(`from=${run.queued_at}`)).toBe(1);
      expect(await count(`to=${run.queued_at}`)).toBe(0);
      expect(await count('from=2035-01-01T00:00:00%2B02:00')).toBe(0);
    });

    test.each([
      ['/from', 'from=yesterday'],
      ['/to', 'to=2026-02-30T00:00:00Z'],
      ['/status', 'status=done'],
      ['/job_id', 'job_id=a%20b'],
      ['/limit', 'limit=1e2'],
      ['/sort', 'sort=id'],
    ])('refuses a bad %s: %s', async (pointer, query) => {
      expect(pointersOf(await send(server, 'GET', `/runs?${query}`))).toEqual([pointer]);
    });

    test('refuses a cursor that no list of runs gave out', async () => {
      for (const parts of [
        ['runs', null, 'abc'],
        ['runs', 5, '1'],
        ['jobs:id', 'a', 'a'],
        ['runs', null, "1' OR 1=1"],
      ]) {
        const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
        problemOf(await send(server, 'GET', `/runs?cursor=${cursor}`), 400);
      }
    });

    test('is a 404 for the history of a job that does not exist', async () => {
      problemOf(await send(server, 'GET', '/jobs/nobody/runs'), 404);
    });
  });

  describe('one run', () => {
    test('shows its errors, with stacks only where one run is read', async () => {
      await createJob(server, 'one-1', { on_demand: true, type: 'fail' });
      const { id } = await runJob(server, 'one-1');
      const run = await runThatIs(server, id, 'failed');
      expect(run.reason).toBe('error');
      expect(run.errors).toHaveLength(1);
      expect(run.errors[0]).toMatchObject({ attempt: 1, reason: 'error', message: 'it never works' });
      expect(run.errors[0]?.stack).toContain('it never works');
      const page = bodyOf(await send(server, 'GET', '/jobs/one-1/runs'), 200, runsPage);
      expect(page.data[0]?.errors[0]?.stack).toBeNull();
    });

    test('has the lines that its handler logged', async () => {
      await createJob(server, 'one-2');
      const { id } = await runJob(server, 'one-2');
      await runThatIs(server, id, 'succeeded');
      const schema = z.object({ data: z.array(logLineSchema) });
      const { data } = bodyOf(await send(server, 'GET', `/runs/${id}/logs`), 200, schema);
      expect(data).toMatchObject([{ level: 'info', message: 'about to greet', fields: { name: 'you' } }]);
    });

    test('is cancelled while it runs; after its end, cancelling is a 409', async () => {
      await createJob(server, 'one-3', { on_demand: true, type: 'wait' });
      const { id } = await runJob(server, 'one-3');
      await runThatIs(server, id, 'running');
      const asked = bodyOf(await send(server, 'POST', `/runs/${id}/cancel`), 202, runSchema);
      expect(asked).toMatchObject({ status: 'running', cancel_requested: true });
      await runThatIs(server, id, 'cancelled');
      problemOf(await send(server, 'POST', `/runs/${id}/cancel`, { body: { force: true } }), 409);
    });

    test('is cancelled at once with force', async () => {
      await createJob(server, 'one-4', { on_demand: true, type: 'wait' });
      const { id } = await runJob(server, 'one-4');
      await runThatIs(server, id, 'running');
      const response = await send(server, 'POST', `/runs/${id}/cancel`, { body: { force: true } });
      expect(bodyOf(response, 202, runSchema).status).toBe('cancelled');
      expect(pointersOf(await send(server, 'POST', `/runs/${id}/cancel`, { body: { force: 1 } }))).toEqual([
        '/force',
      ]);
    });

    test('is run again as a new one', async () => {
      await createJob(server, 'one-5');
      const first = await runJob(server, 'one-5', { payload: { name: 'Cy' } });
      await runThatIs(server, first.id, 'succeeded');
      const response = await send(server, 'POST', `/runs/${first.id}/retry`);
      const again = bodyOf(response, 202, runSchema);
      expect(response.headers.location).toBe(`/api/runs/${again.id}`);
      expect(again).toMatchObject({
        retry_of: first.id,
        trigger: 'manual',
        payload: { name: 'Cy', days: 1 },
      });
      expect(pointersOf(await send(server, 'POST', `/runs/${first.id}/retry`, { body: { x: 1 } }))).toEqual([
        '/x',
      ]);
    });

    test('is not run again once its job was deleted, even if there is another under the id', async () => {
      await createJob(server, 'one-6');
      const { id } = await runJob(server, 'one-6');
      await runThatIs(server, id, 'succeeded');
      await send(server, 'DELETE', '/jobs/one-6');
      problemOf(await send(server, 'POST', `/runs/${id}/retry`), 404);
      await createJob(server, 'one-6', { type: 'fail', on_demand: true });
      problemOf(await send(server, 'POST', `/runs/${id}/retry`), 409);
    });

    test.each(['', '/logs'])('is a 404 where there is none: GET%s', async (below) => {
      problemOf(await send(server, 'GET', `/runs/1${below}`), 404);
      problemOf(await send(server, 'GET', `/runs/9999999999999999999${below}`), 404);
      expect(pointersOf(await send(server, 'GET', `/runs/abc${below}`))).toEqual(['/run_id']);
      expect(pointersOf(await send(server, 'GET', `/runs/1%3B%20DROP${below}`))).toEqual(['/run_id']);
    });

    test.each(['cancel', 'retry'])('is a 404 where there is none: POST %s', async (command) => {
      problemOf(await send(server, 'POST', `/runs/1/${command}`), 404);
      problemOf(await send(server, 'POST', `/runs/9999999999999999999/${command}`), 404);
    });
  });
}
