import { describe, expect, it } from 'vitest';
import type { CalendarDefinition } from '../../src/core/store/calendar-store.ts';
import { MOST_CALENDARS } from '../../src/core/store/calendar-store.ts';
import { type MakeStore, MINUTE, type Rig, useStore } from './rig.ts';

const WEEKENDS: CalendarDefinition = {
  name: 'Weekends',
  timezone: 'Europe/Berlin',
  windows: [{ weekdays: ['sat', 'sun'] }],
};

// Promise P33, calendars and ends.
export function calendarsContract(makeStore: MakeStore): void {
  describe('calendars', () => {
    const t: Rig = useStore(makeStore);
    const put = (id: string, calendar = WEEKENDS, by?: string) =>
      t.store.changeCalendar({ id, command: { kind: 'put', calendar, by } });
    const remove = (id: string) => t.store.changeCalendar({ id, command: { kind: 'delete' } });

    it('are created, replaced, listed by id and deleted, with who and when', async () => {
      const at = t.clock.now();
      const made = { id: 'weekends', ...WEEKENDS, createdBy: 'ada', createdAt: at, updatedAt: at };
      expect(await put('weekends', WEEKENDS, 'ada')).toEqual({ kind: 'done', isNew: true, calendar: made });
      await put('holidays', { ...WEEKENDS, windows: [{ fromDate: '12-24', toDate: '01-01' }] });
      t.clock.advance(MINUTE);
      const audit = { actor: 'bob', action: 'calendar.put', change: '{}' };
      const calendar = { ...WEEKENDS, timezone: 'UTC' };
      const again = { id: 'weekends', command: { kind: 'put', calendar, by: 'bob' }, audit } as const;
      const changed = { ...made, timezone: 'UTC', updatedAt: at + MINUTE };
      expect(await t.store.changeCalendar(again)).toEqual({ kind: 'done', isNew: false, calendar: changed });
      const listed = await t.store.listCalendars();
      expect(listed.map(({ id }) => id)).toEqual(['holidays', 'weekends']);
      expect(listed[1]).toEqual(changed);
      expect(await t.store.listAudit({ limit: 1 })).toMatchObject([{ ...audit, target: 'weekends' }]);
      expect(await remove('weekends')).toMatchObject({ kind: 'done', calendar: changed });
      expect(await remove('weekends')).toEqual({ kind: 'absent' });
    });

    it('are bounded', async () => {
      for (let n = 0; n < MOST_CALENDARS; n += 1) await put(`c${n}`);
      expect(await put('another')).toEqual({ kind: 'too_many' });
      expect(await put('c0')).toMatchObject({ kind: 'done' });
    });
  });
}
