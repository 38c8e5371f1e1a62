import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { EngineOptions } from '../../src/engine/options.ts';
import { EngineError, job } from '../../src/index.ts';
import { createHarness, type Deps, type Harness, type MakeDatabase, work } from './engine-harness.ts';

const holidays = { timezone: 'Europe/Berlin', windows: [{ weekdays: ['sat', 'sun'] }] } as const;
const nightly = job(work, { id: 'a', cron: '0 3 * * *', calendar: { id: 'holidays', mode: 'skip' } });

/** Calendars that a program declares (P28, jobs in code). The ids are rows of decision 41. */
export function calendarsInCode(makeDatabase: MakeDatabase): void {
  let h: Harness;
  beforeEach(async () => {
    h = await createHarness({}, makeDatabase);
    onTestFinished(() => h.close());
  });
  const startFails = async (options: Partial<EngineOptions<Deps>>): Promise<EngineError> => {
    const error: unknown = await h.again(options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof EngineError)) throw new Error('the start did not fail');
    return error;
  };

  it('D13: a job with a declared calendar starts on a new database', async () => {
    const engine = await h.again({ jobs: [nightly], calendars: { holidays } });
    expect((await engine.getJob('a')).job).toMatchObject({ calendar: { id: 'holidays' } });
    const made = { name: 'holidays', ...holidays, createdBy: 'code' };
    expect(await engine.getCalendar('holidays')).toMatchObject(made);
  });

  it('D13: the error of a start names each fault with its place in the options', async () => {
    const calendars = {
      backwards: { windows: [{ startAt: '2030-01-02T00:00', endAt: '2030-01-01T00:00' }] },
      never: { windows: [{ fromDate: '01-01', toDate: '12-31' }] },
    };
    const error = await startFails({ jobs: [nightly, nightly], calendars });
    expect(error.code).toBe('invalid');
    expect(error.faults.map(({ pointer }) => pointer)).toEqual([
      '/calendars/backwards/windows/0/endAt',
      '/calendars/never/windows',
      '/jobs/1/id',
    ]);
    expect(await (await h.again()).listCalendars()).toEqual([]);
  });

  it('D14: a change and a delete are a conflict that says where the calendar is declared', async () => {
    const engine = await h.again({ calendars: { holidays } });
    const conflict = {
      code: 'conflict',
      message: expect.stringContaining('declared in code, in the option'),
    };
    const windows = [{ fromDate: '12-24' }];
    await expect(engine.putCalendar('holidays', { windows }, { by: 'ada' })).rejects.toMatchObject(conflict);
    await expect(engine.deleteCalendar('holidays')).rejects.toMatchObject(conflict);
    expect((await engine.putCalendar('holidays', holidays)).created).toBe(false);
  });

  it('D15: the start fails for a calendar that was made over the API, and adopt takes it over', async () => {
    await h.engine.putCalendar('holidays', holidays, { by: 'ada' });
    const error = await startFails({ calendars: { holidays } });
    expect(error.faults).toMatchObject([{ pointer: '/calendars/holidays' }]);
    expect(error.message).toContain('made by ada');
    const engine = await h.again({ calendars: { holidays: { ...holidays, adopt: true } } });
    expect(await engine.getCalendar('holidays')).toMatchObject({ createdBy: 'code' });
  });

  it('D16: a calendar that code no longer declares is deleted, unless the program has no such option', async () => {
    await h.again({ calendars: { holidays } });
    expect(await (await h.again()).listCalendars()).toHaveLength(1);
    expect(await (await h.again({ calendars: {} })).listCalendars()).toEqual([]);
  });
}
