import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { HookQueue, MOST_WAITING } from './hook-queue.ts';

const turns = async (count = 5) => {
  for (let n = 0; n < count; n += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
};

function createQueue() {
  const clock = createFakeClock(0);
  const lines: (readonly [message: string, fields: object])[] = [];
  const line = (fields: object, message: string) => void lines.push([message, fields]);
  const logger = { debug: line, info: line, warn: line, error: line };
  return { queue: new HookQueue({ clock, logger, strayErrors: 'fail_attempt' }), clock, lines };
}

const ids = { hook: 'work.onFailed', jobId: 'job' };

it('H2 at most 20 hooks run at once; at most 1,000 wait, and further ones are dropped and counted', async () => {
  const { queue, clock, lines } = createQueue();
  queue.open();
  let started = 0;
  let isHanging = true;
  const call = () => {
    started += 1;
    return isHanging ? new Promise(() => undefined) : undefined;
  };
  for (let n = 0; n < 20; n += 1) queue.add({ ids, call });
  await turns();
  expect(started).toBe(20);
  for (let n = 0; n < MOST_WAITING + 7; n += 1) queue.add({ ids, call });
  await turns();
  expect(started).toBe(20);
  expect(lines).toEqual([
    ['hooks are dropped, because earlier ones take too long', { waiting: MOST_WAITING }],
  ]);
  isHanging = false;
  clock.advance(10_000);
  await turns(500);
  expect(started).toBe(20 + MOST_WAITING);
  expect(queue.isIdle).toBe(true);
  expect(lines.at(-1)).toEqual(['hooks are called again; some were dropped', { dropped: 7 }]);
});

it('H2 hooks that compute leave the event loop free between twenty of them', async () => {
  const { queue } = createQueue();
  queue.open();
  let called = 0;
  for (let n = 0; n < 100; n += 1) queue.add({ ids, call: () => (called += 1) });
  expect(called).toBe(0);
  await turns(1);
  expect(called).toBe(20);
});

it('H2 an error that a hook left to nobody is logged, and does not end the process', async () => {
  const { queue, lines } = createQueue();
  const { listenForStrayErrors } = await import('../attempts/stray-errors.ts');
  const stop = listenForStrayErrors();
  queue.open();
  queue.add({ ids, call: () => void Promise.reject(new Error('nobody awaits it')) });
  await expect
    .poll(() => lines)
    .toMatchObject([
      ['a hook has left an error that nothing awaited', { ...ids, err: { message: 'nobody awaits it' } }],
    ]);
  stop();
});

it('hooks wait until the engine has started, and run outside the context of their cause', async () => {
  const { queue } = createQueue();
  const context = new AsyncLocalStorage<string>();
  const found: unknown[] = [];
  context.run('request', () => queue.add({ ids, call: () => found.push(context.getStore()) }));
  await turns();
  expect(found).toEqual([]);
  context.run('request', () => queue.open());
  await turns();
  expect(found).toEqual([undefined]);
});

it('H4 a stop drops what still waits after 2 s, and calls nothing afterwards', async () => {
  const { queue, clock, lines } = createQueue();
  queue.open();
  let started = 0;
  const call = () => {
    started += 1;
    return new Promise(() => undefined);
  };
  for (let n = 0; n < 25; n += 1) queue.add({ ids, call });
  await turns();
  const stopped = queue.stop();
  clock.advance(2_000);
  await stopped;
  expect(lines).toEqual([
    ['stopping: some hooks were not called or have not ended', { dropped: 5, running: 20 }],
  ]);
  clock.advance(10_000);
  queue.add({ ids, call });
  await turns();
  expect(started).toBe(20);
});
