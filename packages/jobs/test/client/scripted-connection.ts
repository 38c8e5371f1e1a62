import { afterEach, beforeEach, vi } from 'vitest';
import { type ConnectOptions, connect } from '../../src/client/index.ts';
import { type Step, scriptedFetch } from './scripted-fetch.ts';

/** For the tests of a file: waits pass only in {@link resultOf} and {@link failureOf}. */
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

/** A connection whose requests are answered as told. */
export function connectTo(steps: readonly Step[], options: Partial<ConnectOptions> = {}) {
  const { fetch, asked } = scriptedFetch(...steps);
  return { connection: connect({ url: 'http://api.test/api', fetch, ...options }), asked };
}

/** What a promise resolves with, however long the client waits between its tries. */
export async function resultOf<T>(promise: Promise<T>): Promise<T> {
  let isPending = true;
  const settled = Promise.allSettled([promise]).finally(() => {
    isPending = false;
  });
  while (isPending) await vi.advanceTimersByTimeAsync(1_000);
  await settled;
  return promise;
}

/** What it rejects with. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return resultOf(promise).then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
