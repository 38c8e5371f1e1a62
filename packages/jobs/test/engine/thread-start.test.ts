import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { defineJobType, defineThreadDeps, type Engine, type Run } from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { createSqliteStore } from '../../src/stores/sqlite/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { createFakeClock } from '../../src/testing/fake-clock.ts';
import { silentLogger } from '../silent-logger.ts';
import { createHarness, type Deps, job } from './engine-harness.ts';
import { slow, slowDeps } from './loads-slowly.ts';
import { inThread } from './thread-types.ts';

const at = (file: string) => new URL(file, import.meta.url);
const inFile = (file: string, type: string, more: object = {}) =>
  defineJobType({
    ...inThread,
    description: '',
    type,
    module: at(file).href,
    isolation: 'thread',
    ...more,
  } as never);

/** A running engine with these job types. */
async function start(
  jobTypes: readonly unknown[],
  threadDeps?: URL,
  more: Partial<EngineOptions<Deps>> = {},
) {
  const create = () => undefined;
  const made = threadDeps && { threadDeps: defineThreadDeps({ module: threadDeps.href, create }).with() };
  const h = await createHarness({ concurrency: 0 });
  onTestFinished(() => h.close());
  return h.beside({ jobTypes: jobTypes as never, concurrency: 10, autoRun: true, ...more, ...made });
}

async function succeed(engine: Engine, jobId = 'job'): Promise<Run> {
  const { run: made } = await engine.trigger(jobId);
  return vi.waitFor(async () => {
    await engine.tick();
    const { run } = await engine.getRun(made.id);
    expect(run).toMatchObject({ status: 'succeeded' });
    return run;
  }, CONDITION_MS);
}

it('section 6: an engine starts when the modules of its threads can be loaded', async () => {
  await expect(start([inThread, slow], at('./loads-slowly.ts'))).resolves.toBeDefined();
});

it.each([
  ['./nowhere.ts', 'lost', /can't start: the job type lost can't be loaded in a thread: .*nowhere\.ts/],
  [
    './thread-types.ts',
    'renamed',
    /the job type renamed .*thread-types\.ts has no export that is the job type renamed/,
  ],
  [
    './starts-engine.ts',
    'careless',
    /starts-engine\.ts of the job type careless is imported there and starts an engine\. Move /,
  ],
])('an engine does not start whose job type is in %s', async (file, type, message) => {
  await expect(start([inThread, inFile(file, type)])).rejects.toThrow(message);
});

it('an engine that does not start ends its threads, the ones that loaded too', async () => {
  const threads: Worker[] = [];
  const ended: Promise<unknown>[] = [];
  const add = (worker: Worker) => {
    if (worker.threadName !== 'job') return;
    threads.push(worker);
    ended.push(once(worker, 'exit'));
  };
  process.on('worker', add);
  onTestFinished(() => void process.off('worker', add));
  const inOther = inFile('./nowhere.ts', 'lost', { memoryMb: 256 });
  await expect(start([inThread, inOther])).rejects.toThrow('nowhere.ts');
  expect(threads).toHaveLength(2);
  await Promise.all(ended);
});

it('an engine does not start whose threads have no dependencies to make', async () => {
  await expect(start([inThread], at('./starts-engine.ts'))).rejects.toThrow(
    'Move the dependencies of job threads',
  );
});

it('an engine does not start whose file of thread dependencies exports none', async () => {
  await expect(start([inThread], at('./throws-idle.ts'))).rejects.toThrow(
    'throws-idle.ts must export one result of defineThreadDeps() by name. It exports none.',
  );
});

it('a module is loaded with the memory of its job type, and so are its runs', async () => {
  const much = inFile('./loads-much.ts', 'much', { memoryMb: 512 });
  const engine = await start([inThread, much], undefined, { threadMemoryMb: 64 });
  await engine.createJob(job({ type: 'much', payload: { what: 'trace' }, maxAttempts: 1 }));
  await succeed(engine);
});

it('an engine does not start when a module needs more memory than its job type may use, and names the type', async () => {
  const much = inFile('./loads-much.ts', 'much');
  await expect(start([much], undefined, { threadMemoryMb: 64 })).rejects.toThrow(
    /can't start: the job type much can't be loaded in a thread: .* more than the 64 MB .*`memoryMb: 128`/,
  );
});

it('an engine that is stopped while it loads modules ends at once', async () => {
  const engine = createEngine({
    store: sqlite(':memory:'),
    jobTypes: [inFile('./never-loads.ts', 'endless')] as never,
    deps: {},
    logger: silentLogger,
  });
  const started = engine.start();
  const refused = expect(started).rejects.toThrow('it was stopped before the modules');
  await engine.stop();
  await refused;
});

/** An engine on a fake clock that starts while the module of its job type hangs in a native call. */
async function startHanging() {
  const folder = mkdtempSync(join(tmpdir(), 'hangs-'));
  const file = join(folder, 'hangs');
  vi.stubEnv('HANG_FILE', file);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  const clock = createFakeClock(Date.UTC(2026, 0, 5));
  const engine = createEngine({
    store: createSqliteStore({ file: ':memory:', clock }),
    jobTypes: [inFile('./hangs.ts', 'hanging')] as never,
    deps: {},
    clock,
    logger: silentLogger,
  });
  const error = engine.start().then(
    () => 'started',
    (reason: unknown) => String(reason),
  );
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), CONDITION_MS);
  const passing = setInterval(() => clock.advance(1_000), 5);
  onTestFinished(() => clearInterval(passing));
  return { engine, error };
}

// Promise P9, lost nodes.
it('an engine that is stopped while a module hangs in a native call waits no longer than a shutdown', async () => {
  const { engine, error } = await startHanging();
  await engine.stop();
  expect(await error).toContain('it was stopped before the modules');
});

it('an engine does not start when a module takes longer than 30 s to load, and names the job type', async () => {
  const { engine, error } = await startHanging();
  expect(await error).toMatch(
    /can't start: the job type hanging did not load within 30 s in a thread\. Move /,
  );
  await engine.stop();
});

// Promise P9, lost nodes.
it('an engine that was stopped opens no store', async () => {
  const clock = createSystemClock();
  const open = vi.fn();
  const store = Object.assign(createSqliteStore({ file: ':memory:', clock }), { open });
  const engine = createEngine({ store, jobTypes: [], deps: {}, logger: silentLogger });
  await engine.stop();
  const refused = {
    name: 'EngineError',
    code: 'unavailable',
    message: expect.stringContaining('createJobs()'),
  };
  await expect(engine.start()).rejects.toMatchObject(refused);
  await expect(engine.tick()).rejects.toMatchObject(refused);
  expect(open).not.toHaveBeenCalled();
});

// Promise P9, lost nodes.
it('an error that ends an idle thread is logged, and the next run gets another thread', async () => {
  const error = vi.fn();
  const type = inFile('./throws-idle.ts', 'throws_idle');
  const engine = await start([type], undefined, { logger: { ...silentLogger, error } });
  await vi.waitFor(() => expect(error).toHaveBeenCalled(), CONDITION_MS);
  expect(error.mock.calls).toMatchObject([
    [
      { err: { type: 'TypeError', message: 'the pool lost its connection' } },
      expect.stringContaining('an error ended a job thread'),
    ],
  ]);
  await engine.createJob(job({ type: 'throws_idle', payload: { what: 'trace' }, maxAttempts: 1 }));
  await succeed(engine);
});

it('an engine without places needs no threads', async () => {
  const h = await createHarness({ jobTypes: [inFile('./nowhere.ts', 'lost')] as never, concurrency: 0 });
  onTestFinished(() => h.close());
  await expect(h.beside({ autoRun: true })).resolves.toBeDefined();
});

// Promise P12, cancel.
it('a run cancelled while its thread still loads ends at once, and its handler never begins', async () => {
  const { engine, runId, expectNotBegun } = await startSlowly();
  await engine.cancelRun(runId);
  await engine.tick();
  expect((await engine.getRun(runId)).run).toMatchObject({ status: 'cancelled', reason: 'user' });
  await expectNotBegun();
});

// Promise P13, delete.
it('a run whose job was deleted while its thread still loads never begins, even if the thread cannot end yet', async () => {
  const { engine, expectNotBegun } = await startSlowly();
  const workers: Worker[] = [];
  const terminate = vi.spyOn(Worker.prototype, 'terminate').mockImplementation(function (this: Worker) {
    workers.push(this);
    return Promise.resolve(0);
  });
  onTestFinished(async () => {
    terminate.mockRestore();
    await Promise.all(workers.map((worker) => worker.terminate()));
  });
  await engine.deleteJob('job');
  await engine.tick();
  expect((await engine.stats()).nodes).toMatchObject([{ busy: 0 }]);
  await expectNotBegun();
  expect(workers).toHaveLength(1);
});

/** A run whose thread is still loading. */
async function startSlowly() {
  const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const threadDeps = slowDeps.with(begun);
  const { engine, close } = await createHarness({ jobTypes: [slow], threadDeps });
  onTestFinished(close);
  for (const id of ['job', 'later']) await engine.createJob(job({ id, type: 'slow' }));
  const { run } = await engine.trigger('job');
  await engine.tick();
  expect((await engine.getRun(run.id)).run).toMatchObject({ status: 'running' });
  /** Waits for a run whose thread loads later: an earlier handler would have begun by then. */
  const expectNotBegun = async () => {
    const later = await succeed(engine, 'later');
    expect(later).toMatchObject({ result: JSON.stringify(later.id) });
    expect(begun[0]).toBe(1);
  };
  return { engine, runId: run.id, expectNotBegun };
}
