import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../../scripts/test-deadlines.ts';
import { EventTexts } from '../../../src/http/events/event-texts.ts';
import { EventsStream } from '../../../src/http/events/events-stream.ts';
import { eventSchema } from '../../../src/http/views/event.ts';
import { EventWatcher } from '../event-watcher.ts';
import { createJob, problemOf, runJob, runThatIs, send } from '../requests.ts';
import {
  type AskedRequest,
  type MakeMount,
  type Mount,
  type MountOptions,
  type RestServer,
  startRestServer,
} from '../rest-server.ts';

export function eventStreams(makeMount: MakeMount): void {
  let first: RestServer;
  let open: { readonly server: Mount; readonly watchers: EventWatcher[] }[] = [];
  beforeAll(async () => {
    first = await startRestServer(makeMount);
  });
  afterEach(async () => {
    for (const { server, watchers } of open) {
      for (const watcher of watchers) watcher.leave();
      await server.close();
    }
    open = [];
  });
  afterAll(() => first.close());

  /** A long timeout, for slow machines. */
  const until = <T>(condition: () => T | Promise<T>) => vi.waitFor(condition, CONDITION_MS);

  async function startServer(options: MountOptions = {}) {
    const server = await makeMount(first.engine, options);
    const watchers: EventWatcher[] = [];
    open.push({ server, watchers });
    const watch = async (query = '', headers: Record<string, string> = {}) => {
      const watcher = new EventWatcher();
      watchers.push(watcher);
      const response = await watcher.watch(server, query, headers);
      if (response.status === 200) await until(() => expect(watcher.lastId).not.toBe(''));
      return { watcher, response };
    };
    return { server, watch };
  }

  const kinds = (watcher: EventWatcher) => watcher.events.map(({ event }) => event);

  describe('GET /job-events', () => {
    test('sends events as they happen', async () => {
      const { server, watch } = await startServer();
      const { watcher, response } = await watch();
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      // Otherwise a host's own compression, such as Express's `compression`, would hold events back.
      expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
      await createJob(server, 'events-1');
      const run = await runJob(server, 'events-1');
      await until(() => expect(kinds(watcher)).toContain('run.succeeded'));
      expect(kinds(watcher)[0]).toBe('job.created');
      for (const { id, event, data } of watcher.events) {
        expect(eventSchema.strict().parse(data)).toMatchObject({ id, type: event, job_id: 'events-1' });
      }
      const succeeded = watcher.events.find(({ event }) => event === 'run.succeeded');
      expect(succeeded?.data).toMatchObject({ run_id: run.id });
    });

    test('continues after the last event that a client has seen, by header or by query', async () => {
      const { server, watch } = await startServer();
      const { watcher } = await watch();
      await createJob(server, 'events-2');
      await until(() => expect(kinds(watcher)).toEqual(['job.created']));
      watcher.leave();
      await send(server, 'POST', '/jobs/events-2/pause');
      await send(server, 'POST', '/jobs/events-2/resume');
      const byHeader = await watch('', { 'last-event-id': watcher.lastId });
      const byQuery = await watch(`?last_event_id=${watcher.lastId}`);
      for (const again of [byHeader, byQuery]) {
        await until(() => expect(kinds(again.watcher)).toEqual(['job.paused', 'job.resumed']));
      }
    });

    test.each(['1', 'abc-1', 'x'.repeat(100), 'äöü'])(
      'begins with a reset for an id of another process: %s',
      async (id) => {
        const { watch } = await startServer();
        const { watcher } = await watch(`?last_event_id=${encodeURIComponent(id)}`);
        await until(() => expect(kinds(watcher)).toEqual(['reset']));
      },
    );

    test('sends only the events of one job on request', async () => {
      const { server, watch } = await startServer();
      const { watcher } = await watch('?job_id=events-3');
      await createJob(server, 'events-4');
      await createJob(server, 'events-3');
      await until(() => expect(watcher.events).toHaveLength(1));
      expect(watcher.events[0]?.data).toMatchObject({ job_id: 'events-3' });
    });

    test('sends a comment now and then, with an id to continue from', async () => {
      const { server, watch } = await startServer({ events: { heartbeatMs: 20 } });
      const { watcher } = await watch('?job_id=nobody');
      const before = watcher.lastId;
      await createJob(server, 'events-5');
      await until(() => expect(watcher.lastId).not.toBe(before));
      expect(watcher.comments).toBeGreaterThanOrEqual(2);
      expect(watcher.events).toEqual([]);
    });

    test('ends after its time, and when the server closes', async () => {
      const { watch } = await startServer({ events: { maxAgeMs: 50 } });
      const { watcher } = await watch();
      await until(() => expect(watcher.hasEnded).toBe(true));
      const other = await startServer();
      const { watcher: second } = await other.watch();
      await other.server.close();
      await until(() => expect(second.hasEnded).toBe(true));
    });

    test.each([
      ['may not read it any more', async () => false],
      ['can not be asked about', async () => Promise.reject(new Error('no database'))],
    ])('ends for a client that %s', async (_what, isStillAllowed) => {
      const { watch } = await startServer({ events: { heartbeatMs: 20, isStillAllowed } });
      const { watcher } = await watch();
      await until(() => expect(watcher.hasEnded).toBe(true));
    });

    test('continues while the client may read it', async () => {
      const asked: unknown[] = [];
      const isStillAllowed = async (request: AskedRequest) => asked.push(request.header('x-who')) > 0;
      const { watch } = await startServer({ events: { heartbeatMs: 20, isStillAllowed } });
      const { watcher } = await watch('', { 'x-who': 'ann' });
      await until(() => expect(asked.length).toBeGreaterThan(3));
      expect(asked[0]).toBe('ann');
      expect(watcher.hasEnded).toBe(false);
    });

    test('each principal has its own bound of streams', async () => {
      let by: string | undefined;
      const authorize = () => (by === undefined ? undefined : { id: by });
      const { watch } = await startServer({
        authorize,
        events: { maxStreams: 9, maxStreamsPerPrincipal: 2 },
      });
      const statusFor = async (who: string | undefined) => {
        by = who;
        return (await watch()).response.status;
      };
      expect([await statusFor('ann'), await statusFor('ann'), await statusFor('ann')]).toEqual([
        200, 200, 429,
      ]);
      expect(await statusFor('bob')).toBe(200);
      // Without a principal from the host, only the limit of the server applies.
      for (let n = 0; n < 3; n += 1) expect(await statusFor(undefined)).toBe(200);
    });

    test('has a limit of open streams; a closed stream makes room', async () => {
      const { watch } = await startServer({ events: { maxStreams: 1 } });
      const { watcher } = await watch();
      const { response } = await watch();
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('30');
      watcher.leave();
      await until(async () => expect((await watch()).response.status).toBe(200));
    });

    test('refuses bad parameters, and has no HEAD that would open a stream', async () => {
      problemOf(await send(first, 'GET', '/job-events?job_id=a%20b'), 422);
      problemOf(await send(first, 'GET', '/job-events?since=1'), 422);
      const head = await first.send({ method: 'HEAD', url: '/api/job-events', headers: {} });
      expect([404, 405]).toContain(head.statusCode);
    });

    test('keeps little for a client that does not read, and gives it all once it does', async () => {
      await createJob(first, 'events-6');
      const stream = new EventsStream({
        engine: first.engine,
        texts: new EventTexts(),
        jobId: 'events-6',
        lastEventId: undefined,
        heartbeatMs: 60_000,
        maxAgeMs: 60_000,
      });
      for (let round = 0; round < 400; round += 1) {
        await first.engine.pauseJob('events-6');
        await first.engine.resumeJob('events-6');
      }
      const kept = stream.readableLength;
      expect(kept).toBeGreaterThan(60_000);
      expect(kept).toBeLessThan(70_000);
      let text = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      await until(() => expect(text.match(/^event: job\.resumed$/gm)).toHaveLength(400));
      expect(text.match(/^event: job\.paused$/gm)).toHaveLength(400);
      expect(text).not.toContain('event: reset');
      await first.engine.pauseJob('events-6');
      await until(() => expect(text.match(/^event: job\.paused$/gm)).toHaveLength(401));
      stream.destroy();
    });

    test('sends the runs that end while it is open', async () => {
      const { server, watch } = await startServer();
      const { watcher } = await watch('?job_id=events-7');
      await createJob(server, 'events-7', { on_demand: true, type: 'fail' });
      const run = await runJob(server, 'events-7');
      await runThatIs(server, run.id, 'failed');
      await until(() => expect(kinds(watcher)).toContain('run.failed'));
      const failed = watcher.events.find(({ event }) => event === 'run.failed');
      expect(eventSchema.parse(failed?.data)).toMatchObject({
        reason: 'error',
        error: { name: 'PermanentError', code: null },
      });
    });
  });
}
