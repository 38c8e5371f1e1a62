import { setTimeout as realSleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineJobType } from '../index.ts';
import { createTestJobs, type TestClock } from './index.ts';

interface Deps {
  readonly clock: TestClock;
  readonly told: string[];
}
const send = defineJobType({
  type: 'send',
  payload: z.strictObject({ to: z.string().default('ann') }),
  maxAttempts: 2,
  pauseAfter: { failures: 2 },
  run: async (ctx, { clock: _clock, told: _told }: Deps) => {
    if (ctx.payload.to === 'ann') throw new Error('no such mailbox');
    return { sent: 1 };
  },
  onSucceeded: (ctx, { told }) => void told.push(`sent ${ctx.result.sent} to ${ctx.payload.to}`),
  onFailed: async (ctx, { told, clock }) => {
    await realSleep(5);
    await clock.sleep('2s', { signal: ctx.signal });
    told.push(`not sent to ${ctx.payload?.to}: ${ctx.error.message}, attempt ${ctx.run.attempt}`);
    await ctx.jobs.enqueue(send, { to: 'bob' });
  },
  onPaused: (ctx, { told }) => void told.push(`paused by ${ctx.by}: ${ctx.reason}`),
});

it('a test calls hooks, awaits them, and runs what they enqueue', async () => {
  const told: string[] = [];
  const all: string[] = [];
  await using jobs = await createTestJobs({
    types: [send],
    deps: ({ clock }) => ({ clock, told }),
    onSucceeded: ({ job }) => void all.push(job.id),
    onFailed: ({ job }) => void all.push(job.id),
    onPaused: ({ job }) => void all.push(job.id),
  });
  await jobs.schedule(send, { id: 'hourly', interval: '1h', startAt: '2026-01-01T01:00:00Z' });
  await jobs.advanceTo('2026-01-01T01:01:00Z');
  const failed = 'not sent to ann: no such mailbox, attempt 2';
  expect(told).toEqual([failed, 'sent 1 to bob']);
  expect(all).toEqual(['hourly', 'enqueued.send']);
  await jobs.advance('1h');
  const paused = 'paused by engine: the last 2 runs failed (failure budget: 2 in a row)';
  expect(told.slice(2)).toEqual([paused, failed, 'sent 1 to bob']);
  expect(all.slice(2)).toEqual(expect.arrayContaining(['hourly', 'hourly', 'enqueued.send']));
});

it('a hook that waits for something else than the test clock fails the test', async () => {
  await using jobs = await createTestJobs({
    types: [send],
    deps: ({ clock }) => ({ clock, told: [] }),
    realTimeLimitMs: 20,
    onSucceeded: () => new Promise(() => undefined),
  });
  await jobs.enqueue(send, { to: 'bob' });
  await expect(jobs.settle()).rejects.toThrow('The hook (job "enqueued.send", type send) has taken 20 ms');
});
