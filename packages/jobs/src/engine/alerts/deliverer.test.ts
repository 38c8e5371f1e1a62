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

/** A deliverer on a store that gives these answers, and then says that a channel must wait. */
function start(...answers: readonly TakenMessages[]) {
  const clock = createFakeClock(0);
  const sent = Promise.withResolvers<undefined>();
  const looks = { count: 0 };
  const deliverer = new AlertDeliverer({
    store: {
      takeAlertMessages: async () => answers[looks.count++] ?? { messages: [], nextAt: MINUTE },
      settleAlertMessage: async () => undefined,
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
  const { deliverer, looks, pass } = start();
  for (let n = 0; n < 100; n += 1) {
    await pass(10);
    deliverer.wake();
  }
  const { count } = looks;
  expect(count).toBeLessThanOrEqual(6);
  await pass(200);
  expect(looks.count).toBe(count + 1);
});

it('a channel that is free again gets its next message at once', async () => {
  const { deliverer, looks, pass, arrive } = start(MESSAGE);
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
