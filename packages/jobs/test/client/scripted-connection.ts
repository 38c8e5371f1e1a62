import { afterEach, beforeEach, vi } from 'vitest';
import { type ConnectOptions, connect } from '../../src/client/index.ts';
import { type Step, scriptedFetch } from './scripted-fetch.ts';

/** Fakes timers for the tests of a file: time passes only in {@link resultOf} and {@link failureOf}. */
export function holdTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export const JOB = { id: 'a', uid: '7', version: 3 };
export const BODY = { id: 'a', name: 'A', type: 'greet', on_demand: true };

/** A connection that answers requests by these steps. */
export function connectTo(steps: readonly Step[], options: Partial<ConnectOptions> = {}) {
  const { fetch, asked } = scriptedFetch(...steps);
  return { connection: connect({ url: 'http://api.test/api', fetch, ...options }), asked };
}

/** What a promise resolves with; pauses between attempts pass at once. */
export async function resultOf<T>(promise: Promise<T>): Promise<T> {
  let isPending = true;
  const settled = Promise.allSettled([promise]).finally(() => {
    isPending = false;
  });
  while (isPending) await vi.advanceTimersByTimeAsync(1_000);
  await settled;
  return promise;
}

/** What a promise rejects with; pauses between attempts pass at once. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return resultOf(promise).then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
