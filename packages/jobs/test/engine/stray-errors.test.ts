import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isInJobHandler } from '../../src/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { createHarness, type Harness, job, realTime, runOnce } from './engine-harness.ts';

/** Vitest also listens to these events and would fail the current test. */
const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

let h: Harness;
const error = vi.fn();
beforeEach(async () => {
  const hosts = EVENTS.map((event) =>
    process.listeners(event).map((hear) => () => process.on(event, hear as never)),
  );
  for (const event of EVENTS) process.removeAllListeners(event);
  onTestFinished(() => {
    for (const hear of hosts.flat()) hear();
  });
  error.mockReset();
  h = await createHarness({ logger: { ...silentLogger, error } });
  await h.engine.createJob(job({ overlap: 'allow' }));
});
afterEach(() => h.close());

const boom = () => {
  throw new TypeError('boom', { cause: new RangeError('behind it') });
};
const failedWithIt = {
  status: 'queued',
  errors: [
    { attempt: 1, reason: 'error', name: 'TypeError', message: 'boom', causes: [{ message: 'behind it' }] },
  ],
};

/** Waits until the engine has seen stray errors and written their effects. */
async function settled(id: string) {
  await realTime(20);
  await h.engine.tick();
  return (await h.engine.getRun(id)).run;
}

// Promises P9, lost nodes; P11, timeout.
describe('a stray error of an inline handler fails its attempt, not the process', () => {
  it.each<[string, () => void]>([
    ['a rejected promise', () => void Promise.resolve().then(boom)],
    ['a timer', () => void setTimeout(boom, 1)],
    ['a microtask', () => queueMicrotask(boom)],
    ['an event', () => void setImmediate(() => process.nextTick(boom))],
  ])('of %s, once the handler has ended, as its signal asks for', async (_, leave) => {
    const reasons: unknown[] = [];
    h.deps.handler = (ctx) => {
      leave();
      return new Promise((resolve) => {
        ctx.signal.addEventListener('abort', () => {
          reasons.push(ctx.signal.reason);
          resolve('as if nothing had been');
        });
      });
    };
    expect(await settled(await runOnce(h))).toMatchObject(failedWithIt);
    expect(reasons).toMatchObject([{ message: 'boom' }]);
  });

  it('though the handler has returned by then, or throws something else', async () => {
    h.deps.handler = () => void Promise.resolve().then(boom);
    expect(await settled(await runOnce(h))).toMatchObject(failedWithIt);
    h.deps.handler = async (ctx) => {
      void Promise.resolve().then(boom);
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
      throw new Error('stopped');
    };
    expect(await settled(await runOnce(h))).toMatchObject(failedWithIt);
  });

  it.each([undefined, 'text', { code: 7 }])('and shows the value when it is no error: %j', async (reason) => {
    h.deps.handler = () => void Promise.reject(reason);
    const { errors } = await settled(await runOnce(h));
    expect(errors[0]?.message).toMatch(/^A promise that nothing awaited was rejected with /);
  });

  it('and a cancelled run stays cancelled', async () => {
    h.deps.handler = (ctx) =>
      new Promise((_, reject) => {
        ctx.signal.addEventListener('abort', () => {
          void Promise.resolve().then(boom);
          setTimeout(reject, 5, ctx.signal.reason);
        });
      });
    const id = await runOnce(h);
    await h.engine.cancelRun(id);
    expect(await settled(id)).toMatchObject({ status: 'cancelled', reason: 'user', errors: [] });
  });

  it('an inline handler that ignores it keeps its place, as a zombie', async () => {
    let end: () => void = () => undefined;
    h.deps.handler = () => {
      void Promise.resolve().then(boom);
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    };
    const id = await runOnce(h);
    await realTime(20);
    h.clock.advance(10_000);
    await h.engine.tick();
    expect(await h.engine.getJob('job')).toMatchObject({ health: { status: 'zombie' } });
    end();
    expect(await settled(id)).toMatchObject(failedWithIt);
  });

  it('is logged with its run when that was settled before', async () => {
    const leave = Promise.withResolvers<void>();
    h.deps.handler = () => void leave.promise.then(boom);
    const id = await runOnce(h);
    expect(await settled(id)).toMatchObject({ status: 'succeeded' });
    leave.resolve();
    expect(await settled(id)).toMatchObject({ status: 'succeeded', errors: [] });
    expect(error.mock.calls).toMatchObject([
      [
        { runId: id, attempt: 1, err: { type: 'TypeError', message: 'boom' } },
        expect.stringContaining('after its attempt was settled'),
      ],
    ]);
  });

  it('of each of two attempts goes to its own', async () => {
    const ids: string[] = [];
    h.deps.handler = async (ctx) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      void Promise.reject(new Error(`of ${ctx.run.id}`));
      return new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    };
    for (let n = 0; n < 2; n++) ids.push(await runOnce(h));
    for (const id of ids)
      expect(await settled(id)).toMatchObject({ errors: [{ attempt: 1, message: `of ${id}` }] });
  });

  it('leaves other errors to the host, whose own handlers can recognize them', async () => {
    const heard: unknown[] = [];
    process.on('unhandledRejection', (reason) => heard.push([String(reason), isInJobHandler()]));
    void Promise.reject(new Error('of the host'));
    h.deps.handler = () => void Promise.reject(new Error('of a handler'));
    await settled(await runOnce(h));
    expect(heard).toEqual([
      ['Error: of the host', false],
      ['Error: of a handler', true],
    ]);
  });
});

it('with strayErrors `off`, and after the last engine has stopped, no listener is left', async () => {
  const before = () => EVENTS.map((event) => process.listenerCount(event));
  const other = await h.beside();
  expect(before()).toEqual([1, 1]);
  await other.stop();
  expect(before()).toEqual([1, 1]);
  await h.engine.stop();
  await h.beside({ strayErrors: 'off' });
  expect(before()).toEqual([0, 0]);
});
