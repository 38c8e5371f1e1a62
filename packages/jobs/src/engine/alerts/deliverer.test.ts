import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { silentLogger } from '../../../test/silent-logger.ts';
import type { TakenMessages } from '../../core/store/alert-store.ts';
import { createFakeClock } from '../../testing/index.ts';
import { AlertDeliverer } from './deliverer.ts';

const MINUTE = 60_000;
const MESSAGE: TakenMessages = {
  messages: [
    {
      channel: { id: 'ops', kind: 'pager', config: '{}', allJobs: true, createdAt: 0, updatedAt: 0 },
      message: { id: 'alert_0_1', alerts: [], count: 1, counts: { failed: 1 }, isDigest: false },
      tries: 0,
    },
  ],
};
const NOTHING: TakenMessages = { messages: [] };
const WAITING: TakenMessages = { messages: [], nextAt: MINUTE };

type Answer = TakenMessages | Error | Promise<TakenMessages>;

/** A deliverer on a store that gives these answers, and then says that a channel must wait. */
function start(answers: readonly Answer[], { storeIsAheadMs = 0 } = {}) {
  const clock = createFakeClock(0);
  const sent = Promise.withResolvers<undefined>();
  const looks = { count: 0 };
  const deliverer = new AlertDeliverer({
    store: {
      takeAlertMessages: async () => {
        const answer = answers[looks.count++] ?? WAITING;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      settleAlertMessage: async () => undefined,
      now: () => clock.now() + storeIsAheadMs,
    },
    kinds: { send: () => sent.promise, close: () => undefined },
    clock,
    logger: silentLogger,
  });
  deliverer.start();
  const pass = async (ms: number) => {
    clock.advance(ms);
    await setImmediate();
  };
  return { deliverer, looks, pass, arrive: () => sent.resolve(undefined) };
}

// Promise P24, alerts.
it('while a channel must wait, a storm of alerts makes few looks, and the last of them is not forgotten', async () => {
  const { deliverer, looks, pass } = start([]);
  for (let n = 0; n < 100; n += 1) {
    await pass(10);
    deliverer.wake();
  }
  const { count } = looks;
  expect(count).toBeLessThanOrEqual(6);
  await pass(200);
  expect(looks.count).toBe(count + 1);
});

it('an alert that comes during a slow look that could send nothing waits as long as any other', async () => {
  const slow = Promise.withResolvers<TakenMessages>();
  const { deliverer, looks, pass } = start([slow.promise]);
  deliverer.wake();
  slow.resolve(WAITING);
  await pass(0);
  expect(looks.count).toBe(1);
  await pass(200);
  expect(looks.count).toBe(2);
});

it('an alert that comes during a look that found nothing is looked for at once', async () => {
  const slow = Promise.withResolvers<TakenMessages>();
  const { deliverer, looks, pass } = start([slow.promise]);
  deliverer.wake();
  slow.resolve(NOTHING);
  await pass(0);
  expect(looks.count).toBe(2);
});

it('a channel that is free again gets its next message at once', async () => {
  const { deliverer, looks, pass, arrive } = start([MESSAGE]);
  await pass(0);
  deliverer.wake();
  await pass(0);
  deliverer.wake();
  await pass(0);
  expect(looks.count).toBe(2);
  arrive();
  await pass(0);
  expect(looks.count).toBe(3);
});

it('so does one that becomes free during a slow look', async () => {
  const slow = Promise.withResolvers<TakenMessages>();
  const { deliverer, looks, pass, arrive } = start([MESSAGE, slow.promise]);
  await pass(0);
  deliverer.wake();
  arrive();
  await pass(0);
  deliverer.wake();
  slow.resolve(WAITING);
  await pass(0);
  expect(looks.count).toBe(3);
});

it('a look that failed is repeated a second later', async () => {
  const { looks, pass } = start([new Error('the connection was lost'), NOTHING]);
  await pass(0);
  await pass(999);
  expect(looks.count).toBe(1);
  await pass(1);
  expect(looks.count).toBe(2);
});

it.each([-5_000, 5_000])(
  'the next look is on time where the clock of the store is %d ms ahead',
  async (storeIsAheadMs) => {
    const nextAt = MINUTE + storeIsAheadMs;
    const { looks, pass } = start([{ messages: [], nextAt }], { storeIsAheadMs });
    await pass(0);
    await pass(MINUTE - 1);
    expect(looks.count).toBe(1);
    await pass(1);
    expect(looks.count).toBe(2);
  },
);
