import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createHarness, type Harness, job, type MakeDatabase, T0, work } from './engine-harness.ts';

const HOUR = 3_600_000;
const AT = T0 + HOUR;
const TEXT = new Date(AT).toISOString();
const TIMES = [
  ['a text', TEXT],
  ['a Date', new Date(AT)],
  ['a Temporal.Instant', { epochMilliseconds: AT }],
] as const;

/** Jobs of a given type, and times as code has them. */
export function scheduling(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
  });

  // Promise P16, edit.
  describe('schedule', () => {
    it('creates a job of the type, named after its id unless it has a name', async () => {
      const { created, job } = await h.engine.schedule(work, {
        id: 'often',
        interval: '10m',
        payload: { n: 1 },
      });
      expect(created).toBe(true);
      expect(job).toMatchObject({ id: 'often', name: 'often', type: 'work', payload: '{"n":1}' });
      await h.engine.schedule('work', { id: 'named', name: 'Each hour', cron: '0 * * * *' });
      expect((await h.engine.getJob('named')).job).toMatchObject({ name: 'Each hour', payload: '{"n":0}' });
    });

    it('changes nothing when the job is as given, and resets what is left out when it is not', async () => {
      const input = { id: 'often', interval: '10m', payload: { n: 1 }, timeout: '1m' };
      await h.engine.schedule(work, input);
      const again = await h.engine.schedule(work, { ...input, interval: '600s' });
      expect(again).toMatchObject({ created: false, job: { version: 1 } });
      const { timeout: _, ...less } = input;
      const changed = await h.engine.schedule(work, less);
      expect(changed.job).toMatchObject({ version: 2, timeoutMs: 1_800_000 });
    });

    it('refuses a type that is not registered', async () => {
      const refused = { code: 'invalid', faults: [{ pointer: '/type' }] };
      await expect(h.engine.schedule('wrok', { id: 'a', onDemand: true })).rejects.toMatchObject(refused);
    });
  });

  it.each(TIMES)(
    'a time may be %s: of a schedule, a start, a run by hand and the end of a pause',
    async (_, at) => {
      await h.engine.schedule(work, { id: 'once', runAt: at });
      expect((await h.engine.getJob('once')).job.schedule).toEqual({ kind: 'run_at', runAt: AT });
      await h.engine.schedule(work, { id: 'every', interval: '1h', startAt: at });
      expect((await h.engine.getJob('every')).job.nextRunAt).toBe(AT);
      await h.engine.createJob(job({ overlap: 'allow' }));
      const { run } = await h.engine.trigger('job', { runAt: at });
      expect(run).toMatchObject({ availableAt: AT });
      const paused = await h.engine.pauseJob('job', { until: at });
      expect(paused.job.pause?.until).toBe(AT);
      const preview = await h.engine.preview({ schedule: { runAt: at }, count: 2 });
      expect(preview.times).toEqual([AT]);
    },
  );

  // Promises P33, calendars and ends; P34, spread.
  describe('ends and spread', () => {
    const ENDS = { interval: '1h', endAt: T0 + 3 * HOUR, maxRuns: 2, spread: '30m' } as const;
    const input = { ...ENDS, id: 'sync', endAt: new Date(ENDS.endAt) };

    it.each(TIMES)('an end may be %s', async (_, at) => {
      const { job: made } = await h.engine.schedule(work, { id: 'ends', interval: '1h', endAt: at });
      expect(made.schedule).toMatchObject({ endAt: AT });
    });

    it('an equal call changes nothing, and one without them removes them', async () => {
      const { job: made } = await h.engine.schedule(work, input);
      expect(made.schedule).toMatchObject({ endAt: ENDS.endAt, maxRuns: 2, spreadMs: HOUR / 2 });
      const again = await h.engine.schedule(work, { ...input, spread: '1800s' });
      expect(again).toMatchObject({ created: false, job: { version: 1 } });
      const { job: plain } = await h.engine.schedule(work, { id: 'sync', interval: '1h' });
      expect(plain.schedule).toEqual({
        kind: 'interval',
        interval: '1h',
        everyMs: HOUR,
        mode: 'fixed_rate',
      });
    });

    it('S6: a spread longer than the interval, or than 24 h, is refused', async () => {
      const refused = { code: 'invalid', faults: [{ pointer: '/spread' }] };
      const longer = [
        { interval: '1h', spread: '61m' },
        { interval: '48h', spread: '25h' },
        { cron: '0 3 * * SUN', spread: '25h' },
      ];
      for (const schedule of longer)
        await expect(h.engine.schedule(work, { id: 'sync', ...schedule })).rejects.toMatchObject(refused);
      await h.engine.schedule(work, { id: 'sync', interval: '1h', spread: '60m' });
    });

    it('S7, K19: preview and forecast have the assigned times, up to the end', async () => {
      const { job: made } = await h.engine.schedule(work, input);
      const offset = (made.nextRunAt ?? 0) - AT;
      const slots = [AT, AT + HOUR];
      const times = slots.map((slot) => slot + offset);
      expect(await h.engine.preview({ jobId: 'sync', patch: {} })).toMatchObject({ slots, times });
      const other = await h.engine.preview({ jobId: 'sync', patch: { maxRuns: 9 } });
      expect(other.slots).toEqual([...slots, AT + 2 * HOUR]);
      const plain = await h.engine.preview({ schedule: ENDS_AS_TEXT });
      expect(plain).toMatchObject({ slots, times: slots });
      const { steps } = await h.engine.forecast({ step: 'minute', hours: 4 });
      const counted = steps.flatMap(({ at, runs }) => (runs > 0 ? [at] : []));
      expect(counted).toEqual(times.map((at) => at - (at % 60_000)));
    });

    const ENDS_AS_TEXT = { ...ENDS, endAt: new Date(ENDS.endAt).toISOString() };
  });

  it('an invalid Date is refused, with a pointer', async () => {
    const refused = {
      code: 'invalid',
      faults: [{ pointer: '/runAt', detail: expect.stringContaining('RFC 3339') }],
    };
    const runAt = new Date(Number.NaN);
    await expect(h.engine.schedule(work, { id: 'once', runAt })).rejects.toMatchObject(refused);
  });
}
