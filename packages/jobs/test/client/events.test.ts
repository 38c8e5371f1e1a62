import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { type EventPace, followEvents } from '../../src/client/events/events.ts';
import {
  type Connection,
  type ConnectionState,
  createJob,
  type JobEvent,
  type JobEventsOptions,
  jobEvents,
  pauseJob,
  type Reset,
  resumeJob,
  runJob,
} from '../../src/client/index.ts';
import { type ClientServer, listen, startClientServer } from './client-server.ts';
import { breakOff, event, refuse, startOddServer, stream } from './odd-server.ts';

const JOB = { name: 'A', type: 'greet', on_demand: true } as const;
/** Streams count as stable however soon they end. */
const QUICK: EventPace = { stallMs: 5_000, steadyMs: 0 };
const until = (condition: () => void) => vi.waitFor(condition, CONDITION_MS);

/** Follows until the test stops it, and collects the messages. */
function follow(connection: Connection, options: JobEventsOptions = {}, pace?: EventPace) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const states: ConnectionState[] = [];
  const received: (JobEvent | Reset)[] = [];
  const all = {
    signal: stop.signal,
    onState: (state: ConnectionState) => states.push(state),
    ...options,
  };
  const events = pace === undefined ? jobEvents(connection, all) : followEvents(connection, all, pace);
  const read = async () => {
    for await (const one of events) received.push(one);
  };
  const ended = read();
  // Tests that expect a failure check `ended` themselves.
  ended.catch(() => undefined);
  return { states, received, ended, stop: () => stop.abort(), kinds: () => received.map(({ type }) => type) };
}

describe('the events of a server', () => {
  let server: Awaited<ReturnType<typeof startClientServer>>;
  beforeAll(async () => {
    server = await startClientServer();
  });
  afterAll(() => server.close());

  /** One more listening server over the same engine, closed with the test. */
  async function another(options: Parameters<typeof listen>[1] = {}): Promise<ClientServer> {
    const other = await listen(server.engine, options);
    onTestFinished(() => other.close());
    return other;
  }

  test('come as they happen, until the signal ends them', async () => {
    const { states, received, ended, stop, kinds } = follow(server.connection);
    await until(() => expect(states).toEqual(['connecting', 'open']));
    await createJob(server.connection, { id: 'events-1', ...JOB });
    const run = await runJob(server.connection, 'events-1');
    await until(() => expect(kinds()).toContain('run.succeeded'));
    expect(kinds()[0]).toBe('job.created');
    expect(received.at(-1)).toMatchObject({ type: 'run.succeeded', job_id: 'events-1', run_id: run.id });
    stop();
    await ended;
    expect(states).toEqual(['connecting', 'open']);
  });

  test('are of one job on request, and continue where another stream ended', async () => {
    const { states, received, stop, kinds } = follow(server.connection, { jobId: 'events-2' });
    await until(() => expect(states).toContain('open'));
    await createJob(server.connection, { id: 'events-3', ...JOB });
    await createJob(server.connection, { id: 'events-2', ...JOB });
    await until(() => expect(kinds()).toEqual(['job.created']));
    stop();
    await pauseJob(server.connection, 'events-2');
    const [created] = received;
    const lastEventId = created !== undefined && 'id' in created ? created.id : undefined;
    const later = follow(server.connection, { jobId: 'events-2', lastEventId });
    await until(() => expect(later.kinds()).toEqual(['job.paused']));
  });

  test('continue after a stream has ended by age, without notice to the caller', async () => {
    const other = await another({ events: { maxAgeMs: 30 } });
    await createJob(other.connection, { id: 'events-4', ...JOB });
    const { states, kinds } = follow(other.connection, { jobId: 'events-4' }, QUICK);
    await until(() => expect(states).toContain('open'));
    for (let round = 0; round < 5; round += 1) {
      await pauseJob(other.connection, 'events-4');
      await resumeJob(other.connection, 'events-4');
    }
    const pairs = Array.from({ length: 5 }, () => ['job.paused', 'job.resumed']).flat();
    await until(() => expect(kinds()).toEqual(pairs));
    expect(states).toEqual(['connecting', 'open']);
  });

  test('begin with a reset when another server comes back in its place', async () => {
    const first = await listen(server.engine);
    const { states, kinds } = follow(first.connection);
    await until(() => expect(states).toContain('open'));
    await createJob(first.connection, { id: 'events-5', ...JOB });
    await until(() => expect(kinds()).toEqual(['job.created']));
    await first.close();
    await until(() => expect(states.at(-1)).toBe('lost'));
    await another({ port: Number(new URL(first.url).port) });
    await until(() => expect(kinds()).toEqual(['job.created', 'reset']));
    expect(states).toEqual(['connecting', 'open', 'lost', 'open']);
  });

  test('are refused without the permission to read them', async () => {
    const refusal = Object.assign(new Error('no'), { statusCode: 403 });
    const other = await another({ authorize: async () => Promise.reject(refusal) });
    const { ended, states } = follow(other.connection);
    await expect(ended).rejects.toMatchObject({ name: 'ApiError', status: 403 });
    expect(states).toEqual(['connecting']);
  });

  test('are not asked for with an id that no job can have', async () => {
    const { ended } = follow(server.connection, { jobId: 'a b' });
    await expect(ended).rejects.toMatchObject({ status: 422, faults: [{ pointer: '/job_id' }] });
  });
});

describe('a stream', () => {
  test('that breaks is reopened after the last event', async () => {
    const { connection, asked } = await startOddServer([
      stream(event('x-1') + event('x-2'), 'break'),
      stream(event('x-3')),
    ]);
    const { received, states } = follow(connection);
    await until(() => expect(received).toHaveLength(3));
    expect(received).toMatchObject([{ id: 'x-1' }, { id: 'x-2' }, { id: 'x-3' }]);
    expect(states).toEqual(['connecting', 'open', 'lost', 'open']);
    expect(asked.map(({ url }) => url)).toEqual(['/api/job-events', '/api/job-events?last_event_id=x-2']);
  });

  test('that ended normally is reopened at once', async () => {
    const streams = Array.from({ length: 20 }, (_, at) => stream(event(`x-${at}`), 'end'));
    const { connection, asked } = await startOddServer([...streams, stream('')]);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    onTestFinished(() => timers.mockRestore());
    const { received, states } = follow(connection, {}, QUICK);
    await until(() => expect(asked).toHaveLength(21));
    expect(received).toHaveLength(20);
    expect(states).toEqual(['connecting', 'open']);
    // The first pauses would be from 250 ms to 1 s.
    const pauses = timers.mock.calls.map(([, ms = 0]) => ms).filter((ms) => ms >= 250 && ms <= 1_000);
    expect(pauses).toEqual([]);
  });

  test('continues after an id that came without data', async () => {
    const { connection, asked } = await startOddServer([
      stream(`${event('x-1')}: alive\nid: x-7\n\n`, 'end'),
      stream(''),
    ]);
    follow(connection, { jobId: 'a' }, QUICK);
    await until(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.url).toBe('/api/job-events?job_id=a&last_event_id=x-7');
  });

  test('that is silent for too long is closed and reopened', async () => {
    const { connection, asked } = await startOddServer([stream(event('x-1')), stream(event('x-2'))]);
    const { received, states } = follow(connection, {}, { stallMs: 100, steadyMs: 5_000 });
    await until(() => expect(received).toHaveLength(2));
    expect(states.slice(0, 4)).toEqual(['connecting', 'open', 'lost', 'open']);
    await until(() => expect(asked[0]?.isOpen).toBe(false));
  });

  test('that ends at once, again and again, is not asked for at once, again and again', async () => {
    const { connection, asked } = await startOddServer([
      stream(event('x-1'), 'end'),
      stream(event('x-2'), 'end'),
      stream(event('x-3')),
    ]);
    const { received, states } = follow(connection, {}, { stallMs: 60_000, steadyMs: 60_000 });
    await until(() => expect(received).toHaveLength(3));
    const [first = 0, second = 0, third = 0] = asked.map(({ at }) => at);
    // Timers may fire a millisecond early.
    expect(second - first).toBeGreaterThan(248);
    expect(third - second).toBeGreaterThan(498);
    expect(states).toEqual(['connecting', 'open']);
  });

  test('that fails to open at first begins with a reset: the client may have missed events', async () => {
    const { connection } = await startOddServer([breakOff, stream(event('x-1'))]);
    const { kinds, states } = follow(connection);
    await until(() => expect(kinds()).toEqual(['reset', 'job.updated']));
    expect(states).toEqual(['connecting', 'lost', 'open']);
  });

  test.each([
    ['503', refuse(503, { 'retry-after': '0' })],
    ['429', refuse(429, { 'retry-after': '0' })],
    ['500', refuse(500)],
  ])('is asked for again after a %s', async (_what, deed) => {
    const { connection } = await startOddServer([deed, stream(event('x-1'))]);
    const { received } = follow(connection, { lastEventId: 'x-0' });
    await until(() => expect(received).toMatchObject([{ id: 'x-1' }]));
  });

  test('is asked for again when what answers is no stream', async () => {
    const { connection } = await startOddServer([
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>back soon</html>'),
      stream(event('x-1')),
    ]);
    const { received, states } = follow(connection, { lastEventId: 'x-0' });
    await until(() => expect(received).toMatchObject([{ id: 'x-1' }]));
    expect(states).toEqual(['connecting', 'lost', 'open']);
  });

  test('has the new token when the old one has run out', async () => {
    let token = 'old';
    const renew = async () => {
      token = 'new';
      return true;
    };
    const options = { token: () => token, renew };
    const { connection, asked } = await startOddServer([refuse(401), stream(event('x-1'))], options);
    const { received, states } = follow(connection);
    await until(() => expect(received).toHaveLength(1));
    expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer new']);
    expect(states).toEqual(['connecting', 'open']);
  });

  test.each([401, 403, 404])('ends with a %d, which no retry can fix', async (status) => {
    const { connection, asked } = await startOddServer([refuse(status), refuse(status)]);
    await expect(follow(connection).ended).rejects.toMatchObject({ name: 'ApiError', status });
    expect(asked).toHaveLength(1);
  });

  test('ends with a line of unlimited length: another stream would have the same line', async () => {
    const endless = stream(event('x-1') + 'x'.repeat(1_100_000));
    const { connection, asked } = await startOddServer([endless, endless]);
    const { received, ended } = follow(connection);
    await expect(ended).rejects.toMatchObject({ name: 'ConnectionError', code: 'too_long' });
    expect(received).toMatchObject([{ id: 'x-1' }]);
    await until(() => expect(asked.map(({ isOpen }) => isOpen)).toEqual([false]));
  });

  test('reports a reset for events that it cannot parse', async () => {
    const { connection } = await startOddServer([
      stream('data: not json\n\ndata: 7\n\ndata: {}\n\nevent: reset\ndata: {}\n\nid: x-9\n\n'),
    ]);
    const { kinds } = follow(connection);
    await until(() => expect(kinds()).toEqual(['reset', 'reset', 'reset', 'reset']));
  });
});

describe('a follower that leaves', () => {
  test('by its signal, ends without an error: before, while connecting, while waiting, while reading', async () => {
    const { connection, asked } = await startOddServer([
      () => undefined,
      refuse(503, { 'retry-after': '60' }),
      stream(''),
    ]);
    await follow(connection, { signal: AbortSignal.abort() }).ended;
    expect(asked).toEqual([]);
    for (let count = 1; count <= 3; count += 1) {
      const { ended, stop, states } = follow(connection);
      await until(() => expect(asked).toHaveLength(count));
      if (count === 2) await until(() => expect(states).toContain('lost'));
      if (count === 3) await until(() => expect(states).toContain('open'));
      stop();
      await ended;
    }
    await until(() => expect(asked.map(({ isOpen }) => isOpen)).toEqual([false, false, false]));
  });

  test('by a break, ends the request', async () => {
    const { connection, asked } = await startOddServer([stream(event('x-1') + event('x-2'))]);
    for await (const one of jobEvents(connection)) {
      expect(one).toMatchObject({ id: 'x-1' });
      break;
    }
    await until(() => expect(asked[0]?.isOpen).toBe(false));
  });
});
