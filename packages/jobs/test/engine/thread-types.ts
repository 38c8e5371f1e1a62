import { isMainThread, parentPort, threadId } from 'node:worker_threads';
import { z } from 'zod';
import { defineJobType, defineThreadDeps, PermanentError } from '../../src/index.ts';

export interface ThreadDeps {
  readonly name: string;
  /** How many handlers have used these dependencies. */
  uses: number;
}

/** The dependencies that a job thread makes for itself. */
export const threadDeps = defineThreadDeps({
  module: import.meta.url,
  create: (name: string | (() => void)): ThreadDeps => ({ name: String(name), uses: 0 }),
});

export const inThread = defineJobType({
  type: 'in_thread',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({
    what: z
      .enum([
        'report',
        'spin',
        'exit',
        'throw',
        'permanent',
        'wait',
        'unknown_result',
        'late',
        'chatter',
        'hostile',
        'stray',
        'forged_result',
        'forged_notes',
        'forged_error',
        'causes',
        'rejection',
        'timer',
        'late_rejection',
        'hungry',
        'request',
        'trace',
      ])
      .default('report'),
  }),
  run: async (ctx, deps: ThreadDeps) => {
    switch (ctx.payload.what) {
      case 'report':
        ctx.log.info('in a thread', { isMainThread });
        ctx.progress(1, 1);
        deps.uses++;
        return {
          isMainThread,
          threadId,
          deps: deps.name,
          uses: deps.uses,
          scheduledFor: ctx.run.scheduledFor ?? null,
        };
      case 'spin':
        ctx.log.info('begun');
        for (;;) if (Date.now() < 0) return undefined;
      case 'request':
        return ctx.outbound.request({ url: 'http://127.0.0.1:9' });
      case 'exit':
        return process.exit(3);
      case 'throw':
        throw new RangeError('out of range');
      case 'permanent':
        throw new PermanentError('never');
      case 'wait':
        return new Promise((_, reject) => {
          ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason));
        });
      case 'late':
        setTimeout(() => ctx.log.info('too late'), 20);
        return undefined;
      case 'chatter':
        ctx.log.info('begun');
        for (let n = 1; n <= 300_000; n++) {
          ctx.progress(n, 300_000);
          ctx.log.debug('on and on');
        }
        return undefined;
      case 'hostile':
        ctx.progress(Symbol('done') as never, 1n as never);
        throw Object.assign(new Error('x'), { message: Symbol('m') });
      case 'stray':
        for (const message of [null, 'hello', {}, { kind: 'output', output: null }, { kind: 'threw' }])
          parentPort?.postMessage(message);
        return 'said';
      case 'forged_result':
        forge({ kind: 'returned', result: { result: '{"half":' } });
        return 'ignored';
      case 'forged_notes':
        forge({ kind: 'unheard' });
        forge({
          kind: 'output',
          output: { progress: { done: 'all' }, logs: [null, 1, { at: 'now' }, FORGED_LINE] },
        });
        return 'said';
      case 'forged_error':
        forge({
          kind: 'threw',
          thrown: { name: 7, message: {}, stack: 1, causes: [null, { depth: 'x', name: 'C' }] },
        });
        return 'ignored';
      case 'causes':
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('no answer'), { code: 'ECONNREFUSED' }),
        });
      case 'rejection':
        void Promise.reject(new TypeError('left behind'));
        return 'as if nothing had been';
      case 'timer':
        setTimeout(() => JSON.parse('{'), 1);
        return new Promise(() => undefined);
      case 'late_rejection':
        setTimeout(() => void Promise.reject(new TypeError('too late')), 50);
        return 'done';
      case 'hungry': {
        const kept: string[][] = [];
        for (;;) kept.push(Array.from({ length: 10_000 }, (_, n) => `text ${n} of ${kept.length}`));
      }
      case 'trace':
        ctx.log.warn('traced', { here: true });
        return { traceparent: ctx.traceparent ?? null };
      case 'unknown_result':
        return { big: 1n };
      default:
        return ctx.payload.what satisfies never;
    }
  },
});

const FORGED_LINE = { at: 1, level: 'info', message: { not: 'text' }, fields: '{"half":' };

/** Sends what a malicious handler, or one with an old copy of the library, can send. */
function forge(message: unknown): void {
  parentPort?.postMessage({ '@greenvue/jobs': message });
}

/** What hooks were called with, in the thread that has loaded this file. */
export const hookCalls: unknown[] = [];

export const toldFromThread = defineJobType({
  type: 'told_from_thread',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({ fails: z.boolean().default(false) }),
  run: async (ctx, deps: ThreadDeps) => {
    if (ctx.payload.fails) throw new Error('as it was told');
    return deps.name;
  },
  onSucceeded: ({ payload, result }, deps) => void hookCalls.push({ payload, result, deps }),
  onFailed: ({ payload, error }, deps) => void hookCalls.push({ payload, error: error.message, deps }),
});
