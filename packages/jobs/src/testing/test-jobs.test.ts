import { setTimeout as realSleep } from 'node:timers/promises';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { z } from 'zod';
import { defineJobType, type JobContext, PermanentError } from '../index.ts';
import { createTestJobs, type TestClock } from './index.ts';

type Handler = (ctx: JobContext<{ readonly n: number }>, clock: TestClock) => unknown;

interface Deps {
  readonly handler: Handler;
  readonly clock: TestClock;
}

const work = defineJobType({
  type: 'work',
  payload: z.strictObject({ n: z.int().default(0) }),
  run: async (ctx, { handler, clock }: Deps) => handler(ctx, clock),
});

const AT = '2026-01-01T00:00:00Z';

function start(handler: Handler = () => undefined, at: string = AT, more = {}) {
  return createTestJobs({ types: [work], deps: ({ clock }) => ({ handler, clock }), at, ...more });
}

const iso = (date: Date | undefined) => date?.toISOString();

describe('advance', () => {
  it('runs each slot of a week of a cron every minute at its millisecond', async () => {
    const late = new Set<number>();
    await using t = await start((ctx, clock) => {
      late.add(clock.now() - Number(ctx.run.scheduledFor));
    });
    await t.schedule(work, { id: 'job', cron: '* * * * *' });
    await t.advance('7d');
    expect(t.runs('job')).toHaveLength(7 * 24 * 60);
    expect(late).toEqual(new Set([0]));
    expect(iso(t.lastRun('job').scheduledFor)).toBe('2026-01-08T00:00:00.000Z');
  });

  it('keeps the order of what is due, over all jobs', async () => {
    const order: string[] = [];
    await using t = await start((ctx, clock) => {
      order.push(`${ctx.job.id} ${clock.now() - Date.parse(AT)}`);
    });
    await t.schedule(work, { id: 'a', interval: '3s' });
    await t.schedule(work, { id: 'b', interval: '2s' });
    await t.advance('6s');
    expect(order).toEqual(['b 2000', 'a 3000', 'b 4000', 'a 6000', 'b 6000']);
  });

  it('ends with the whole chain of a run that was due then, as settle does', async () => {
    await using t = await start();
    await t.schedule(work, { id: 'a', interval: '10m' });
    await t.schedule(work, { id: 'b', after: { job: 'a', on: 'succeeded' } });
    await t.schedule(work, { id: 'c', after: { job: 'b', on: 'succeeded' } });
    await t.advance('10m');
    expect(t.lastRun('c').status).toBe('succeeded');
    await t.trigger('a');
    await t.settle();
    expect(t.runs('c')).toHaveLength(2);
  });

  it('ends at its time exactly, with all that is due then', async () => {
    await using t = await start();
    await t.schedule(work, { id: 'job', interval: '10m' });
    await t.advance('9m59.999s');
    expect(t.runs()).toEqual([]);
    await t.advance(1);
    expect(t.runs()).toHaveLength(1);
    await t.advanceTo('2026-01-01T00:20:00Z');
    await t.advanceTo(new Date('2026-01-01T00:30:00Z'));
    // As a `Temporal.Instant`, which the oldest Node does not have.
    await t.advanceTo({ epochMilliseconds: Date.parse('2026-01-01T00:40:00Z') });
    expect(t.runs()).toHaveLength(4);
    expect(t.clock.now()).toBe(Date.parse('2026-01-01T00:40:00Z'));
  });

  it.each([
    ['2 days', 'must be a duration such as 90s, 1h30m or 2d (a day is 24 hours), or a whole number of ms'],
    ['-1s', 'a whole number of ms from 0; got "-1s"'],
    ['1.5ms', 'got "1.5ms"'],
    [-1, 'got the number -1'],
    [0.5, 'got the number 0.5'],
    [null, 'got null'],
    [{}, 'got an object'],
    [5n, 'got the number 5'],
    ['99999999999999d', 'year 9999'],
    [Number.MAX_SAFE_INTEGER, 'year 9999'],
  ])('refuses %o', async (length, why) => {
    await using t = await start();
    await expect(t.advance(length as string)).rejects.toThrow(why);
    expect(() => t.skip(length as string)).toThrow(why);
  });

  it('refuses to be stopped, and ends, when it was not awaited', async () => {
    const t = await start();
    await t.schedule(work, { id: 'job', interval: '1m' });
    const advanced = t.advance('30d').catch((error: unknown) => error);
    await t.stop();
    expect(await advanced).toMatchObject({ message: expect.stringContaining('before stop()') });
    await expect(t.advance('1h')).rejects.toThrow('was stopped');
  });

  it('refuses a time in the past, and a text that is no time', async () => {
    await using t = await start();
    await expect(t.advanceTo('2025-12-31T23:59:59Z')).rejects.toThrow(
      'The test clock is at 2026-01-01T00:00:00.000Z and only moves forward',
    );
    await expect(t.advanceTo('tomorrow')).rejects.toThrow('RFC 3339');
  });

  it('refuses a second move while one is not awaited, and a move from inside a handler', async () => {
    let inside: unknown;
    await using t = await start(async () => {
      inside = await t.advance('1m').catch((error: unknown) => error);
    });
    await t.schedule(work, { id: 'job', interval: '1h' });
    const first = t.advance('1h');
    await expect(t.advance('1h')).rejects.toThrow('await the earlier advance() or settle()');
    await first;
    expect(inside).toMatchObject({ message: expect.stringContaining('call advance() in the test') });
  });
});

describe('schedules', () => {
  it.each([
    [
      'the clocks go forward',
      '2026-03-28T00:00:00Z',
      ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z'],
    ],
    ['the clocks go back', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']],
  ])('a daily job at 2:30 runs once in the night in which %s', async (_, at, expected) => {
    await using t = await start(undefined, at);
    await t.schedule(work, { id: 'job', cron: '30 2 * * *', timezone: 'Europe/Berlin' });
    await t.advance('2d');
    expect(t.runs().map(({ scheduledFor }) => iso(scheduledFor))).toEqual(expected);
  });

  it('a job with a run_at runs once, then', async () => {
    await using t = await start();
    await t.schedule(work, { id: 'job', runAt: '2026-01-02T03:04:05.006Z' });
    await t.advance('30d');
    expect(t.runs().map(({ startedAt }) => iso(startedAt))).toEqual(['2026-01-02T03:04:05.006Z']);
    expect((await t.getJob('job')).job.status).toBe('finished');
  });

  it('a run that is enqueued with a delay starts after it', async () => {
    await using t = await start();
    await t.enqueue(work, { n: 3 }, { delay: '1m' });
    await t.advance('59.999s');
    expect(t.lastRun(work)).toMatchObject({ status: 'queued', startedAt: undefined, payload: { n: 3 } });
    await t.advance(1);
    expect(t.lastRun(work)).toMatchObject({
      status: 'succeeded',
      startedAt: new Date('2026-01-01T00:01:00Z'),
    });
  });

  it('a pause until a time ends then', async () => {
    await using t = await start();
    await t.schedule(work, { id: 'job', interval: '1h' });
    await t.pauseJob('job', { until: '2026-01-01T03:30:00Z' });
    await t.advance('5h');
    expect(t.runs().map(({ scheduledFor }) => iso(scheduledFor))).toEqual([
      '2026-01-01T04:00:00.000Z',
      '2026-01-01T05:00:00.000Z',
    ]);
  });

  it('after a skip, a job catches up as its policy says', async () => {
    await using t = await start();
    await t.schedule(work, { id: 'once', interval: '1h' });
    await t.schedule(work, { id: 'skip', interval: '1h', catchUp: 'skip' });
    await t.schedule(work, { id: 'all', interval: '1h', catchUp: 'all', overlap: 'queue' });
    t.skip('3h10m');
    expect(t.runs()).toEqual([]);
    await t.settle();
    const succeeded = (id: string) => t.runs(id).filter(({ status }) => status === 'succeeded');
    expect(succeeded('once')).toMatchObject([{ catchUp: true, missed: 3 }]);
    expect(succeeded('skip')).toEqual([]);
    expect(succeeded('all')).toHaveLength(3);
    await t.advance('1h');
    expect(['once', 'skip', 'all'].map((id) => succeeded(id).length)).toEqual([2, 1, 4]);
  });
});

describe('handlers', () => {
  it('a failed attempt is retried after its backoff, and the run keeps its errors, result and logs', async () => {
    await using t = await start((ctx) => {
      ctx.log.info('tries', { n: ctx.payload.n });
      if (ctx.run.attempt < 3) throw new Error(`no ${ctx.run.attempt}`);
      ctx.progress(1, 1);
      return { tries: ctx.run.attempt };
    });
    const backoff = { initial: '1m', factor: 2 };
    await t.schedule(work, { id: 'job', onDemand: true, maxAttempts: 3, backoff, payload: { n: 7 } });
    await t.trigger('job');
    await t.advance('1h');
    expect(t.lastRun('job')).toMatchObject({
      status: 'succeeded',
      attempt: 3,
      startedAt: new Date('2026-01-01T00:03:00Z'),
      payload: { n: 7 },
      result: { tries: 3 },
      error: { message: 'no 2' },
      errors: [
        { attempt: 1, at: Date.parse('2026-01-01T00:00:00Z') },
        { attempt: 2, at: Date.parse('2026-01-01T00:01:00Z') },
      ],
      logs: [1, 2, 3].map(() => ({ level: 'info', message: 'tries', fields: { n: 7 } })),
      progress: { done: 1, total: 1 },
    });
    expect(t.events.map(({ type }) => type).filter((type) => type.startsWith('run.'))).toEqual([
      'run.queued',
      ...['run.started', 'run.retrying', 'run.started', 'run.retrying', 'run.started'],
      'run.succeeded',
    ]);
  });

  it('a permanent error ends the run at once', async () => {
    await using t = await start(() => {
      throw new PermanentError('never');
    });
    await t.schedule(work, { id: 'job', onDemand: true });
    await t.trigger('job');
    await t.settle();
    expect(t.lastRun()).toMatchObject({ status: 'failed', reason: 'error', attempt: 1 });
  });

  it('a handler that sleeps on the test clock takes test time, and slots that come meanwhile are skipped', async () => {
    await using t = await start((_, clock) => clock.sleep('90m'));
    await t.schedule(work, { id: 'job', interval: '1h' });
    await t.advance('2h30m');
    expect(t.runs().map(({ status, reason }) => reason ?? status)).toEqual(['succeeded', 'overlap']);
    expect(iso(t.runs()[0]?.finishedAt)).toBe('2026-01-01T02:30:00.000Z');
  });

  it('under overlap `queue`, the run that waits starts at the millisecond at which the first one ends', async () => {
    await using t = await start((_, clock) => clock.sleep('1h0.001s'));
    await t.schedule(work, { id: 'job', interval: '1h', overlap: 'queue' });
    await t.advance('3h');
    expect(t.runs().map(({ startedAt }) => iso(startedAt))).toEqual([
      '2026-01-01T01:00:00.000Z',
      '2026-01-01T02:00:00.001Z',
      undefined,
    ]);
  });

  it('a run without a place waits for one', async () => {
    await using t = await start((_, clock) => clock.sleep('1m'), AT, { concurrency: 2 });
    await t.schedule(work, { id: 'job', onDemand: true, overlap: 'allow' });
    for (let n = 0; n < 3; n++) await t.trigger('job');
    await t.settle();
    expect(t.runs().map(({ status }) => status)).toEqual(['running', 'running', 'queued']);
    await t.advance('1m');
    expect(t.runs().map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'running']);
  });

  it('an attempt reaches its timeout at its millisecond, and the signal ends its sleep', async () => {
    await using t = await start((ctx, clock) => clock.sleep('1d', { signal: ctx.signal }));
    await t.schedule(work, { id: 'job', onDemand: true, timeout: '30m', maxAttempts: 1 });
    await t.trigger('job');
    await t.advance('2d');
    expect(t.lastRun()).toMatchObject({
      status: 'failed',
      reason: 'timeout',
      finishedAt: new Date('2026-01-01T00:30:00Z'),
    });
  });

  it('a handler that takes real time is awaited, before the clock moves on', async () => {
    const ended: number[] = [];
    await using t = await start(async (_, clock) => {
      await realSleep(20);
      ended.push(clock.now() - Date.parse(AT));
    });
    await t.schedule(work, { id: 'job', interval: '1m' });
    await t.advance('3m');
    expect(ended).toEqual([60_000, 120_000, 180_000]);
  });

  it('a handler that hangs in real time makes advance reject after the limit, and says what to do', async () => {
    await using t = await start(() => new Promise(() => undefined), AT, { realTimeLimitMs: 50 });
    await t.schedule(work, { id: 'job', onDemand: true });
    const { run } = await t.trigger('job');
    await expect(t.advance('1h')).rejects.toThrow(
      `The handler of run ${run.id} (job "job", type work) has taken 50 ms of real time and has not ended.`,
    );
    expect(t.clock.now()).toBe(Date.parse(AT));
  });

  it('a handler may trigger another job, and its run starts at the same time', async () => {
    await using t = await start(async (ctx) => {
      if (ctx.job.id === 'job') await ctx.jobs.trigger('other', { payload: { n: 1 } });
      return ctx.payload.n;
    });
    await t.schedule(work, { id: 'job', interval: '1h' });
    await t.schedule(work, { id: 'other', onDemand: true });
    await t.advance('1h');
    expect(t.lastRun('other')).toMatchObject({ result: 1, startedAt: new Date('2026-01-01T01:00:00Z') });
  });

  it('a handler that triggers its own job without end makes advance reject', async () => {
    await using t = await start(async () => void (await t.trigger('job')));
    await t.schedule(work, { id: 'job', onDemand: true, overlap: 'queue' });
    await t.trigger('job');
    await expect(t.advance('1h')).rejects.toThrow(
      'More than 10,000 runs have started at 2026-01-01T00:00:00.000Z',
    );
  });

  it('a type with isolation `thread` runs on the event loop of the test', async () => {
    const heavy = defineJobType({
      type: 'heavy',
      module: 'file:///nowhere/heavy.ts',
      isolation: 'thread',
      payload: z.strictObject({}),
      run: async (_, deps: { readonly name: string }) => deps.name,
    });
    await using t = await createTestJobs({ types: [heavy], deps: { name: 'test' } });
    await t.schedule(heavy, { id: 'job', onDemand: true });
    await t.trigger('job');
    await t.settle();
    expect(t.lastRun()).toMatchObject({ status: 'succeeded', result: 'test' });
  });
});

describe('enqueueAndWait', () => {
  it('moves the clock until the run has ended, retries included, and gives its result', async () => {
    await using t = await start((ctx) => {
      if (ctx.run.attempt === 1) throw new Error('not yet');
      return ctx.payload.n;
    });
    expect(await t.enqueueAndWait(work, { n: 4 }, { delay: '1h' })).toBe(4);
    expect(t.lastRun(work)).toMatchObject({ attempt: 2, queuedAt: new Date(AT) });
    expect(t.clock.now()).toBe(Number(t.lastRun(work).finishedAt));
  });

  it('rejects at its timeout, where the clock stops', async () => {
    await using t = await start((_, clock) => clock.sleep('2h'));
    await expect(t.enqueueAndWait(work, {}, { timeout: '10m' })).rejects.toMatchObject({ code: 'timeout' });
    expect(t.clock.now()).toBe(Date.parse('2026-01-01T00:10:00Z'));
  });

  it('refuses a timeout that is no text as the engine does', async () => {
    await using t = await start();
    const timeout = 5_000 as never;
    await expect(t.enqueueAndWait(work, {}, { timeout })).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ pointer: '/timeout' }],
    });
  });

  it('rejects for a run that retries for more than 30 days', async () => {
    const slow = defineJobType({
      type: 'slow',
      payload: z.strictObject({}),
      maxAttempts: 100,
      run: async () => Promise.reject(new Error('no')),
      backoff: { initial: '24h', max: '24h' },
    });
    await using t = await createTestJobs({ types: [slow] });
    await expect(t.enqueueAndWait(slow, {})).rejects.toThrow('has not ended in 30 days of test time');
  });

  it('in a handler, the clock moves on while it waits for the other run', async () => {
    await using t = await start(async (ctx, clock) => {
      if (ctx.payload.n === 1) return clock.sleep('1h');
      await t.enqueueAndWait(work, { n: 1 });
      return clock.now();
    });
    await t.schedule(work, { id: 'job', onDemand: true });
    await t.trigger('job');
    await t.advance('1d');
    expect(t.lastRun('job')).toMatchObject({ result: Date.parse('2026-01-01T01:00:00Z') });
  });
});

describe('a test engine', () => {
  it('does nothing by itself: a trigger waits for settle', async () => {
    await using t = await start();
    await t.schedule(work, { id: 'job', onDemand: true });
    await t.trigger('job');
    await realSleep(20);
    expect(t.lastRun()).toMatchObject({ status: 'queued' });
    await t.settle();
    expect(t.lastRun()).toMatchObject({ status: 'succeeded' });
  });

  it('shares no state with another one', async () => {
    await using a = await start();
    await using b = await start();
    await a.schedule(work, { id: 'job', interval: '1h' });
    await a.advance('1h');
    expect(b.runs()).toEqual([]);
    expect(b.events).toEqual([]);
    expect(b.clock.now()).toBe(Date.parse(AT));
    await expect(b.getJob('job')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is moved by the handler of another one, whose clock stands still meanwhile', async () => {
    await using mails = await start((ctx) => ctx.payload.n);
    await using orders = await start(async () => {
      await mails.schedule(work, { id: 'reminder', interval: '1h' });
      await mails.advance('3h');
      return [await mails.enqueueAndWait(work, { n: 7 }, { delay: '1h' }), mails.runs('reminder').length];
    });
    expect(await orders.enqueueAndWait(work, {})).toEqual([7, 4]);
    expect(orders.clock.now()).toBe(Date.parse(AT));
  });

  it('stops although a handler sleeps, and the handler gets its signal', async () => {
    let reason: unknown;
    const t = await start(async (ctx, clock) => {
      await clock.sleep('1d', { signal: ctx.signal }).catch((error: unknown) => {
        reason = error;
      });
    });
    await t.schedule(work, { id: 'job', onDemand: true });
    await t.trigger('job');
    await t.settle();
    await t.stop();
    expect(reason).toMatchObject({ name: 'ShutdownError' });
  });

  it('tells the test runner the time, so that handlers may use Date', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await using t = await start(() => new Date().toISOString(), AT, { onTime: vi.setSystemTime });
      await t.schedule(work, { id: 'job', interval: '1h' });
      await t.advance('1h');
      expect(t.lastRun().result).toBe('2026-01-01T01:00:00.000Z');
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses to advance while all timers of the process are fake', async () => {
    await using t = await start();
    vi.useFakeTimers();
    const advanced = t.advance('1h').catch((error: unknown) => error);
    vi.useRealTimers();
    expect(await advanced).toMatchObject({ message: expect.stringContaining('toFake: ["Date"]') });
  });

  it('has no last run before the first one', async () => {
    await using t = await start();
    expect(() => t.lastRun('job')).toThrow('The job "job" has no run yet.');
  });

  it('gives the runs of a type, with its results as the type says', async () => {
    const count = defineJobType({
      type: 'count',
      payload: z.strictObject({}),
      run: async () => ({ at: new Date(0), n: 3 }),
    });
    await using t = await createTestJobs({ types: [count] });
    await t.schedule(count, { id: 'job', onDemand: true });
    expect(t.runs(count)).toEqual([]);
    expect(() => t.lastRun(count)).toThrow('The type count has no run yet.');
    await t.trigger('job');
    await t.settle();
    const { result } = t.lastRun(count);
    expectTypeOf(result).toEqualTypeOf<{ at: string; n: number } | undefined>();
    expect(result).toEqual({ at: '1970-01-01T00:00:00.000Z', n: 3 });
  });

  it('checks the type of its dependencies', () => {
    type Given = Parameters<typeof createTestJobs<[typeof work]>>[0]['deps'];
    expectTypeOf<{ handler: Handler }>().not.toExtend<Given>();
    expectTypeOf<Deps>().toExtend<Given>();
  });
});
