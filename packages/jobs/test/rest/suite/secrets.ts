import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { JobsNeed, JobsPrincipal } from '../../../src/fastify/index.ts';
import { jobSchema } from '../../../src/http/views/jobs/job.ts';
import { jobTypesSchema } from '../../../src/http/views/jobs/job-type.ts';
import { runSchema } from '../../../src/http/views/runs/run.ts';
import { secretSchema } from '../../../src/http/views/secret.ts';
import { bodyOf, createJob, faultAt, problemOf, runJob, runThatIs, send } from '../requests.ts';
import { type AskedRequest, type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

const secretList = z.object({ data: z.array(secretSchema.strict()) });
const PLAIN = 'hunter2-hunter2';

// Promise P40, secrets in payloads.
export function secrets(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  const put = (name: string, value: unknown) => send(server, 'PUT', `/secrets/${name}`, { body: { value } });

  test('a secret is stored, listed with the jobs that use it, and stays while they do', async () => {
    expect((await put('API_KEY', PLAIN)).json()).toEqual({ name: 'API_KEY', created: true });
    const payload = { token: { $secret: 'API_KEY' } };
    await createJob(server, 'named', { type: 'keep', on_demand: true, payload });
    const { data } = bodyOf(await send(server, 'GET', '/secrets'), 200, secretList);
    expect(data).toMatchObject([{ name: 'API_KEY', jobs: ['named'] }]);
    expect(problemOf(await send(server, 'DELETE', '/secrets/API_KEY'), 409).detail).toContain('"named"');
    expect((await put('API_KEY', 'another')).json()).toEqual({ name: 'API_KEY', created: false });
    const body = { payload: { token: PLAIN } };
    expect((await send(server, 'PATCH', '/jobs/named', { body })).statusCode).toBe(200);
    expect((await send(server, 'DELETE', '/secrets/API_KEY')).statusCode).toBe(204);
    problemOf(await send(server, 'DELETE', '/secrets/API_KEY'), 404);
    const unknown = { id: 'unknown', name: 'x', type: 'keep', on_demand: true, payload };
    expect(faultAt(await send(server, 'POST', '/jobs', { body: unknown }), '/payload/token')).toMatch(
      /none with the name "API_KEY"/,
    );
  });

  test('names and values are checked, and no answer has the value', async () => {
    problemOf(await put('a%2Fb', PLAIN), 422);
    for (const value of ['', 7, 'x'.repeat(16_385)]) problemOf(await put('API_KEY', value), 422);
    const answers = [await put('OTHER', PLAIN), await send(server, 'GET', '/secrets')];
    for (const { body } of answers) expect(body).not.toContain(PLAIN);
  });

  test('no route shows the secret of a payload', async () => {
    const answer = await createJob(server, 'kept', {
      type: 'keep',
      on_demand: true,
      payload: { token: PLAIN },
    });
    expect(answer.payload).toEqual({ token: '[secret]', note: '' });
    const run = await runJob(server, 'kept');
    await runThatIs(server, run.id, 'succeeded');
    const body = { payload: { token: '[secret]', note: 'fail' } };
    const own = bodyOf(await send(server, 'POST', '/jobs/kept/runs', { body }), 202, runSchema);
    await runThatIs(server, own.id, 'failed');
    const paths = [
      '/jobs',
      '/jobs/kept',
      '/jobs/kept/versions',
      '/jobs/kept/runs',
      '/runs',
      `/runs/${run.id}`,
      `/runs/${own.id}`,
      `/runs/${run.id}/logs`,
      '/runs.csv',
      '/runs.ndjson',
      '/run-failures',
      '/job-audit',
      '/job-types',
    ];
    for (const path of paths) {
      const { statusCode, body: text } = await send(server, 'GET', path);
      expect([path, statusCode, text.includes(PLAIN), text.includes('$sealed')]).toEqual([
        path,
        200,
        false,
        false,
      ]);
    }
    problemOf(await send(server, 'GET', `/runs?payload=token:${PLAIN}`), 422);
    const types = bodyOf(await send(server, 'GET', '/job-types'), 200, jobTypesSchema).data;
    expect(types.find(({ type }) => type === 'keep')?.secret_fields).toEqual([
      { pointer: '/token', sealed: true },
    ]);
    const got = bodyOf(await send(server, 'GET', '/jobs/kept'), 200, jobSchema);
    const same = { name: got.name, type: 'keep', on_demand: true, payload: got.payload };
    expect(bodyOf(await send(server, 'PUT', '/jobs/kept', { body: same }), 200, jobSchema).version).toBe(
      got.version,
    );
  });

  test('everything is sealed again in parts', async () => {
    const answer = await send(server, 'POST', '/secrets/reseal', { body: {} });
    expect(answer.json()).toEqual({ resealed: 0, unreadable: [], next_cursor: null });
    const cursors = [
      'nowhere',
      '__proto__:',
      'jobs:first',
      'runs:1/2',
      'job_versions:1',
      'job_versions:1/99999999999',
    ];
    for (const cursor of cursors) {
      const refused = await send(server, 'POST', '/secrets/reseal', { body: { cursor } });
      expect(faultAt(refused, '/cursor')).toMatch(/next_cursor of the response before/);
    }
    for (const cursor of ['jobs:', 'job_versions:1/2', 'live_runs:7', 'secrets:API:KEY'])
      expect((await send(server, 'POST', '/secrets/reseal', { body: { cursor } })).statusCode).toBe(200);
  });

  describe('the name of a stored secret', () => {
    const named = (id: string, name: string) => ({
      id,
      name: 'Named',
      type: 'keep',
      on_demand: true,
      tags: ['billing'],
      payload: { token: { $secret: name } },
    });
    const mountFor = async (principal: JobsPrincipal, refuses?: JobsNeed) => {
      const authorize = (_: AskedRequest, need: JobsNeed) => {
        if (need === refuses) throw Object.assign(new Error('Only for admins.'), { statusCode: 403 });
        return principal;
      };
      const mount = await makeMount(server.engine, { authorize });
      onTestFinished(() => mount.close());
      return mount;
    };

    test('is taken from a caller with a prefix only if it begins with the prefix', async () => {
      await put('acme.TOKEN', PLAIN);
      await put('other.TOKEN', PLAIN);
      const mount = await mountFor({ id: 'user:1', scope: { idPrefix: 'acme.' } });
      const asked = (name: string) => [
        send(mount, 'POST', '/jobs', { body: named(`acme.${name}`, name) }),
        send(mount, 'PUT', '/jobs/acme.job', { body: { ...named('', name), id: undefined } }),
        send(mount, 'PATCH', '/jobs/acme.job', { body: { payload: { token: { $secret: name } } } }),
        send(mount, 'POST', '/jobs/acme.job/runs', { body: { payload: { token: { $secret: name } } } }),
        send(mount, 'POST', '/job-preview', { body: named('acme.fresh', name) }),
      ];
      await createJob(server, 'acme.job', { type: 'keep', on_demand: true, payload: { token: PLAIN } });
      for (const name of ['other.TOKEN', 'ACME.TOKEN', 'acme', 'no-such']) {
        const answers = await Promise.all(asked(name));
        for (const answer of answers)
          expect(problemOf(answer, 403).detail).toBe(
            `You may use only jobs whose id begins with "acme.", so a payload may name only secrets whose name begins with "acme."; got "${name}". Send the value itself, or ask somebody who may see all jobs.`,
          );
      }
      expect(bodyOf(await send(server, 'GET', '/jobs/acme.job'), 200, jobSchema).version).toBe(1);
      const statuses = [];
      for (const answer of asked('acme.TOKEN')) statuses.push((await answer).statusCode);
      expect(statuses).toEqual([201, 200, 200, 202, 200]);
      const enqueuing = await mountFor({ id: 'user:2', scope: { idPrefix: 'enqueued.' } });
      const body = { payload: { token: { $secret: 'other.TOKEN' } } };
      problemOf(await send(enqueuing, 'POST', '/job-types/keep/runs', { body }), 403);
    });

    test('is not taken from a caller with tags alone', async () => {
      await put('billing', PLAIN);
      const mount = await mountFor({ id: 'user:1', scope: { tags: ['billing'] } });
      const answer = await send(mount, 'POST', '/jobs', { body: named('tagged', 'billing') });
      expect(problemOf(answer, 403).detail).toMatch(/so a payload may name no stored secret; got "billing"/);
    });

    test('gets the same answer in a preview from who may not list the secrets, whether there is one or not', async () => {
      await put('API_KEY', PLAIN);
      const reader = await mountFor({ id: 'user:1' }, 'admin');
      const asked = async (name: string) =>
        problemOf(await send(reader, 'POST', '/job-preview', { body: named('fresh', name) }), 403).detail;
      expect((await asked('API_KEY')).replace('API_KEY', 'NO_SUCH')).toBe(await asked('NO_SUCH'));
      expect(await asked('API_KEY')).toMatch(/^Only an admin may name a secret in the payload of a preview/);
      const plain = { ...named('fresh', ''), payload: { token: 'hunter2' } };
      expect((await send(reader, 'POST', '/job-preview', { body: plain })).statusCode).toBe(200);
      const admin = await send(server, 'POST', '/job-preview', { body: named('fresh', 'API_KEY') });
      expect(admin.statusCode).toBe(200);
    });
  });
}
