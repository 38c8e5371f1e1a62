import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createHarness, type Harness, type MakeDatabase, T0, work } from './engine-harness.ts';

const HOUR = 3_600_000;
const at = (hours: number) => T0 + hours * HOUR;
const between = (from: number, to: number) => ({
  startAt: new Date(at(from)).toISOString(),
  endAt: new Date(at(to)).toISOString(),
});
const SKIP = { id: 'c', mode: 'skip' } as const;
const MOVE = { id: 'c', mode: 'move' } as const;

// Promise P33, calendars and ends. The ids are rows of decision 41.
export function calendars(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
    await h.engine.putCalendar('c', { windows: [between(1.5, 4.5)] });
  });
  const hourly = { id: 'sync', interval: '1h' } as const;

  it('K19: a preview leaves out skipped slots, and has one run at the end of a window', async () => {
    const slotsOf = async (calendar: typeof SKIP | typeof MOVE) => {
      const { slots, times } = await h.engine.preview({ schedule: { interval: '1h', calendar }, count: 3 });
      return { slots, times };
    };
    expect(await slotsOf(SKIP)).toEqual({ slots: [at(1), at(5), at(6)], times: [at(1), at(5), at(6)] });
    expect(await slotsOf(MOVE)).toEqual({ slots: [at(1), at(4), at(5)], times: [at(1), at(4.5), at(5)] });
    const each = { interval: '1h', calendar: MOVE, overlap: 'queue', catchUp: 'all' } as const;
    expect((await h.engine.preview({ schedule: each, count: 4 })).times).toEqual([
      at(1),
      at(4.5),
      at(4.5),
      at(4.5),
    ]);
  });

  it('K19: the preview of an edit shows the calendar before and after it', async () => {
    await h.engine.schedule(work, hourly);
    h.clock.advance(1.25 * HOUR);
    await h.engine.tick();
    const moved = await h.engine.preview({ jobId: 'sync', patch: { calendar: MOVE }, count: 1 });
    expect(moved).toMatchObject({ before: at(2), slots: [at(4)], times: [at(4.5)] });
    await h.engine.patchJob('sync', { calendar: SKIP });
    const plain = await h.engine.preview({ jobId: 'sync', patch: { calendar: null }, count: 1 });
    expect(plain).toMatchObject({ before: at(5), times: [at(2)] });
    expect((await h.engine.preview({ jobId: 'sync', patch: {}, count: 2 })).times).toEqual([at(5), at(6)]);
  });

  it.each([
    ['skip', SKIP, [1, 5, 6, 7]],
    ['move', MOVE, [1, 4.5, 5, 6, 7]],
  ] as const)('K19: the forecast of a job with %s', async (_mode, calendar, hours) => {
    await h.engine.schedule(work, { ...hourly, calendar });
    const { steps } = await h.engine.forecast({ step: 'minute', hours: 8 });
    const counted = steps.flatMap((step) => (step.runs > 0 ? [[step.at, step.runs]] : []));
    expect(counted).toEqual(hours.map((hour) => [at(hour), 1]));
  });

  it('K19: a forecast counts many slots of a minute together', async () => {
    await h.engine.putCalendar('c', { windows: [between(0.5, 1)] });
    await h.engine.schedule(work, { id: 'often', interval: '10s', calendar: MOVE });
    const { steps } = await h.engine.forecast({ hours: 2 });
    // 180 slots in the first half hour, one run for the others of the hour, and those of the second hour.
    expect(steps.map(({ runs }) => runs).slice(0, 2)).toEqual([179, 360]);
  });

  it('K16: a backfill leaves out slots inside windows that skip, and counts them', async () => {
    await h.engine.schedule(work, { ...hourly, calendar: SKIP });
    h.clock.advance(6.25 * HOUR);
    const asked = { from: at(0.5), to: at(6), dryRun: true };
    const plan = await h.engine.backfillJob('sync', asked);
    expect(plan.blackout).toBe(3);
    await h.engine.patchJob('sync', { calendar: MOVE });
    expect((await h.engine.backfillJob('sync', asked)).blackout).toBe(0);
  });

  it('K11: after a change of the calendar, the next run follows by itself', async () => {
    await h.engine.schedule(work, { ...hourly, calendar: SKIP });
    await h.engine.putCalendar('c', { windows: [between(0.5, 1.5)] });
    await h.engine.tick();
    expect((await h.engine.getJob('sync')).job.nextRunAt).toBe(at(2));
  });

  describe('refuses', () => {
    it.each([
      ['a calendar of a job without slots', { onDemand: true, calendar: MOVE }],
      ['to skip slots of a fixed delay', { interval: '1h', intervalMode: 'fixed_delay', calendar: SKIP }],
    ] as const)('%s', async (_name, schedule) => {
      const refused = { code: 'invalid', faults: [{ pointer: '/calendar' }] };
      await expect(h.engine.putJob({ id: 'a', name: 'A', type: 'work', ...schedule })).rejects.toMatchObject(
        refused,
      );
      await expect(h.engine.preview({ schedule })).rejects.toMatchObject(refused);
    });

    it('an unknown calendar, and a delete of one in use (K12)', async () => {
      const other = { id: 'other', mode: 'skip' } as const;
      const refused = { code: 'invalid', faults: [{ pointer: '/calendar/id' }] };
      await expect(h.engine.schedule(work, { ...hourly, calendar: other })).rejects.toMatchObject(refused);
      const schedule = { interval: '1h', calendar: other } as const;
      await expect(h.engine.preview({ schedule })).rejects.toMatchObject(refused);
      await h.engine.schedule(work, { ...hourly, calendar: SKIP });
      await expect(h.engine.deleteCalendar('c')).rejects.toThrow(/Jobs use the calendar "c": "sync"/);
    });
  });

  it('an equal calendar changes nothing, and an edit without one removes it', async () => {
    await h.engine.schedule(work, { ...hourly, calendar: SKIP });
    const again = await h.engine.schedule(work, { ...hourly, calendar: { ...SKIP } });
    expect(again).toMatchObject({ created: false, job: { version: 1, calendar: SKIP } });
    expect((await h.engine.schedule(work, hourly)).job).not.toHaveProperty('calendar');
    const { definition } = await h.engine.getJobVersion('sync', 1);
    expect(definition.calendar).toEqual(SKIP);
  });
}
