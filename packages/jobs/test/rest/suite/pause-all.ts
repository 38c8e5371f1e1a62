import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { allPausedSchema } from '../../../src/http/views/pause-of-all.ts';
import { statsSchema } from '../../../src/http/views/stats.ts';
import { bodyOf, createJob, faultAt, problemOf, runJob, runThatIs, send } from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

// Promise P36, tags and bulk.
export function pausesOfAll(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
    await createJob(server, 'job');
  });
  afterEach(() => server.engine.resumeAll());
  afterAll(() => server.close());

  const known = async () => bodyOf(await send(server, 'GET', '/job-pause'), 200, allPausedSchema).paused_all;
  const stats = async () => bodyOf(await send(server, 'GET', '/job-stats'), 200, statsSchema).paused_all;

  test('POST /jobs/pause-all holds all runs until POST /jobs/resume-all, and reads tell of it', async () => {
    expect(await known()).toBeNull();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const paused = await send(server, 'POST', '/jobs/pause-all', { body: { reason: 'upgrade', until } });
    const pause = bodyOf(paused, 200, allPausedSchema).paused_all;
    expect(pause).toMatchObject({ reason: 'upgrade', until });
    expect(await known()).toEqual(pause);
    expect(await stats()).toEqual(pause);
    const { id } = await runJob(server, 'job');
    await server.engine.tick();
    await runThatIs(server, id, 'queued');
    const resumed = await send(server, 'POST', '/jobs/resume-all', { body: {} });
    expect(bodyOf(resumed, 200, allPausedSchema)).toEqual({ paused_all: null });
    await runThatIs(server, id, 'succeeded');
    expect(await stats()).toBeNull();
  });

  test('without a body, the pause of all jobs has no reason and no end', async () => {
    bodyOf(await send(server, 'POST', '/jobs/pause-all'), 200, allPausedSchema);
    expect(await known()).toMatchObject({ reason: null, until: null });
  });

  test('an end that is past, and unknown fields, are refused', async () => {
    const pause = (body: object) => send(server, 'POST', '/jobs/pause-all', { body });
    expect(faultAt(await pause({ until: '2020-01-01T00:00:00Z' }), '/until')).toMatch(
      /must be in the future/,
    );
    expect(faultAt(await pause({ for: '1h' }), '/for')).toMatch(/unknown/);
    expect(await known()).toBeNull();
  });

  test('a caller with a scope sees it, and can neither begin nor end it', async () => {
    const scoped = await makeMount(server.engine, {
      authorize: () => ({ id: 'user:acme', scope: { idPrefix: 'acme-' } }),
    });
    await server.engine.pauseAll({ reason: 'upgrade' });
    const seen = bodyOf(await send(scoped, 'GET', '/job-pause'), 200, allPausedSchema);
    expect(seen.paused_all?.reason).toBe('upgrade');
    for (const path of ['/jobs/pause-all', '/jobs/resume-all'])
      expect(problemOf(await send(scoped, 'POST', path), 403).detail).toMatch(/only some of the jobs/);
    expect(server.engine.pauseOfAll()).toBeDefined();
    await scoped.close();
  });

  test('a job may have the id pause-all', async () => {
    await createJob(server, 'pause-all');
    expect((await send(server, 'GET', '/jobs/pause-all')).statusCode).toBe(200);
    expect((await send(server, 'PATCH', '/jobs/pause-all', { body: { name: 'New' } })).statusCode).toBe(200);
    bodyOf(await send(server, 'POST', '/jobs/pause-all'), 200, allPausedSchema);
    expect((await send(server, 'DELETE', '/jobs/pause-all')).statusCode).toBe(204);
  });
}
