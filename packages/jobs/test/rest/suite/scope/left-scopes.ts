import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobScope } from '../../../../src/http/scope/job-scope.ts';
import { backfillPlanSchema } from '../../../../src/http/views/backfill.ts';
import { bodyOf, createJob, problemOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type Mount, type RestServer, startRestServer } from '../../rest-server.ts';

const scope: JobScope = { tags: ['billing'] };
const FROM = new Date(Date.now() - 3 * 86_400_000).toISOString();

/** A job that leaves the scope between the look at its tags and the change. */
export function leftScopes(makeMount: MakeMount): void {
  let server: RestServer;
  let scoped: Mount;
  /** What somebody else does once the tags were read. */
  let meanwhile: (() => Promise<unknown>) | undefined;
  /** What somebody else does once a backfill was found. */
  let onceFound: (() => Promise<unknown>) | undefined;
  beforeEach(async () => {
    server = await startRestServer(makeMount);
    meanwhile = undefined;
    onceFound = undefined;
    const { engine } = server;
    const afterLook: typeof engine = {
      ...engine,
      getJob: async (jobId) => {
        const view = await engine.getJob(jobId);
        const act = meanwhile;
        meanwhile = undefined;
        await act?.();
        return view;
      },
      listBackfills: async (query) => {
        const found = await engine.listBackfills(query);
        await onceFound?.();
        return found;
      },
    };
    scoped = await makeMount(afterLook, { authorize: () => ({ id: 'user:acme', scope }) });
    await createJob(server, 'own', { type: 'wait', cron: '0 0 * * *', overlap: 'allow', tags: ['billing'] });
  });
  afterEach(async () => {
    // A stop would wait for them.
    for (const { run } of (await server.engine.listRuns({ status: 'running' })).rows)
      await server.engine.cancelRun(run.id);
    await scoped.close();
    await server.close();
  });

  const retag = (tags: readonly string[]) => server.engine.patchJob('own', { tags });
  const ownChanges = async () => (await server.engine.listAudit({ actor: 'user:acme' })).length;
  const backfill = (mount: Mount) =>
    send(mount, 'POST', '/jobs/own/backfill', { body: { from: FROM, dry_run: false } });

  const ofJob = [
    ['PATCH', '/jobs/own', { name: 'Mine' }],
    ['DELETE', '/jobs/own', undefined],
    ['POST', '/jobs/own/pause', {}],
    ['POST', '/jobs/own/resume', {}],
    ['POST', '/jobs/own/runs', {}],
    ['POST', '/jobs/own/backfill', { from: FROM, dry_run: false }],
  ] as const;

  test.each(ofJob)('%s %s changes no job that has left the scope meanwhile', async (method, url, body) => {
    if (url.endsWith('resume')) await send(server, 'POST', '/jobs/own/pause');
    meanwhile = () => retag(['eu']);
    problemOf(await send(scoped, method, url, body === undefined ? {} : { body }), 404);
    expect(await ownChanges()).toBe(0);
  });

  test.each(ofJob)('%s %s changes a job that was edited and stays inside', async (method, url, body) => {
    meanwhile = () => retag(['billing', 'eu']);
    const { statusCode, body: answer } = await send(scoped, method, url, body === undefined ? {} : { body });
    expect([200, 202, 204], answer).toContain(statusCode);
  });

  test('a run is neither cancelled nor run again once its job has left the scope', async () => {
    const live = await runJob(server, 'own');
    meanwhile = () => retag(['eu']);
    problemOf(await send(scoped, 'POST', `/runs/${live.id}/cancel`), 404);
    await retag(['billing']);
    await send(server, 'POST', `/runs/${live.id}/cancel`);
    await runThatIs(server, live.id, 'cancelled');
    meanwhile = () => retag(['eu']);
    problemOf(await send(scoped, 'POST', `/runs/${live.id}/retry`), 404);
    expect(await ownChanges()).toBe(0);
    await retag(['billing']);
    meanwhile = () => retag(['billing', 'eu']);
    expect((await send(scoped, 'POST', `/runs/${live.id}/retry`)).statusCode).toBe(202);
  });

  test('a backfill is not cancelled once its job has left the scope', async () => {
    const { id } = bodyOf(await backfill(server), 202, backfillPlanSchema);
    meanwhile = () => retag(['eu']);
    problemOf(await send(scoped, 'DELETE', `/backfills/${id}`), 404);
    expect(await ownChanges()).toBe(0);
    await retag(['billing']);
    onceFound = () => retag(['eu']);
    problemOf(await send(scoped, 'DELETE', `/backfills/${id}`), 404);
    expect(await ownChanges()).toBe(0);
    onceFound = undefined;
    await retag(['billing']);
    meanwhile = () => retag(['billing', 'eu']);
    expect((await send(scoped, 'DELETE', `/backfills/${id}`)).statusCode).toBe(200);
  });
}
