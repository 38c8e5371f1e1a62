import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobSchema } from '../../../../src/http/views/jobs/job.ts';
import { runSchema } from '../../../../src/http/views/runs/run.ts';
import { bodyOf, createJob, pointersOf, problemOf, runJob, runThatIs, send } from '../../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../../rest-server.ts';

export function pauses(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  describe('pause and resume', () => {
    test('pausing clears the next run and keeps the reason; resuming sets it again', async () => {
      await createJob(server, 'pause-1', { interval: '1h' });
      const until = '2035-01-01T00:00:00.000Z';
      const paused = await send(server, 'POST', '/jobs/pause-1/pause', {
        body: { reason: 'Inventory', until },
      });
      expect(bodyOf(paused, 200, jobSchema)).toMatchObject({
        status: 'paused',
        next_run: null,
        pause: { reason: 'Inventory', until, by: null },
        health: { status: 'paused', reason: 'Inventory' },
      });
      const resumed = bodyOf(await send(server, 'POST', '/jobs/pause-1/resume'), 200, jobSchema);
      expect(resumed).toMatchObject({ status: 'active', pause: null });
      expect(resumed.next_run).not.toBeNull();
    });

    test('a paused job of enqueued runs accepts runs, and holds all of them until it is resumed', async () => {
      const enqueue = () =>
        send(server, 'POST', '/job-types/greet/runs', { body: { payload: { name: 'Cy' } } });
      await runThatIs(server, bodyOf(await enqueue(), 202, runSchema).id, 'succeeded');
      await send(server, 'POST', '/jobs/enqueued.greet/pause');
      const enqueued = bodyOf(await enqueue(), 202, runSchema);
      const now = await runJob(server, 'enqueued.greet', { payload: { name: 'Di' } });
      for (const run of [enqueued, now]) expect(run).toMatchObject({ status: 'queued', held: 'pause' });
      await send(server, 'POST', '/jobs/enqueued.greet/resume');
      for (const { id } of [enqueued, now]) await runThatIs(server, id, 'succeeded');
    });

    test('cancel_live cancels what runs', async () => {
      await createJob(server, 'pause-2', { on_demand: true, type: 'wait' });
      const run = await runJob(server, 'pause-2');
      await runThatIs(server, run.id, 'running');
      await send(server, 'POST', '/jobs/pause-2/pause', { body: { cancel_live: true } });
      expect((await runThatIs(server, run.id, 'cancelled')).reason).toBe('user');
    });

    test.each([
      ['/until', { until: '2020-01-01T00:00:00Z' }],
      ['/until', { until: 'tomorrow' }],
      ['/reason', { reason: 'x'.repeat(501) }],
      ['/reason', { reason: '\udc00' }],
      ['/cancel_live', { cancel_live: 'yes' }],
      ['/why', { why: 'x' }],
    ])('refuses a bad %s: %j', async (pointer, body) => {
      await createJob(server, 'pause-3', { interval: '1h' });
      expect(pointersOf(await send(server, 'POST', '/jobs/pause-3/pause', { body }))).toEqual([pointer]);
      await send(server, 'DELETE', '/jobs/pause-3');
    });

    test('are 404s for a job that does not exist', async () => {
      problemOf(await send(server, 'POST', '/jobs/nobody/pause'), 404);
      problemOf(await send(server, 'POST', '/jobs/nobody/resume'), 404);
    });
  });
}
