import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../../scripts/test-deadlines.ts';
import { pageSchema } from '../../../src/http/fields/page.ts';
import { bulkCommandSchema, bulkCommandsSchema, bulkPlanSchema } from '../../../src/http/views/bulk.ts';
import { jobSchema } from '../../../src/http/views/jobs/job.ts';
import { bodyOf, createJob, faultAt, pointersOf, problemOf, runJob, runThatIs, send } from '../requests.ts';
import {
  type MakeMount,
  type Mount,
  type MountOptions,
  type RestServer,
  startRestServer,
} from '../rest-server.ts';

const jobs = pageSchema(jobSchema);

// Promise P36, tags and bulk.
export function bulkCommands(makeMount: MakeMount): void {
  let server: RestServer;
  const open: Mount[] = [];
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    for (const id of ['acme-1', 'acme-2', 'other'])
      await createJob(server, id, { on_demand: true, tags: ['eu'] });
  });
  afterAll(async () => {
    await Promise.all(open.map((mount) => mount.close()));
    await server.close();
  });

  const mountFor = async (authorize: Required<MountOptions>['authorize']): Promise<Mount> => {
    const mount = await makeMount(server.engine, { authorize });
    open.push(mount);
    return mount;
  };
  const ask = (body: object, mount: Pick<Mount, 'send'> = server) =>
    send(mount, 'POST', '/jobs/bulk', { body });
  const ended = (id: string | null, mount: Pick<Mount, 'send'> = server) =>
    vi.waitFor(async () => {
      const found = bodyOf(await send(mount, 'GET', `/bulk-commands/${id}`), 200, bulkCommandSchema);
      expect(found.status).toBe('finished');
      return found;
    }, CONDITION_MS);
  const start = async (body: object, mount: Pick<Mount, 'send'> = server) => {
    const answer = await ask(body, mount);
    const { id } = bodyOf(answer, 202, bulkPlanSchema);
    expect(answer.headers.location).toMatch(new RegExp(`/bulk-commands/${id}$`));
    return ended(id, mount);
  };
  const paused = async () => {
    const { data } = bodyOf(await send(server, 'GET', '/jobs?status=paused'), 200, jobs);
    return data.map(({ id }) => id);
  };

  describe('POST /jobs/bulk', () => {
    test('says in a dry run how many jobs match, then pauses and resumes them', async () => {
      const filter = { tag: 'eu', q: 'acme' };
      const plan = bodyOf(await ask({ action: 'pause', filter, dry_run: true }), 200, bulkPlanSchema);
      expect(plan).toEqual({
        id: null,
        total: 2,
        not_found: 0,
        left_out: null,
        first: [
          { job_id: 'acme-1', run_id: null },
          { job_id: 'acme-2', run_id: null },
        ],
      });
      expect(await paused()).toEqual([]);
      expect(await start({ action: 'pause', filter, reason: 'Upgrade' })).toMatchObject({
        target: 'jobs',
        action: 'pause',
        total: 2,
        done: 2,
        failed: 0,
        cancelled_by: null,
      });
      expect(await paused()).toEqual(['acme-1', 'acme-2']);
      const { done, failures } = await start({ action: 'resume', ids: ['acme-1', 'acme-2', 'gone'] });
      expect({ done, failures }).toEqual({
        done: 2,
        failures: [{ job_id: 'gone', run_id: null, detail: 'There is no job with the id "gone".' }],
      });
      const none = await ask({ action: 'pause', filter: { q: 'nothing' } });
      expect(bodyOf(none, 200, bulkPlanSchema)).toMatchObject({ id: null, total: 0 });
    });

    test('asks for exactly one of ids, filter and all, and for an action that it knows', async () => {
      expect(pointersOf(await ask({ action: 'pause' }))).toEqual(['']);
      expect(faultAt(await ask({ action: 'pause', filter: {} }), '/filter')).toMatch(
        /at least one.*all: true/,
      );
      expect(faultAt(await ask({ action: 'pause', ids: ['a'], filter: { q: 'a' } }), '/filter')).toMatch(
        /left out together with ids/,
      );
      expect(faultAt(await ask({ action: 'stop', all: true }), '/action')).toMatch(/pause.*untag/);
      expect(pointersOf(await ask({ action: 'pause', all: false }))).toEqual(['/all']);
      expect(pointersOf(await ask({ action: 'pause', filter: { sort: 'id' } }))).toEqual(['/filter/sort']);
      expect(faultAt(await ask({ action: 'resume', all: true, cancel_live: true }), '/cancel_live')).toMatch(
        /belongs to the action pause/,
      );
      expect(
        faultAt(await ask({ action: 'pause', all: true, until: '2020-01-01T00:00:00Z' }), '/until'),
      ).toMatch(/must be in the future/);
      expect(faultAt(await ask({ action: 'tag', all: true }), '/tags')).toMatch(/tags to add/);
      expect(await paused()).toEqual([]);
    });

    test('refuses delete, tag and untag to an operator', async () => {
      const operator = await mountFor((_request, need) => {
        if (need === 'admin') throw Object.assign(new Error('no'), { statusCode: 403 });
        return { id: 'user:operator' };
      });
      for (const body of [
        { action: 'delete' },
        { action: 'tag', tags: ['x'] },
        { action: 'untag', tags: ['eu'] },
      ])
        expect(problemOf(await ask({ ...body, all: true }, operator), 403).detail).toMatch(
          /requires the role admin/,
        );
      expect((await start({ action: 'pause', ids: ['other'] }, operator)).created_by).toBe('user:operator');
      await start({ action: 'resume', ids: ['other'] }, operator);
      await start({ action: 'tag', ids: ['other'], tags: ['urgent'] });
      const job = bodyOf(await send(server, 'GET', '/jobs/other'), 200, jobSchema);
      expect(job.tags).toEqual(['eu', 'urgent']);
    });

    test('keeps a caller with a scope within it, by id as by filter, and shows the command to it', async () => {
      const scoped = await mountFor(() => ({ id: 'user:acme', scope: { idPrefix: 'acme-' } }));
      const tagged = await mountFor(() => ({ id: 'user:tags', scope: { tags: ['nobody'] } }));
      const all = await start({ action: 'pause', all: true }, scoped);
      expect(await paused()).toEqual(['acme-1', 'acme-2']);
      const byId = await start({ action: 'resume', ids: ['acme-1', 'other', 'acme-2'] }, scoped);
      expect(byId).toMatchObject({ done: 2, failed: 1, failures: [{ job_id: 'other' }] });
      expect(bodyOf(await ask({ action: 'pause', all: true }, tagged), 200, bulkPlanSchema).total).toBe(0);
      const own = await start({ action: 'pause', ids: ['other'] });
      const seen = async (mount: Pick<Mount, 'send'>) =>
        bodyOf(await send(mount, 'GET', '/bulk-commands?limit=200'), 200, bulkCommandsSchema).data.map(
          ({ id }) => id,
        );
      expect(await seen(scoped)).toEqual([byId.id, all.id]);
      expect(await seen(tagged)).toEqual([]);
      expect((await seen(server)).slice(0, 3)).toEqual([own.id, byId.id, all.id]);
      problemOf(await send(tagged, 'GET', `/bulk-commands/${all.id}`), 404);
      problemOf(await send(scoped, 'DELETE', `/bulk-commands/${own.id}`), 404);
      await start({ action: 'resume', all: true });
    });

    test('is listed by its status, one or several', async () => {
      await start({ action: 'resume', ids: ['other'] });
      const statuses = async (query: string) => {
        const { data } = bodyOf(await send(server, 'GET', `/bulk-commands${query}`), 200, bulkCommandsSchema);
        return [...new Set(data.map(({ status }) => status))];
      };
      expect(await statuses('?status=finished')).toEqual(['finished']);
      expect(await statuses('?status=running&status=finished')).toEqual(['finished']);
      expect(await statuses('?status=running&status=cancelling')).toEqual([]);
      expect(faultAt(await send(server, 'GET', '/bulk-commands?status=done'), '/status')).toMatch(
        /must be one of running, cancelling, finished, cancelled, interrupted/,
      );
    });

    test('a job may have the id bulk', async () => {
      await createJob(server, 'bulk');
      expect((await send(server, 'GET', '/jobs/bulk')).statusCode).toBe(200);
      expect((await send(server, 'DELETE', '/jobs/bulk')).statusCode).toBe(204);
    });
  });

  describe('POST /runs/bulk', () => {
    test('retries and cancels the runs that match', async () => {
      await createJob(server, 'waits', { type: 'wait', on_demand: true, overlap: 'allow' });
      const live = [await runJob(server, 'waits'), await runJob(server, 'waits')];
      const bulk = (body: object) => send(server, 'POST', '/runs/bulk', { body });
      const filter = { job_id: 'waits', status: ['queued', 'running'] };
      const plan = bodyOf(await bulk({ action: 'cancel', filter, dry_run: true }), 200, bulkPlanSchema);
      expect(plan.first.map(({ run_id: id }) => id).sort()).toEqual(live.map(({ id }) => id).sort());
      const { id } = bodyOf(await bulk({ action: 'cancel', filter, force: true }), 202, bulkPlanSchema);
      expect(await ended(id)).toMatchObject({ target: 'runs', action: 'cancel', done: 2 });
      for (const run of live) await runThatIs(server, run.id, 'cancelled');
      const retry = await bulk({ action: 'retry', filter: { job_id: 'waits', status: 'cancelled' } });
      expect(await ended(bodyOf(retry, 202, bulkPlanSchema).id)).toMatchObject({ done: 2 });
      expect(faultAt(await bulk({ action: 'retry', all: true, force: true }), '/force')).toMatch(
        /action cancel/,
      );
      expect(pointersOf(await bulk({ action: 'retry', ids: ['x'] }))).toEqual(['/ids/0']);
      await bulk({ action: 'cancel', filter, force: true });
    });

    test('keeps a caller with a scope within it, by id as by filter', async () => {
      const scoped = await mountFor(() => ({ id: 'user:acme', scope: { idPrefix: 'acme-' } }));
      for (const id of ['acme-waits', 'their-waits'])
        await createJob(server, id, { type: 'wait', on_demand: true, overlap: 'allow' });
      const own = await runJob(server, 'acme-waits');
      const theirs = await runJob(server, 'their-waits');
      const cancel = (body: object, mount: Pick<Mount, 'send'> = scoped) =>
        send(mount, 'POST', '/runs/bulk', { body: { action: 'cancel', force: true, ...body } });
      const filter = { status: ['queued', 'running'] };
      const plan = bodyOf(await cancel({ filter, dry_run: true }), 200, bulkPlanSchema);
      expect(plan.first.map(({ run_id: id }) => id)).toEqual([own.id]);
      const { id } = bodyOf(await cancel({ ids: [own.id, theirs.id] }), 202, bulkPlanSchema);
      const { done, failures } = await ended(id, scoped);
      expect({ done, failures }).toMatchObject({ done: 1, failures: [{ run_id: theirs.id }] });
      await runThatIs(server, own.id, 'cancelled');
      await cancel({ ids: [theirs.id] }, server);
      await runThatIs(server, theirs.id, 'cancelled');
    });
  });

  describe('DELETE /bulk-commands/:bulk_id', () => {
    test('of a command that is over answers 409, and of an unknown one 404', async () => {
      const { id } = await start({ action: 'resume', ids: ['other'] });
      expect(problemOf(await send(server, 'DELETE', `/bulk-commands/${id}`), 409).detail).toMatch(/is over/);
      problemOf(await send(server, 'DELETE', '/bulk-commands/4711471147114711'), 404);
      expect(pointersOf(await send(server, 'GET', '/bulk-commands/x'))).toEqual(['/bulk_id']);
    });
  });
}
