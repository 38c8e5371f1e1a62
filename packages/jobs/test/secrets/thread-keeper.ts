import { isMainThread, parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { defineJobType } from '../../src/index.ts';

/** Runs in a thread, and says its secret in each way that a thread has. */
export const threadKeeper = defineJobType({
  type: 'thread_keeper',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({ token: z.string().meta({ secret: true }), how: z.string() }),
  maxAttempts: 1,
  run: async ({ payload: { token, how }, log, progress }) => {
    log.info(`got ${token}`, { isMainThread });
    progress(1, 1, token);
    // A forged message has not passed the mask of the thread.
    if (how === 'forge')
      parentPort?.postMessage({
        '@greenvue/jobs': { kind: 'threw', thrown: { name: token, message: token }, isUsable: true },
      });
    if (how === 'throw') throw new Error(`refused ${token}`);
    if (how === 'crash') setTimeout(() => JSON.parse(`{"${token}`), 0);
    if (how === 'exit') process.exit(7);
    if (how !== 'return') await new Promise((resolve) => setTimeout(resolve, 10_000));
    return { token };
  },
});
