import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { defineThreadDeps, type Run, type ThreadDeps } from '../../src/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { createHarness, type Deps, type Harness } from './engine-harness.ts';
import { inThread, threadDeps } from './thread-types.ts';

let h: Harness;
/** The log lines of handlers. */
let said: string[];
const HERE = threadDeps.with('made in the thread');
beforeEach(() => startWith(HERE));
afterEach(() => h.close());

async function startWith(made: ThreadDeps, more: Partial<EngineOptions<Deps>> = {}): Promise<void> {
  said = [];
  const logger = { ...silentLogger, info: (_: object, message: string) => void said.push(message) };
  h = await createHarness({ jobTypes: [inThread], threadDeps: made, logger, ...more });
  await h.engine.createJob({
    id: 'job',
    name: 'Job',
    type: 'in_thread',
    onDemand: true,
    timeout: '5s',
    overlap: 'allow',
  });
}

async function start(what: string): Promise<string> {
  const { run } = await h.engine.trigger('job', { payload: { what } });
  await h.engine.tick();
  return run.id;
}

/** Waits until the handler reports that it has begun: an earlier stop would prevent it. */
async function startAndBegin(what: string): Promise<string> {
  const id = await start(what);
  await vi.waitFor(() => expect(said).toContain('begun'), CONDITION_MS);
  return id;
}

/** Ticks until the run fits: a thread runs in real time. */
async function until(id: string, fits: (run: Run) => boolean): Promise<Run> {
  const deadline = performance.now() + CONDITION_MS;
  for (;;) {
    await h.engine.tick();
    const { run } = await h.engine.getRun(id);
    if (fits(run)) return run;
    if (performance.now() > deadline) throw new Error(`the run is still ${JSON.stringify(run)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

// Promises P8, retries; P10, fence; P11, timeout; P12, cancel; P20, isolation.
describe('isolation: a job type in a thread', () => {
  it('runs off the main thread with dependencies of its own, made once', async () => {
    const first = await until(await start('report'), ({ status }) => status === 'succeeded');
    const second = await until(await start('report'), ({ status }) => status === 'succeeded');
    const results = [first, second].map((run) => JSON.parse(('result' in run && run.result) || '{}'));
    expect(results).toMatchObject([
      { isMainThread: false, deps: 'made in the thread', uses: 1 },
      { isMainThread: false, uses: 2, threadId: results[0].threadId },
    ]);
    expect(await h.engine.getLogs(first.id)).toMatchObject([
      { message: 'in a thread', fields: '{"isMainThread":false}' },
    ]);
    expect(first.progress).toEqual({ done: 1, total: 1 });
  });

  it('gets the traceparent of its attempt, and its log lines reach the log of the process', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const nothing = () => undefined;
    const warn = vi.fn();
    await h.close();
    await startWith(HERE, {
      logger: { debug: nothing, info: nothing, warn, error: nothing },
      tracing: {
        current: nothing,
        begin: () => ({ traceparent, within: (work) => work(), end: nothing }),
      },
    });
    const run = await until(await start('trace'), ({ status }) => status === 'succeeded');
    expect(run).toMatchObject({ result: JSON.stringify({ traceparent }) });
    expect(warn.mock.calls).toMatchObject([
      [{ runId: run.id, trace_id: traceparent.slice(3, 35), fields: { here: true } }, 'traced'],
    ]);
  });

  it('fails its attempt with the name, message and stack of what it threw', async () => {
    const run = await until(await start('throw'), ({ errors }) => errors.length > 0);
    expect(run).toMatchObject({
      status: 'queued',
      errors: [{ name: 'RangeError', message: 'out of range' }],
    });
    expect(run.errors[0]?.stack).toContain('thread-types.ts');
    expect(run.errors[0]?.stack).not.toContain('thread-entry');
  });

  // P27, HTTP requests
  it('sends requests through a guarded client with the options of the engine', async () => {
    const failed = (run: Run) => run.errors.length > 0;
    expect(await until(await start('request'), failed)).toMatchObject({
      errors: [{ name: 'OutboundError', code: 'refused_address' }],
    });
    await h.close();
    await startWith(HERE, { outbound: { allow: ['127.0.0.0/8'] } });
    expect(await until(await start('request'), failed)).toMatchObject({
      errors: [{ name: 'OutboundError', code: 'connect_failed' }],
    });
  });

  it('keeps the causes of the error', async () => {
    const { errors } = await until(await start('causes'), (run) => run.errors.length > 0);
    expect(errors).toMatchObject([
      { message: 'fetch failed', causes: [{ depth: 1, message: 'no answer', code: 'ECONNREFUSED' }] },
    ]);
  });

  it('passes on that an error is permanent', async () => {
    expect(await until(await start('permanent'), ({ status }) => status === 'failed')).toMatchObject({
      attempt: 1,
    });
  });

  it('a crashed thread is an error of the attempt, not a lost node', async () => {
    const run = await until(await start('exit'), ({ errors }) => errors.length > 0);
    expect(run).toMatchObject({
      status: 'queued',
      recoveries: 0,
      errors: [{ message: expect.stringContaining('code 3') }],
    });
    await until(await start('report'), ({ status }) => status === 'succeeded');
  });

  it('a handler that ignores the signal is terminated 10 s after its timeout', async () => {
    const id = await startAndBegin('spin');
    h.clock.advance(5_000);
    await h.engine.tick();
    h.clock.advance(9_999);
    await h.engine.tick();
    expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'running' });
    h.clock.advance(1);
    const run = await until(id, ({ errors }) => errors.length > 0);
    expect(run).toMatchObject({ status: 'queued', errors: [{ reason: 'timeout', name: 'TimeoutError' }] });
  });

  it('a thread gets one request to end, also during a long native call', async () => {
    const id = await startAndBegin('spin');
    h.clock.advance(5_000);
    await h.engine.tick();
    const terminate = vi.spyOn(Worker.prototype, 'terminate');
    onTestFinished(() => terminate.mockRestore());
    h.clock.advance(10_000);
    await Promise.all([h.engine.tick(), h.engine.tick(), h.engine.tick()]);
    await until(id, ({ errors }) => errors.length > 0);
    expect(terminate).toHaveBeenCalledTimes(1);
  });

  it('a thread that is ending gets no other run, even if its handler returns first', async () => {
    const id = await startAndBegin('chatter');
    h.clock.advance(5_000);
    await h.engine.tick();
    const workers: Worker[] = [];
    const terminate = vi.spyOn(Worker.prototype, 'terminate').mockImplementation(function (this: Worker) {
      workers.push(this);
      return Promise.resolve(0);
    });
    onTestFinished(() => terminate.mockRestore());
    h.clock.advance(10_000);
    await h.engine.tick();
    expect(workers).toHaveLength(1);
    await until(id, ({ status }) => status === 'succeeded');
    const next = await start('wait');
    terminate.mockRestore();
    await Promise.all(workers.map((worker) => worker.terminate()));
    await h.engine.tick();
    expect((await h.engine.getRun(next)).run).toMatchObject({ status: 'running', errors: [] });
  });

  it('a cancel reaches the handler through its signal', async () => {
    const id = await start('wait');
    await h.engine.cancelRun(id);
    expect(await until(id, ({ status }) => status === 'cancelled')).toMatchObject({ reason: 'user' });
  });

  it('succeeds without a result that is not JSON, and its log says so', async () => {
    const run = await until(await start('unknown_result'), ({ status }) => status === 'succeeded');
    expect('result' in run && run.result).toBeFalsy();
    expect(await h.engine.getLogs(run.id)).toMatchObject([{ level: 'warn' }]);
  });

  it('messages of a handler after its end do not reach the next run of its thread', async () => {
    const late = await until(await start('late'), ({ status }) => status === 'succeeded');
    const next = await start('wait');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await h.engine.cancelRun(next);
    await until(next, ({ status }) => status === 'cancelled');
    expect(await h.engine.getLogs(late.id)).toEqual([]);
    expect(await h.engine.getLogs(next)).toEqual([]);
  });

  it('a handler that never stops talking is heard ten times a second, and its last word is kept', async () => {
    const posted = countMessages();
    const run = await until(await start('chatter'), ({ status }) => status === 'succeeded');
    expect(run.progress).toEqual({ done: 300_000, total: 300_000 });
    expect((await h.engine.getLogs(run.id)).length).toBeGreaterThan(100);
    expect(posted()).toBeLessThan(500);
  });

  it('a value that cannot cross a thread fails the attempt like any error', async () => {
    const run = await until(await start('hostile'), ({ errors }) => errors.length > 0);
    expect(run).toMatchObject({ status: 'queued', recoveries: 0, errors: [{ reason: 'error' }] });
  });
});

const creates = (create: string) => `export const made = { module: import.meta.url, create: ${create} };`;
const READY = creates('(name) => ({ name, uses: 0 })');

// Promises P9, lost nodes; P20, isolation.
describe('a handler in a thread does not harm the engine', () => {
  it('with messages of its own', async () => {
    const run = await until(
      await start('stray'),
      ({ status }) => status !== 'queued' && status !== 'running',
    );
    expect(run).toMatchObject({ status: 'succeeded', attempt: 1, result: '"said"' });
  });

  it('with a result that is not JSON: it is left out, and the run can be read', async () => {
    const run = await until(await start('forged_result'), ({ status }) => status === 'succeeded');
    expect(run).not.toHaveProperty('result');
    expect(await h.engine.getLogs(run.id)).toMatchObject([
      { level: 'warn', message: expect.stringContaining('left out') },
    ]);
  });

  it('with invalid notes: the readable ones are kept', async () => {
    await h.close();
    const info = vi.fn();
    const nothing = () => undefined;
    await startWith(HERE, { logger: { debug: nothing, info, warn: nothing, error: nothing } });
    const run = await until(await start('forged_notes'), ({ status }) => status === 'succeeded');
    expect(run).toMatchObject({ result: '"said"' });
    expect(run).not.toHaveProperty('progress');
    const lines = await h.engine.getLogs(run.id);
    expect(lines).toEqual([{ at: 1, level: 'info', message: '{"not":"text"}' }]);
    expect(info).toHaveBeenCalledWith(expect.objectContaining({ runId: run.id }), '{"not":"text"}');
  });

  it('with a value that is no error: it is kept as text', async () => {
    const { errors } = await until(await start('forged_error'), (run) => run.errors.length > 0);
    expect(errors).toMatchObject([{ name: '7', message: '{}', causes: [{ depth: 1, name: 'C' }] }]);
  });

  it.each([
    ['rejection', { name: 'TypeError', message: 'left behind' }],
    ['timer', { name: 'SyntaxError' }],
  ])('with a stray %s, which fails its attempt', async (what, error) => {
    const run = await until(await start(what), ({ errors }) => errors.length > 0);
    expect(run).toMatchObject({ status: 'queued', recoveries: 0, errors: [{ reason: 'error', ...error }] });
  });

  it('nor a later run of its thread: a late stray error is logged with its own run', async () => {
    await h.close();
    const error = vi.fn();
    await startWith(HERE, { logger: { ...silentLogger, error } });
    const late = await until(await start('late_rejection'), ({ status }) => status === 'succeeded');
    const next = await start('wait');
    await vi.waitFor(() => expect(error).toHaveBeenCalled(), CONDITION_MS);
    expect(error.mock.calls.map(([fields]) => fields)).toMatchObject([
      { runId: late.id, type: 'in_thread', err: { message: 'too late' } },
    ]);
    expect((await h.engine.getRun(next)).run).toMatchObject({ status: 'running', errors: [] });
  });

  it('with its memory: a thread that needs more than it may use fails its attempt, and says so', async () => {
    await h.close();
    await startWith(HERE, { threadMemoryMb: 32 });
    const run = await until(await start('hungry'), ({ errors }) => errors.length > 0);
    expect(run).toMatchObject({
      status: 'queued',
      recoveries: 0,
      errors: [
        {
          message: expect.stringContaining('more than the 32 MB'),
          causes: [{ code: 'ERR_WORKER_OUT_OF_MEMORY' }],
        },
      ],
    });
    await until(await start('report'), ({ status }) => status === 'succeeded');
  });

  it('when no thread can be had: its attempt fails, and its place is free', async () => {
    await h.close();
    await startWith({ ...HERE, data: () => 'not cloneable' });
    const run = await until(await start('report'), ({ errors }) => errors.length > 0);
    expect(run).toMatchObject({ status: 'queued', errors: [{ reason: 'error', name: 'DataCloneError' }] });
    expect((await h.engine.stats()).nodes).toMatchObject([{ busy: 0 }]);
  });
});

// Promise P8, retries.
describe('a thread whose dependencies could not be made', () => {
  it.each([
    ['could not be made', creates("async () => { throw new Error('not yet'); }")],
    ['could not be imported', "throw new Error('not yet');"],
  ])('is not used again when they %s: a retry gets a new one', async (_what, broken) => {
    const folder = await mkdtemp(join(tmpdir(), 'thread-deps-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const module = join(folder, 'deps.mjs');
    await writeFile(module, broken);
    await h.close();
    const made = defineThreadDeps({ module: pathToFileURL(module).href, create: (name: string) => name });
    await startWith(made.with('made at last'));
    const id = await start('report');
    const failed = await until(id, ({ errors }) => errors.length > 0);
    expect(failed).toMatchObject({ status: 'queued', errors: [{ message: 'not yet' }] });
    await writeFile(module, READY);
    h.clock.advance(60_000);
    const run = await until(id, ({ status }) => status !== 'queued' && status !== 'running');
    expect(run).toMatchObject({ status: 'succeeded', attempt: 2, errors: [{ message: 'not yet' }] });
    expect('result' in run && run.result).toContain('made at last');
  });
});

/** Counts the messages of threads to the main thread from now on. */
function countMessages(): () => number {
  let count = 0;
  const emit = Worker.prototype.emit;
  const spy = vi.spyOn(Worker.prototype, 'emit').mockImplementation(function (this: Worker, ...args) {
    if (args[0] === 'message') count++;
    return emit.apply(this, args);
  });
  return () => {
    spy.mockRestore();
    return count;
  };
}
