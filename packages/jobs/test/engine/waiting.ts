import { inspect } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { PermanentError, RunError, type RunEvent } from '../../src/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { createHarness, type Harness, job, type MakeDatabase, untilAborted, work } from './engine-harness.ts';

/** Code that waits for the end of runs, or listens to their events. */
export function waiting(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({ jobTypes: [work, { ...work, type: 'other' }] }, makeDatabase);
    onTestFinished(() => h.close());
  });
  const runs = async () => (await h.engine.listRuns({ limit: 99 })).rows;
  /** Lets the engine work until the promise has settled. */
  async function working<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    await expect.poll(() => h.engine.tick().then(() => isSettled)).toBe(true);
    return settled;
  }

  describe('enqueueAndWait', () => {
    it('returns the result of the handler, parsed', async () => {
      h.deps.handler = ({ payload }) => ({ double: payload.n * 2, at: new Date(0) });
      const result = await working(h.engine.enqueueAndWait(work, { n: 21 }));
      expect(result).toEqual({ double: 42, at: '1970-01-01T00:00:00.000Z' });
      h.deps.handler = () => undefined;
      expect(await working(h.engine.enqueueAndWait(work, { n: 1 }))).toBeUndefined();
    });

    it('throws an error with the errors of a run that fails', async () => {
      h.deps.handler = () => {
        throw new PermanentError('no such base', { cause: new RangeError('no row') });
      };
      await expect(working(h.engine.enqueueAndWait('work', {}))).rejects.toMatchObject({
        name: 'RunError',
        code: 'failed',
        jobId: 'enqueued.work',
        reason: 'error',
        message: expect.stringMatching(/^The run \d+ of enqueued\.work failed: no such base$/),
        errors: [{ attempt: 1, name: 'PermanentError', message: 'no such base' }],
        cause: {
          name: 'PermanentError',
          stack: expect.stringContaining('waiting.ts'),
          cause: { name: 'RangeError', message: 'no row' },
        },
      });
    });

    it('throws an error that Node prints in a few lines; its stacks end at the handler', async () => {
      h.deps.handler = async () => {
        await undefined;
        throw new PermanentError('no such base', { cause: new RangeError('no row') });
      };
      const thrown: unknown = await working(h.engine.enqueueAndWait('work', {})).catch((error) => error);
      expect(inspect(thrown).split('\n')).toEqual([
        expect.stringMatching(/^RunError: The run \d+ of enqueued\.work failed: no such base$/),
        '  attempt 1: PermanentError: no such base, caused by RangeError: no row',
      ]);
      const { stack = '', causes = [] } = thrown instanceof RunError ? (thrown.errors[0] ?? {}) : {};
      for (const each of [stack, causes[0]?.stack]) {
        expect(each).toContain('waiting.ts');
        expect(each).not.toContain('jobs/src/engine');
      }
    });

    it('throws an error when the run is cancelled', async () => {
      const waited = h.engine.enqueueAndWait(work, {}, { delay: '1h' });
      waited.catch(() => undefined);
      await expect.poll(async () => (await runs()).length).toBe(1);
      const [view] = await runs();
      await h.engine.cancelRun(view?.run.id ?? '');
      await expect(waited).rejects.toMatchObject({ name: 'RunError', code: 'cancelled', reason: 'user' });
    });

    it('gives up at its timeout, and the run continues', async () => {
      let code: unknown;
      h.engine.enqueueAndWait(work, {}, { timeout: '1m' }).catch((error: unknown) => {
        code = Reflect.get(Object(error), 'code');
      });
      await expect.poll(() => h.pass(60_000, 60_000).then(() => code)).toBe('timeout');
      await h.engine.tick();
      expect(await runs()).toMatchObject([{ run: { status: 'succeeded' } }]);
    });

    it('has the errors of the attempts at its timeout, and says why the last one failed', async () => {
      h.deps.handler = () => Promise.reject(new Error('no route'));
      let error: unknown;
      h.engine.enqueueAndWait(work, {}, { timeout: '10s' }).catch((caught: unknown) => {
        error = caught;
      });
      await expect.poll(() => h.engine.tick().then(async () => (await runs())[0]?.run.errors.length)).toBe(1);
      await expect.poll(() => h.pass(1_000, 1_000).then(() => error)).toBeDefined();
      expect(error).toMatchObject({
        code: 'timeout',
        message: expect.stringMatching(/within 10s\. .* Its last attempt failed: no route$/),
        errors: [{ attempt: 1, message: 'no route' }],
      });
    });

    it('says at its timeout that the job is paused', async () => {
      await h.engine.enqueue(work, {});
      await h.engine.pauseJob('enqueued.work');
      let message: unknown;
      h.engine.enqueueAndWait(work, {}, { timeout: '1m' }).catch((error: unknown) => {
        message = Reflect.get(Object(error), 'message');
      });
      await expect.poll(() => h.pass(60_000, 60_000).then(() => message)).toMatch(/^The run \d+ of enqueued/);
      expect(message).toMatch(/has not ended within 1m\. The job is paused: the run waits until/);
    });

    it('is refused before anything is done: a timeout that is none, a signal that has fired', async () => {
      const timeout = { code: 'invalid', faults: [{ pointer: '/timeout' }] };
      await expect(h.engine.enqueueAndWait(work, {}, { timeout: '0s' })).rejects.toMatchObject(timeout);
      const signal = AbortSignal.abort(new Error('too late'));
      await expect(h.engine.enqueueAndWait(work, {}, { signal })).rejects.toThrow('too late');
      expect(await runs()).toEqual([]);
    });

    it('ends with the engine', async () => {
      h.deps.handler = untilAborted;
      const waited = h.engine.enqueueAndWait(work, {});
      waited.catch(() => undefined);
      await expect.poll(async () => (await runs()).length).toBe(1);
      await expect
        .poll(() => h.engine.tick().then(async () => (await runs())[0]?.run.status))
        .toBe('running');
      const stopped = h.engine.stop();
      await expect(waited).rejects.toMatchObject({ name: 'EngineError', code: 'unavailable' });
      await h.passUntil(h.clock.now() + 30_000, 1_000);
      await stopped;
    });

    describe('of a request that is open when the engine stops', () => {
      let end: () => void;
      beforeEach(() => {
        h.deps.handler = () => new Promise<string>((resolve) => (end = () => resolve('done')));
      });
      /** Enqueues a run as a request does, and stops the engine until the request has its response. */
      const stopWhile = async (state: 'running' | 'queued') => {
        const response = h.engine.enqueueAndWait(work, {}, state === 'queued' ? { delay: '1h' } : {});
        const ended = response.catch((error: unknown) => error);
        await expect.poll(async () => (await runs()).length).toBe(1);
        await expect.poll(() => h.engine.tick().then(async () => (await runs())[0]?.run.status)).toBe(state);
        return { ended, stopped: h.engine.stop({ serving: ended }) };
      };

      it('returns the result of a run that ends in time', async () => {
        const { ended, stopped } = await stopWhile('running');
        await h.pass(1_000, 100);
        end();
        await h.pass(1_000, 100);
        expect(await ended).toBe('done');
        await stopped;
      });

      it.each(['running', 'queued'] as const)(
        'is unavailable when its run is %s to the end',
        async (state) => {
          const { ended, stopped } = await stopWhile(state);
          await h.pass(30_000, 1_000);
          expect(await ended).toMatchObject({ code: 'unavailable' });
          await stopped;
        },
      );
    });
  });

  describe('on', () => {
    it('has called with all events that happened when the engine has stopped', async () => {
      const said: string[] = [];
      const say = (_: object, message: string) => void said.push(message);
      await h.close();
      h = await createHarness({ logger: { ...silentLogger, warn: say, error: say } }, makeDatabase);
      const heard: unknown[] = [];
      const listener = async ({ result }: RunEvent) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        heard.push(result);
      };
      h.engine.on('run.succeeded', work, listener, { onMissed: () => said.push('missed') });
      h.deps.handler = ({ payload }) => payload.n;
      for (const n of [1, 2, 3]) await h.engine.enqueue(work, { n });
      await h.engine.tick();
      await h.engine.stop();
      expect(heard.toSorted()).toEqual([1, 2, 3]);
      expect(said).toEqual([]);
    });

    it('a call that does not end does not delay a stop for long', async () => {
      let calls = 0;
      h.engine.on('run.succeeded', work, () => {
        calls += 1;
        return new Promise(() => undefined);
      });
      for (const n of [1, 2]) await h.engine.enqueue(work, { n });
      await h.engine.tick();
      await expect.poll(() => calls).toBe(1);
      const stopped = h.engine.stop();
      await h.passUntil(h.clock.now() + 10_000, 1_000);
      await stopped;
      expect(calls).toBe(1);
    });

    const listen = () => {
      const heard: string[] = [];
      const listener = ({ type, result, errors }: RunEvent) =>
        void heard.push(`${type} ${JSON.stringify(result) ?? errors.map(({ message }) => message).join()}`);
      return { heard, listener };
    };

    it('calls with the events of the type in their order, with results and errors', async () => {
      const { heard, listener } = listen();
      h.engine.on(['run.succeeded', 'run.failed', 'run.queued'], work, listener);
      h.deps.handler = ({ payload }) => payload.n;
      await h.engine.enqueue(work, { n: 1 });
      await expect.poll(() => heard).toEqual(['run.queued ']);
      await h.engine.tick();
      await expect.poll(() => heard).toEqual(['run.queued ', 'run.succeeded 1']);
      h.deps.handler = () => Promise.reject(new PermanentError('broken'));
      await h.engine.enqueue(work, { n: 2 });
      await h.engine.tick();
      await expect.poll(() => heard.at(-1)).toBe('run.failed broken');
    });

    it('calls with no events of other types and other kinds, and not after it was unsubscribed', async () => {
      const [succeeded, failed, other] = [listen(), listen(), listen()];
      const { unsubscribe } = h.engine.on('run.succeeded', work, succeeded.listener);
      h.engine.on('run.failed', work, failed.listener);
      h.engine.on('run.succeeded', 'other', other.listener);
      await h.engine.createJob(job());
      await h.engine.trigger('job');
      await h.engine.tick();
      await expect.poll(() => succeeded.heard.length).toBe(1);
      unsubscribe();
      await h.engine.trigger('job');
      await h.engine.tick();
      const later = listen();
      h.engine.on('run.succeeded', 'work', later.listener);
      await h.engine.trigger('job');
      await h.engine.tick();
      await expect.poll(() => later.heard.length).toBe(1);
      expect([succeeded.heard.length, failed.heard.length, other.heard.length]).toEqual([1, 0, 0]);
    });

    it('removes a listener that throws, and says so in the log', async () => {
      const errors: string[] = [];
      const nothing = () => undefined;
      const logger = {
        debug: nothing,
        info: nothing,
        warn: nothing,
        error: (_: object, message: string) => void errors.push(message),
      };
      const engine = await h.again({ logger });
      let calls = 0;
      engine.on('run.succeeded', work, async () => {
        calls += 1;
        throw new Error('a bug');
      });
      for (const n of [1, 2]) await engine.enqueue(work, { n });
      await engine.tick();
      await expect
        .poll(() => errors)
        .toEqual(['a listener to events of runs threw an error and was removed']);
      expect(calls).toBe(1);
    });

    it('says when events may have been missed', async () => {
      let missed = 0;
      h.engine.on('run.succeeded', work, () => undefined, { onMissed: () => void missed++ });
      await h.engine.createJob(job({ overlap: 'allow' }));
      for (let n = 0; n < 250; n++) await h.engine.trigger('job');
      h.clock.advance(1_000);
      await expect.poll(() => missed).toBeGreaterThan(0);
    });

    it.each([
      ['an unknown event', () => h.engine.on(['run.done'] as never, work, () => undefined), '/events'],
      ['a listener that is none', () => h.engine.on('run.failed', work, undefined as never), '/listener'],
    ])('refuses %s', (_, call, pointer) => {
      expect(call).toThrow(
        expect.objectContaining({ code: 'invalid', faults: [expect.objectContaining({ pointer })] }),
      );
    });
  });
}
