import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase, T0, untilAborted } from './engine-harness.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const iso = (ms: number) => new Date(ms).toISOString();

export function promises(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
  });
  afterEach(() => h.close());

  const hourly = (extra = {}) => job({ onDemand: undefined, interval: '1h', ...extra });
  const runs = async () => (await h.engine.listRuns({ limit: 100 })).rows.map(({ run }) => run);
  const nextRun = async (id = 'job') => (await h.engine.getJob(id)).job.nextRunAt;

  // Promises P1, identity; P7, overlap.
  describe('identity', () => {
    it.each(['a', '9', 'A.b_c-d', `x${'y'.repeat(127)}`])('%s is an id', async (id) => {
      expect((await h.engine.createJob(job({ id }))).job.id).toBe(id);
    });

    it.each(['', '.a', '-a', '_a', 'a b', 'a/b', 'ä', 'a\n', `x${'y'.repeat(128)}`])(
      '%j is none',
      async (id) => {
        await expect(h.engine.createJob(job({ id }))).rejects.toMatchObject({
          code: 'invalid',
          faults: [{ pointer: '/id' }],
        });
      },
    );

    it('overlap is judged per generation: a run of the old one leaves the new one its room', async () => {
      await h.engine.createJob(job());
      h.deps.handler = () => new Promise(() => undefined);
      await h.engine.trigger('job');
      await h.engine.tick();
      await h.engine.deleteJob('job');
      await h.engine.createJob(job());
      await expect(h.engine.trigger('job')).resolves.toMatchObject({ duplicate: false });
    });
  });

  // Promises P2, schedule; P16, edit.
  describe('schedule', () => {
    it.each([
      ['none', { onDemand: undefined }],
      ['two', { interval: '1h' }],
      ['three', { interval: '1h', cron: '* * * * *' }],
      ['an interval that is too short', { onDemand: undefined, interval: '999ms' }],
      ['an interval that is no whole number of milliseconds', { onDemand: undefined, interval: '1.0005s' }],
      ['an interval below zero', { onDemand: undefined, interval: '-1h' }],
      ['an interval beyond int64', { onDemand: undefined, interval: '2562048h' }],
      ['cron of 4 fields', { onDemand: undefined, cron: '* * * *' }],
      ['cron of 7 fields', { onDemand: undefined, cron: '* * * * * * *' }],
      ['a nickname', { onDemand: undefined, cron: '@daily' }],
      ['a day that never comes', { onDemand: undefined, cron: '0 0 30 2 *' }],
      ['an unknown time zone', { onDemand: undefined, cron: '0 0 * * *', timezone: 'Mars/Base' }],
      ['a run_at 61 s past', { onDemand: undefined, runAt: iso(T0 - 61 * SECOND) }],
    ])('%s is refused', async (_, fields) => {
      await expect(h.engine.createJob(job(fields))).rejects.toMatchObject({ code: 'invalid' });
    });

    it('takes a run_at just past, and runs it at once', async () => {
      await h.engine.createJob(job({ onDemand: undefined, runAt: iso(T0 - 59 * SECOND) }));
      await h.engine.tick();
      expect(await runs()).toMatchObject([{ status: 'succeeded', scheduledFor: T0 - 59 * SECOND }]);
      expect((await h.engine.getJob('job')).job.status).toBe('finished');
    });

    it('a patch that removes fields which the job does not have changes nothing', async () => {
      const { job: made } = await h.engine.createJob(hourly());
      expect((await h.engine.patchJob('job', { onDemand: false })).job).toEqual(made);
    });
  });

  // Promises P3, grid; P6, catch-up. Lesson 18, drift and clocks.
  describe('the grid', () => {
    it('slow handlers, late starts and restarts do not shift it', async () => {
      await h.engine.createJob(job({ onDemand: undefined, interval: '10s' }));
      let engine = h.engine;
      for (let n = 0; n < 5; n++) {
        h.clock.advance(12_345);
        await engine.tick();
        engine = await h.again();
      }
      const slots = (await runs()).map(({ scheduledFor = 0 }) => (scheduledFor - T0) % 10_000);
      expect(slots.length).toBeGreaterThan(3);
      expect(new Set(slots)).toEqual(new Set([0]));
    });

    it('start_at itself is the first slot, and a past one only fixes the phase', async () => {
      await h.engine.createJob(hourly({ id: 'later', startAt: iso(T0 + 5 * HOUR + 7) }));
      await h.engine.createJob(hourly({ id: 'earlier', startAt: iso(T0 - 90 * DAY + 7) }));
      expect(await nextRun('later')).toBe(T0 + 5 * HOUR + 7);
      expect(await nextRun('earlier')).toBe(T0 + 7);
    });

    it('under `all`, cron in the night of a DST change runs each of its slots once, in both directions', async () => {
      const night = (day: number, month: number) => Date.UTC(2026, month, day, 0, 0);
      for (const [index, [from, wallHours]] of [
        [night(29, 2), [1, 3, 4]],
        [night(25, 9), [2, 2, 3]],
      ].entries()) {
        const id = `dst-${index}`;
        h.clock.set(Number(from) - 60_000);
        await h.engine.createJob(
          job({
            id,
            onDemand: undefined,
            cron: '0 * * * *',
            timezone: 'Europe/Berlin',
            overlap: 'queue',
            catchUp: 'all',
          }),
        );
        h.clock.set(Number(from) + 2 * HOUR + 60_000);
        for (let n = 0; n < 6; n++) await h.engine.tick();
        const rows = (await h.engine.listRuns({ jobId: id, limit: 10 })).rows.toReversed();
        const hour = (ms = 0) =>
          Number(
            new Intl.DateTimeFormat('en', {
              hour: 'numeric',
              hourCycle: 'h23',
              timeZone: 'Europe/Berlin',
            }).format(ms),
          );
        expect(rows.map(({ run }) => hour(run.scheduledFor))).toEqual(wallHours);
        expect(new Set(rows.map(({ run }) => run.scheduledFor)).size).toBe(3);
      }
    });
  });

  // Promise P4, stored next run. Lesson 1, a lost chain.
  describe('the stored next run', () => {
    it('a schedule continues when all its runs are cancelled, fail or are lost', async () => {
      await h.engine.createJob(hourly({ maxAttempts: 1 }));
      let engine = h.engine;
      const step = async () => {
        h.clock.advance(HOUR);
        await engine.tick();
        return (await runs())[0]?.id ?? '';
      };
      h.deps.handler = untilAborted;
      await h.engine.cancelRun(await step());
      await h.engine.tick();
      h.deps.handler = () => Promise.reject(new Error('no'));
      await step();
      h.deps.handler = untilAborted;
      await step();
      h.deps.handler = () => 'fine';
      engine = await h.again();
      await engine.tick();
      await step();
      expect((await runs()).map(({ status }) => status)).toEqual([
        'succeeded',
        'succeeded',
        'failed',
        'cancelled',
      ]);
      expect(await nextRun()).toBe(T0 + 5 * HOUR);
    });
  });

  // Promises P5, one run per slot; P17, clock. Lesson 19, one scheduler per process.
  describe('one run per slot', () => {
    it('two engines on one database make one run of each slot', async () => {
      const seen: string[] = [];
      h.deps.handler = (ctx) => void seen.push(String(ctx.run.scheduledFor?.getTime()));
      await h.engine.createJob(hourly());
      const other = await h.beside();
      for (let n = 0; n < 5; n++) {
        h.clock.advance(HOUR);
        await Promise.all([h.engine.tick(), other.tick(), h.engine.tick(), other.tick()]);
      }
      expect(seen).toEqual([1, 2, 3, 4, 5].map((n) => String(T0 + n * HOUR)));
      const [one] = (await h.engine.stats()).nodes;
      const [two] = (await other.stats()).nodes;
      expect(one?.node).not.toBe(two?.node);
    });

    it('a clock that jumps back and forth reruns nothing', async () => {
      const seen: (number | undefined)[] = [];
      h.deps.handler = (ctx) => void seen.push(ctx.run.scheduledFor?.getTime());
      await h.engine.createJob(hourly());
      for (const at of [1, 5, 2, 1, 6, -30, 6, 7]) {
        h.clock.set(T0 + at * HOUR + SECOND);
        h.clock.advance(30 * SECOND);
        await h.engine.tick();
      }
      expect(seen).toEqual([1, 5, 6, 7].map((n) => T0 + n * HOUR));
    });
  });

  // Promise P15, run now. Lesson 20, a dashboard apart.
  describe('run now', () => {
    it('every action of people on jobs is a call of the engine that serves the API', async () => {
      await h.engine.createJob(hourly());
      await h.engine.patchJob('job', { interval: '2h' });
      await h.engine.pauseJob('job', { reason: 'look' });
      await h.engine.resumeJob('job');
      const { run } = await h.engine.trigger('job');
      await h.engine.cancelRun(run.id);
      await h.engine.retryRun(run.id);
      await h.engine.deleteJob('job');
      const actions = (await h.engine.listAudit({ limit: 20 })).map(({ action }) => action).toReversed();
      expect(actions).toEqual([
        'job.create',
        'job.edit',
        'job.pause',
        'job.resume',
        'job.trigger',
        'run.cancel',
        'job.trigger',
        'job.delete',
      ]);
    });
  });

  // Promise P18, bounds.
  describe('bounds', () => {
    it('an idle engine does almost nothing, however many jobs it has that are not due', async () => {
      for (let n = 0; n < 20; n++) await h.engine.createJob(hourly({ id: `job-${n}` }));
      await h.again({ autoRun: true });
      await h.store.quiet();
      let calls = 0;
      for (const method of ['plan', 'claim', 'settle', 'report', 'prune', 'getJob'] as const)
        h.store.watch(method, () => calls++);
      let timers = 0;
      const { setTimer } = h.clock;
      Object.assign(h.clock, {
        setTimer: (...timer: Parameters<typeof setTimer>) => {
          timers++;
          return setTimer(...timer);
        },
      });
      for (let n = 0; n < 100; n++) {
        h.clock.advance(6 * SECOND);
        await h.store.quiet();
      }
      // Ten minutes: each minute one look for due slots, one at the history, and one for alert channels.
      expect(calls).toBeLessThan(50);
      expect(timers).toBeLessThan(70);
    });
  });

  // Promise P19, delivery.
  describe('delivery', () => {
    it('is at least once, under one id and rising fences, so that a handler can recognize older attempts', async () => {
      await h.engine.createJob(job());
      const seen: { readonly id: string; readonly fence: number; readonly attempt: number }[] = [];
      h.deps.handler = (ctx) => {
        const { id, fence, attempt } = ctx.run;
        seen.push({ id, fence, attempt });
        if (seen.length === 1) throw new Error('again');
        return seen.length === 2 ? untilAborted(ctx) : 'done';
      };
      const { run } = await h.engine.trigger('job');
      await h.engine.tick();
      h.clock.advance(10 * SECOND);
      await h.engine.tick();
      await (await h.again()).tick();
      expect(seen.map(({ id, attempt }) => [id, attempt])).toEqual([
        [run.id, 1],
        [run.id, 2],
        [run.id, 2],
      ]);
      const fences = seen.map(({ fence }) => fence);
      expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
    });
  });

  // Promise P20, isolation.
  describe('isolation', () => {
    it('starts no more than a few handlers in one turn of the event loop', async () => {
      const many = await h.again({ concurrency: 500 });
      await many.createJob(job({ overlap: 'allow' }));
      let turn = 0;
      let isOver = false;
      const startsOf = new Map<number, number>();
      const count = () => {
        turn++;
        if (!isOver) setImmediate(count);
      };
      count();
      h.deps.handler = () => {
        startsOf.set(turn, (startsOf.get(turn) ?? 0) + 1);
        return new Promise((resolve) => void setTimeout(resolve, 5));
      };
      await Promise.all(Array.from({ length: 300 }, () => many.trigger('job')));
      while ([...startsOf.values()].reduce((sum, n) => sum + n, 0) < 300) await many.tick();
      isOver = true;
      expect(Math.max(...startsOf.values())).toBeLessThanOrEqual(64);
    });
  });
}
