import { describe, expect, it } from 'vitest';
import { type CalendarDefinition, MOST_CALENDARS } from '../../src/core/store/calendar-store.ts';
import type {
  CalendarInCode,
  DeclareInput,
  DeclareResult,
  JobInCode,
} from '../../src/core/store/store-declarations.ts';
import { definitionOf, every, HOUR, type MakeStore, MINUTE, T0, useStore } from './rig.ts';

const WEEKENDS: CalendarDefinition = {
  name: 'Weekends',
  timezone: 'UTC',
  windows: [{ weekdays: ['sat', 'sun'] }],
};
/** The first three hours. */
const MORNING: CalendarDefinition = {
  ...WEEKENDS,
  windows: [{ startAt: new Date(T0).toISOString(), endAt: new Date(T0 + 2.5 * HOUR).toISOString() }],
};

const named = (id: string, calendar = WEEKENDS, adopt = false): CalendarInCode => ({ id, calendar, adopt });
const using = (id: string, calendar?: string): JobInCode => ({
  definition: definitionOf(id, {
    schedule: every(HOUR),
    ...(calendar === undefined ? {} : { calendar: { id: calendar, mode: 'skip' } }),
  }),
  place: 'src/jobs.ts:1',
  adopt: false,
  shown: '{}',
});

// Promise P28, jobs in code. The ids are rows of decision 41.
export function calendarsInCodeContract(makeStore: MakeStore): void {
  describe('calendars in code', () => {
    const t = useStore(makeStore);

    const declare = (
      calendars: readonly CalendarInCode[],
      more: Partial<DeclareInput> = {},
    ): Promise<DeclareResult> =>
      t.store.declareJobs({
        node: 'self',
        startedAt: t.clock.now(),
        release: 8,
        isStart: true,
        calendars,
        ...more,
      });
    const put = (id: string, calendar = WEEKENDS, by = 'ada') =>
      t.store.changeCalendar({ id, command: { kind: 'put', calendar, by } });
    const remove = (id: string) => t.store.changeCalendar({ id, command: { kind: 'delete' } });
    const ids = async () => (await t.store.listCalendars()).map(({ id }) => id);
    const NOTHING = { kind: 'done', created: [], changed: [], calendars: [] };

    it('D13: calendars are written before the jobs that name them, in the log of changes as made by code', async () => {
      const jobs = [using('a', 'c')];
      const made = await declare([named('c', MORNING)], { jobs });
      expect(made).toMatchObject({ kind: 'done', created: [{ id: 'a' }], calendars: ['c'] });
      expect((await t.job('a')).nextRunAt).toBe(T0 + 3 * HOUR);
      expect(await t.store.listCalendars()).toEqual([
        { id: 'c', ...MORNING, createdBy: 'code', createdAt: T0, updatedAt: T0 },
      ]);
      const [audit] = await t.store.listAudit({ limit: 1, target: 'c' });
      expect(audit).toMatchObject({ actor: 'code', action: 'calendar.put' });
      expect(JSON.parse(audit?.change ?? '')).toEqual({ ...MORNING, release: 8 });
    });

    it('D13: an equal calendar writes nothing, and a changed one moves the jobs that use it', async () => {
      const jobs = [using('a', 'c')];
      await declare([named('c')], { jobs });
      await t.create('made', { schedule: every(HOUR), calendar: { id: 'c', mode: 'skip' } });
      const before = [await t.store.listCalendars(), await t.job('a'), await t.job('made')];
      t.clock.advance(10_000);
      expect(await declare([named('c')], { jobs })).toEqual(NOTHING);
      expect([await t.store.listCalendars(), await t.job('a'), await t.job('made')]).toEqual(before);
      expect(await declare([named('c', MORNING)], { jobs })).toEqual({ ...NOTHING, calendars: ['c'] });
      await t.plan();
      expect([(await t.job('a')).nextRunAt, (await t.job('made')).nextRunAt]).toEqual([
        T0 + 3 * HOUR,
        T0 + 3 * HOUR,
      ]);
      expect((await t.job('a')).version).toBe(1);
    });

    it('D13: with a fault in a job or a calendar, neither is written', async () => {
      await put('mine');
      const faulty = await declare([named('c'), named('mine')], {
        jobs: [using('a', 'c'), using('b', 'none')],
      });
      expect(faulty).toMatchObject({
        kind: 'refused',
        faults: [{ calendarId: 'mine' }, { jobId: 'b', pointer: '/calendar/id' }],
      });
      expect(await ids()).toEqual(['mine']);
      expect((await t.store.getJob('a', {}))?.job).toBeUndefined();
    });

    it('D13: a program without the option leaves calendars alone, and one without jobs leaves jobs alone', async () => {
      await declare([named('c')], { jobs: [using('a')] });
      expect(await declare([named('c')])).toEqual(NOTHING);
      expect(await t.job('a')).toMatchObject({ status: 'active' });
      expect(
        await t.store.declareJobs({ node: 'self', startedAt: T0, release: 8, isStart: true, jobs: [] }),
      ).toMatchObject({ changed: [{ event: 'job.paused' }], calendars: [] });
      expect(await ids()).toEqual(['c']);
    });

    it('D14: an edit and a delete by others are refused; an equal edit changes nothing', async () => {
      await declare([named('c')]);
      t.clock.advance(MINUTE);
      const [calendar] = await t.store.listCalendars();
      expect(await put('c', MORNING)).toEqual({ kind: 'declared' });
      expect(await remove('c')).toEqual({ kind: 'declared' });
      expect(await put('c')).toEqual({ kind: 'done', isNew: false, calendar });
      expect(await t.store.listCalendars()).toEqual([calendar]);
    });

    it('D14: a calendar of a person whose name is that of code belongs to this person', async () => {
      expect(await put('c', WEEKENDS, 'code')).toMatchObject({ kind: 'done' });
      expect(await put('c', MORNING, 'code')).toMatchObject({ kind: 'done' });
      expect(await remove('c')).toMatchObject({ kind: 'done' });
    });

    it('D15: a calendar of the same id that was made elsewhere is a fault; with adopt, code takes it over', async () => {
      await put('c');
      const detail = expect.stringMatching(/made by ada\).*adopt: true$/);
      expect(await declare([named('c')])).toEqual({ kind: 'refused', faults: [{ calendarId: 'c', detail }] });
      t.clock.advance(MINUTE);
      expect(await declare([named('c', WEEKENDS, true)])).toEqual({ ...NOTHING, calendars: ['c'] });
      expect(await t.store.listCalendars()).toMatchObject([{ createdBy: 'code', createdAt: T0 }]);
      expect(await remove('c')).toEqual({ kind: 'declared' });
      expect(await declare([named('c', WEEKENDS, true)])).toEqual(NOTHING);
    });

    it('D16: a calendar that is gone is deleted once no job uses it', async () => {
      await declare([named('c'), named('unused')], { jobs: [using('a', 'c')] });
      expect(await declare([], { jobs: [using('a', 'c')] })).toEqual({ ...NOTHING, calendars: ['unused'] });
      expect(await put('c', MORNING)).toEqual({ kind: 'declared' });
      await t.create('made', { schedule: every(HOUR), calendar: { id: 'c', mode: 'skip' } });
      expect(await declare([], { jobs: [using('a')] })).toMatchObject({ changed: [{}], calendars: [] });
      await t.done('made', { kind: 'delete' });
      expect(await declare([], { jobs: [using('a')] })).toEqual({ ...NOTHING, calendars: ['c'] });
      expect(await ids()).toEqual([]);
    });

    it('D16: a job that goes in the same start no longer uses it', async () => {
      await declare([named('c')], { jobs: [using('a', 'c')] });
      expect(await declare([], { jobs: [using('a')] })).toMatchObject({ changed: [{}], calendars: ['c'] });
      expect(await declare([], { jobs: [using('a', 'c')] })).toMatchObject({
        faults: [{ jobId: 'a', pointer: '/calendar/id' }],
      });
    });

    it('there are no more than the bound', async () => {
      for (let n = 1; n < MOST_CALENDARS; n += 1) await put(`made-${n}`);
      const detail = expect.stringContaining(`${MOST_CALENDARS} calendars already`);
      expect(await declare([named('a'), named('b')])).toEqual({
        kind: 'refused',
        faults: [{ calendarId: 'b', detail }],
      });
      expect(await declare([named('a')])).toMatchObject({ calendars: ['a'] });
    });
  });
}
