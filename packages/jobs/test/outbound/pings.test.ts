import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { pingRunId } from '../../src/core/watching/ping.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { defineJobType, PermanentError } from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { createTestJobs } from '../../src/testing/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { bodyOf, serve } from './test-server.ts';

// P26, pings

const system = createSystemClock();
/** Timers of a second and more fire twenty times as early. */
const clock = {
  ...system,
  setTimer: (ms: number, fire: () => void) => system.setTimer(ms >= 1_000 ? ms / 20 : ms, fire),
};

const work = defineJobType({
  type: 'work',
  payload: z.strictObject({ fails: z.boolean().default(false) }),
  run: async ({ payload }) => {
    if (payload.fails) throw new PermanentError('no disk space');
  },
});

async function started(options: Partial<EngineOptions<unknown>> = {}) {
  const store = createMemoryStore({ clock: system });
  const engine = createEngine({
    store,
    jobTypes: [work],
    deps: undefined,
    outbound: { allow: ['127.0.0.1'] },
    logger: silentLogger,
    clock,
    ...options,
  });
  onTestFinished(() => engine.stop());
  await engine.start();
  return { engine, store };
}

async function startedWith(pingUrl: string, options?: Partial<EngineOptions<unknown>>) {
  const { engine } = await started(options);
  await engine.createJob({ id: 'job', name: 'Job', type: 'work', onDemand: true, overlap: 'allow', pingUrl });
  return {
    engine,
    /** Runs the job to its end. */
    async run(payload = {}) {
      const { run } = await engine.trigger('job', { payload });
      await expect
        .poll(async () => (await engine.getRun(run.id)).run.status)
        .toSatisfy((status) => status === 'succeeded' || status === 'failed');
      return run.id;
    },
  };
}

/** A monitor that answers with these statuses, then with 200. `heard` has a line for each request. */
async function monitor(statuses: readonly number[] = []) {
  const heard: string[] = [];
  const left = [...statuses];
  const port = await serve(async (request, response) => {
    const body = await bodyOf(request);
    heard.push(`${request.method} ${request.url} ${body}`.trim());
    response.writeHead(left.shift() ?? 200).end('OK');
  });
  return { url: `http://127.0.0.1:${port}/uuid`, heard };
}

it('a monitor hears of the start and the success of a run, in this order, under one id', async () => {
  const { url, heard } = await monitor();
  const { run } = await startedWith(`${url}/?create=1`);
  const rid = pingRunId(await run());
  await expect.poll(() => heard).toHaveLength(2);
  expect(heard).toEqual([`POST /uuid/start?create=1&rid=${rid}`, `POST /uuid?create=1&rid=${rid}`]);
});

it('a monitor hears of a failure with the error', async () => {
  const { url, heard } = await monitor();
  const { run } = await startedWith(url);
  const id = await run({ fails: true });
  await expect.poll(() => heard).toHaveLength(2);
  expect(heard[1]).toBe(
    `POST /uuid/fail?rid=${pingRunId(id)} Run ${id} failed in attempt 1: PermanentError: no disk space`,
  );
});

it('the id of a run is a UUID, which monitors ask for', () => {
  expect(pingRunId('751234567890123')).toBe('00000000-0000-8000-8002-ab3e6d8fe4cb');
  expect(pingRunId(String(Number.MAX_SAFE_INTEGER))).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

it('a ping is tried three times, and a later one still comes after it', async () => {
  const { url, heard } = await monitor([503, 500, 200]);
  const { engine, run } = await startedWith(url);
  await run();
  await expect.poll(() => heard.length).toBe(4);
  const paths = heard.map((line) => line.split('?')[0]);
  expect(paths).toEqual(['POST /uuid/start', 'POST /uuid/start', 'POST /uuid/start', 'POST /uuid']);
  await expect.poll(() => engine.activity().pings).toEqual({ sent: 2, failed: 0, dropped: 0 });
});

it('a ping that fails in each try is counted, and the log says so once', async () => {
  const { url, heard } = await monitor([500, 500, 500, 404]);
  const warn = vi.fn();
  const { engine, run } = await startedWith(url, { logger: { ...silentLogger, warn } });
  await run();
  await expect.poll(() => engine.activity().pings).toEqual({ sent: 0, failed: 2, dropped: 0 });
  expect(heard).toHaveLength(4);
  expect(warn.mock.calls).toEqual([
    [
      { monitor: new URL(url).origin, reason: 'It answered 500.' },
      'a ping to a monitor failed; check ping_url or HEARTBEAT_URL',
    ],
  ]);
});

it('a monitor that hangs delays no run, and pings beyond the bound are dropped and counted', async () => {
  const port = await serve(() => undefined);
  const { engine, run } = await startedWith(`http://127.0.0.1:${port}/x`);
  for (let n = 0; n < 20; n++) await run();
  expect(engine.activity().pings).toEqual({ sent: 0, failed: 0, dropped: 29 });
  await engine.stop();
  expect(engine.activity().pings.dropped).toBe(39);
});

it('a stop sends the pings that wait', async () => {
  const { url, heard } = await monitor();
  const { engine, run } = await startedWith(url);
  await run();
  await engine.stop();
  expect(heard.at(-1)?.split('?')[0]).toBe('POST /uuid');
  expect(engine.activity().pings).toEqual({ sent: 2, failed: 0, dropped: 0 });
});

it('a monitor at a private address is not called, and the run succeeds', async () => {
  const { url, heard } = await monitor();
  const { engine, run } = await startedWith(url, { outbound: {} });
  await run();
  await expect.poll(() => engine.activity().pings).toEqual({ sent: 0, failed: 2, dropped: 0 });
  expect(heard).toEqual([]);
});

it('the engine of a test calls no monitor', async () => {
  const { url, heard } = await monitor();
  const test = await createTestJobs({ types: [work], outbound: { allow: ['127.0.0.1'] } });
  onTestFinished(() => test.stop());
  await test.createJob({ id: 'job', name: 'Job', type: 'work', interval: '1m', pingUrl: url });
  await test.advance('5m');
  await test.stop();
  expect(heard).toEqual([]);
});

it('the heartbeat comes from a node that works, and not from one whose store or passes fail', async () => {
  const { url, heard } = await monitor();
  const store = createMemoryStore({ clock: system });
  let fault: Error | undefined;
  const checked = {
    ...store,
    check: async () => {
      if (fault !== undefined) throw fault;
    },
  };
  await started({ store: Object.assign(Object.create(store), checked), heartbeatUrl: url });
  await expect.poll(() => heard.length).toBeGreaterThanOrEqual(2);
  expect(new Set(heard)).toEqual(new Set(['POST /uuid']));
  fault = new Error('the disk is gone');
  const silentSince = heard.length;
  await new Promise<void>((resolve) => void clock.setTimer(130_000, resolve));
  expect(heard.length).toBeLessThanOrEqual(silentSince + 1);
});

it('a node without places sends no heartbeat', async () => {
  const { url, heard } = await monitor();
  await started({ heartbeatUrl: url, concurrency: 0 });
  await new Promise<void>((resolve) => void clock.setTimer(80_000, resolve));
  expect(heard).toEqual([]);
});
