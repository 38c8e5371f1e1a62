import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JobEvent } from '../../src/index.ts';
import { createHarness, type Harness, job, runOnce, untilAborted } from './engine-harness.ts';

let h: Harness;
let events: JobEvent[];
beforeEach(async () => {
  h = await createHarness();
  events = [];
  h.engine.subscribe((event) => {
    if (event !== 'reset') events.push(event);
  });
});
afterEach(() => h.close());

const detailsOf = (type: JobEvent['type']) =>
  events.flatMap((event) => (event.type === type ? [{ reason: event.reason, error: event.error }] : []));

it('an attempt that failed, and a run that failed, say why in their events', async () => {
  const error = { name: 'TypeError', message: 'fetch failed', code: 'ECONNREFUSED' };
  h.deps.handler = () => {
    throw Object.assign(new TypeError(error.message), { code: error.code });
  };
  await h.engine.createJob(job({ maxAttempts: 2, backoff: { initial: '10s' } }));
  await runOnce(h);
  expect(detailsOf('run.retrying')).toEqual([{ reason: 'error', error }]);
  expect(events.at(-1)?.data).toEqual({ available_at: expect.stringMatching(/Z$/) });
  h.clock.advance(60_000);
  await h.engine.tick();
  expect(detailsOf('run.failed')).toEqual([{ reason: 'error', error }]);
});

it('the message of an error is short in an event', async () => {
  h.deps.handler = () => {
    throw new Error('x'.repeat(2_000));
  };
  await h.engine.createJob(job({ maxAttempts: 1 }));
  await runOnce(h);
  expect(detailsOf('run.failed')[0]?.error?.message).toBe(`${'x'.repeat(500)}…`);
});

it('a timeout, a cancel and a skipped slot are the reasons in their events', async () => {
  h.deps.handler = untilAborted;
  await h.engine.createJob(job({ maxAttempts: 1, timeout: '1s', onDemand: undefined, interval: '10s' }));
  await h.engine.trigger('job');
  const running = h.engine.tick();
  await h.pass(1_500);
  await running;
  await h.engine.tick();
  expect(detailsOf('run.failed')).toEqual([
    { reason: 'timeout', error: expect.objectContaining({ name: 'TimeoutError' }) },
  ]);
  const { run } = await h.engine.trigger('job');
  h.clock.advance(10_000);
  await h.engine.tick();
  expect(detailsOf('run.skipped')).toEqual([{ reason: 'overlap', error: undefined }]);
  await h.engine.cancelRun(run.id);
  await h.engine.tick();
  expect(detailsOf('run.cancelled')).toMatchObject([{ reason: 'user' }]);
});

it('a run that succeeded has neither a reason nor an error', async () => {
  await h.engine.createJob(job());
  await runOnce(h);
  expect(detailsOf('run.succeeded')).toEqual([{ reason: undefined, error: undefined }]);
});
