import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineJobType, type JobContext } from '../../src/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { createHarness, type Harness, job, T0 } from './engine-harness.ts';

let h: Harness;
beforeEach(async () => {
  h = await createHarness();
  await h.engine.createJob(job({ overlap: 'allow', maxAttempts: 1 }));
});
afterEach(() => h.close());

async function runOnce(handler: (ctx: JobContext<{ readonly n: number }>) => unknown): Promise<string> {
  h.deps.handler = handler;
  const { run } = await h.engine.trigger('job');
  await h.engine.tick();
  return run.id;
}

/** A value of a wrong type, as JavaScript callers can pass it. */
const anything = (value: unknown) => value as never;

describe('a payload of more than 64 KiB that code gives', () => {
  const note = defineJobType({
    type: 'note',
    module: import.meta.url,
    payload: z.strictObject({ text: z.string() }),
    run: async () => undefined,
  });
  const most = 'x'.repeat(65_536 - '{"text":""}'.length);
  const fault = { code: 'invalid', faults: [expect.objectContaining({ pointer: '/payload' })] };
  beforeEach(async () => {
    await h.close();
    h = await createHarness({ jobTypes: [note] });
    await h.engine.createJob(job({ type: 'note', payload: { text: most } }));
  });

  // Promise P21, payloads.
  it.each([`${most}x`, '€'.repeat(30_000)])(
    'is refused for a job, for an edit and for a run',
    async (text) => {
      const payload = { text };
      const another = job({ id: 'another', type: 'note', payload });
      await expect(h.engine.createJob(another)).rejects.toMatchObject(fault);
      await expect(h.engine.patchJob('job', { payload })).rejects.toMatchObject(fault);
      await expect(h.engine.trigger('job', { payload })).rejects.toMatchObject(fault);
    },
  );
});

// Promises P8, retries; P18, bounds.
describe('what a handler throws', () => {
  const hostile = (fields: object) => Object.assign(new Error('x'), fields);
  const getter = (name: string) =>
    Object.defineProperty(new Error('x'), name, {
      get() {
        throw new Error('no');
      },
    });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a string', 'boom', 'boom'],
    ['an object', { code: 7 }, '{"code":7}'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a bigint', 7n, '7'],
    ['a function', () => 1, '() => 1'],
    ['an object without a prototype', Object.create(null), '{}'],
    [
      'a cyclic error',
      (() => {
        const error = new Error('round');
        error.cause = error;
        return error;
      })(),
      'round',
    ],
    ['an error whose message is a bigint', hostile({ message: 5n }), '5'],
    ['an error whose message is a symbol', hostile({ message: Symbol('m') }), 'could not be read'],
    ['an error whose stack is a function', hostile({ stack: () => 1 }), 'x'],
    ['an error whose name is an object', hostile({ name: Object.create(null) }), 'could not be read'],
    ['an error whose message can’t be read', getter('message'), 'could not be read'],
    ['an error whose name can’t be read', getter('name'), 'could not be read'],
    ['an error whose stack can’t be read', getter('stack'), 'could not be read'],
    ['a revoked proxy', proxy, 'could not be read'],
  ])('%s fails the attempt like any error', async (_, thrown, message) => {
    const id = await runOnce(() => {
      throw thrown;
    });
    const { run } = await h.engine.getRun(id);
    expect(run).toMatchObject({ status: 'failed', reason: 'error' });
    expect(run.errors[0]?.message).toContain(message);
    expect(await runOnce(() => 'the engine goes on')).toBeDefined();
  });

  it('is kept bounded', async () => {
    const error = Object.assign(new Error('m'.repeat(1e6)), {
      name: 'n'.repeat(1e6),
      stack: 's'.repeat(1e6),
    });
    const { run } = await h.engine.getRun(
      await runOnce(() => {
        throw error;
      }),
    );
    expect(JSON.stringify(run.errors).length).toBeLessThan(12_000);
  });
});

// Promises P10, fence; P18, bounds.
describe('what a handler reports', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['bigints', 1n, 2n, 'note'],
    ['symbols', Symbol('a'), Symbol('b'), Symbol('c')],
    ['functions', () => 1, () => 2, () => 3],
    ['objects', {}, [], { toString: () => 'x' }],
    ['no numbers', Number.NaN, Number.POSITIVE_INFINITY, 'x'.repeat(1e6)],
  ])('progress of %s harms nothing', async (_, done, total, note) => {
    const id = await runOnce((ctx) => ctx.progress(anything(done), anything(total), anything(note)));
    const { run } = await h.engine.getRun(id);
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(JSON.stringify(run).length).toBeLessThan(2_000);
  });

  it('one line with huge fields does not push the others out of the log', async () => {
    const id = await runOnce((ctx) => {
      ctx.log.info('first');
      ctx.log.info('huge', { text: 'x'.repeat(1e6) });
      ctx.log.info('last');
    });
    const messages = (await h.engine.getLogs(id)).map(({ message }) => message);
    expect(messages).toEqual(['first', 'huge', 'last']);
  });

  it('lines of 1 MB, and many empty ones, are bounded before they leave the process', async () => {
    let ctx: JobContext<unknown> | undefined;
    const id = await runOnce((given) => {
      ctx = given;
      ctx.log.info('x'.repeat(1e6));
      for (let n = 0; n < 50_000; n++) given.log.info('');
      given.log.error('end');
    });
    const lines = await h.engine.getLogs(id);
    expect(lines.at(-1)?.message).toBe('end');
    expect(lines.length).toBeLessThanOrEqual(4_096);
  });

  it('anything is a log message', async () => {
    const id = await runOnce((ctx) => {
      ctx.log.info(anything(Symbol('s')), anything(7n));
      ctx.log.info(anything(Object.create(null)), anything({ big: 1n }));
      ctx.log.info('nul \u0000 and half \ud800 a pair');
    });
    expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'succeeded' });
    expect(await h.engine.getLogs(id)).toHaveLength(3);
  });

  it('nothing after its end', async () => {
    let kept: JobContext<unknown> | undefined;
    const id = await runOnce((ctx) => {
      kept = ctx;
    });
    kept?.progress(9, 9);
    kept?.log.info('too late');
    h.clock.advance(5_000);
    await h.engine.tick();
    expect((await h.engine.getRun(id)).run).not.toHaveProperty('progress');
    expect(await h.engine.getLogs(id)).toEqual([]);
  });
});

// Promise P18, bounds.
describe('what a handler returns', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;

  it.each<[string, unknown]>([
    ['a cyclic object', cyclic],
    ['a bigint', 1n],
    ['a symbol', Symbol('s')],
    ['a function', () => 1],
    ['1 MB', 'x'.repeat(1e6)],
    ['more than 64 KiB of text in few characters', '€'.repeat(30_000)],
    ['an object whose toJSON throws', { toJSON: () => JSON.parse('{') }],
  ])('%s is left out of a run that succeeded, and the log says so', async (_, result) => {
    const id = await runOnce(() => result);
    const { run } = await h.engine.getRun(id);
    expect(run).toMatchObject({ status: 'succeeded' });
    expect(run).not.toHaveProperty('result');
    expect(await h.engine.getLogs(id)).toMatchObject([{ level: 'warn' }]);
  });
});

// Promise P8, retries.
describe('a promise with a `then` of its own, as libraries make them', () => {
  let returned: () => unknown = () => undefined;
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (_: object, message: string) => void warnings.push(message) };
  const plain = defineJobType({
    type: 'plain',
    module: import.meta.url,
    payload: z.strictObject({}),
    run: () => returned() as Promise<unknown>,
  });
  beforeEach(async () => {
    await h.close();
    h = await createHarness({ jobTypes: [plain], logger });
    await h.engine.createJob(job({ type: 'plain', overlap: 'allow', maxAttempts: 1 }));
  });

  it.each<[string, (resolve: (value: string) => void, reject: (error: Error) => void) => void, object]>([
    [
      'that throws fails the attempt',
      () => {
        throw new Error('then');
      },
      { status: 'failed', errors: [{ message: 'then' }] },
    ],
    [
      'that resolves and rejects ends the attempt once',
      (resolve, reject) => {
        resolve('first');
        reject(new Error('second'));
      },
      { status: 'succeeded', result: '"first"' },
    ],
  ])('%s, and the other runs of the claim start', async (_, then, end) => {
    let calls = 0;
    returned = () => (calls++ === 0 ? Object.assign(Promise.resolve(), { then }) : Promise.resolve('other'));
    const { run } = await h.engine.trigger('job');
    const { run: other } = await h.engine.trigger('job');
    await h.engine.tick();
    expect((await h.engine.getRun(run.id)).run).toMatchObject(end);
    expect((await h.engine.getRun(other.id)).run).toMatchObject({ status: 'succeeded' });
    expect(h.engine.activity().node.busy).toBe(0);
    expect(warnings).not.toContain('a stale claim was not settled');
  });
});

describe('what a handler does to its context', () => {
  it('a change of the payload stays in its attempt', async () => {
    await h.engine.patchJob('job', { payload: { n: 1 } });
    const seen: number[] = [];
    const change = (ctx: JobContext<{ readonly n: number }>) => {
      Object.assign(ctx.payload, { n: ctx.payload.n + 1 });
      seen.push(ctx.payload.n);
    };
    await runOnce(change);
    await runOnce(change);
    expect(seen).toEqual([2, 2]);
    expect((await h.engine.getJob('job')).job.payload).toBe('{"n":1}');
  });
});

// Promises P11, timeout; P12, cancel.
describe('when a handler ends', () => {
  const untilAborted = (then: () => unknown) => (ctx: JobContext<unknown>) =>
    new Promise((resolve) => {
      ctx.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    }).then(then);

  it.each([
    ['undefined', undefined],
    ['a string', 'stop'],
    ['its own error', new TypeError('own')],
  ])('with a rejection of %s after a cancel, it is cancelled', async (_, reason) => {
    const id = await runOnce(untilAborted(() => Promise.reject(reason)));
    await h.engine.cancelRun(id);
    await h.engine.tick();
    expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'cancelled', reason: 'user' });
  });

  it('with a return after a cancel, it has succeeded', async () => {
    const id = await runOnce(untilAborted(() => 'done'));
    await h.engine.cancelRun(id);
    await h.engine.tick();
    expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'succeeded', result: '"done"' });
  });

  it('with a timeout and then a cancel, it is cancelled, not retried', async () => {
    await h.engine.patchJob('job', { timeout: '5s', maxAttempts: 3 });
    let end: (reason: unknown) => void = () => undefined;
    const id = await runOnce(
      () =>
        new Promise((_, reject) => {
          end = reject;
        }),
    );
    h.clock.advance(5_000);
    await h.engine.tick();
    await h.engine.cancelRun(id);
    end(new Error('after both'));
    await h.engine.tick();
    await h.engine.tick();
    expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'cancelled', reason: 'user' });
  });

  it('is up to it: one that never settles holds its place, and only that', async () => {
    const id = await runOnce(() => new Promise(() => undefined));
    h.clock.set(T0 + 3_600_000);
    const other = await runOnce(() => 'other');
    expect((await h.engine.getRun(other)).run).toMatchObject({ status: 'succeeded' });
    expect((await h.engine.getRun(id)).run).toMatchObject({ status: 'running' });
  });
});
