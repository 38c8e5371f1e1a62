import { isMainThread, parentPort, threadId } from 'node:worker_threads';
import { z } from 'zod';
import { defineJobType, PermanentError } from '../../src/index.ts';

export interface ThreadDeps {
  readonly name: string;
  /** How many handlers have used these dependencies. */
  uses: number;
}

/** What a job thread makes for itself; exported under the name that the engine asks for. */
export function createThreadDeps(data: unknown): ThreadDeps {
  return { name: String(data), uses: 0 };
}

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
        for (;;) if (Date.now() < 0) return undefined;
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
        for (let n = 1; n <= 300_000; n++) {
          ctx.progress(n, 300_000);
          ctx.log.debug('on and on');
        }
        return undefined;
      case 'hostile':
        ctx.progress(Symbol('done') as never, 1n as never);
        throw Object.assign(new Error('x'), { message: Symbol('m') });
      case 'stray':
        for (const message of [null, 'hello', {}, { kind: 'noted', noted: null }, { kind: 'threw' }])
          parentPort?.postMessage(message);
        return 'said';
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
