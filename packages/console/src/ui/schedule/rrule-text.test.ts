import { expect, test } from 'vitest';
import { rruleText } from './rrule-text.ts';

test.each([
  ['FREQ=DAILY;BYHOUR=9', 'Every day at 09:00'],
  ['FREQ=DAILY;INTERVAL=2;BYHOUR=9,17;BYMINUTE=30', 'Every second day at 09:30 and 17:30'],
  [
    'FREQ=DAILY;BYDAY=MO,TU;BYMONTH=6,7;BYHOUR=9',
    'Every day, only on Monday and Tuesday in June and July at 09:00',
  ],
  ['FREQ=WEEKLY;BYDAY=MO;BYHOUR=9', 'Every Monday at 09:00'],
  [
    'rrule: freq=weekly; byday=mo,th; byhour=9; byminute=5; bysecond=30',
    'Every Monday and Thursday at 09:05:30',
  ],
  ['FREQ=WEEKLY;BYDAY=FR,TH,WE,TU,MO;BYHOUR=9', 'Every weekday at 09:00'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9', 'Every second Monday at 09:00'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=9', 'Every second week on Monday and Friday at 09:00'],
  ['FREQ=WEEKLY;INTERVAL=3;BYDAY=MO;BYHOUR=9', 'Every 3 weeks on Monday at 09:00'],
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=18', 'Every month on the last weekday at 18:00'],
  [
    'FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,2;BYHOUR=18',
    'Every month on the first and second of Saturday or Sunday at 18:00',
  ],
  ['FREQ=MONTHLY;BYDAY=2FR,-1FR;BYHOUR=9', 'Every month on the second Friday and the last Friday at 09:00'],
  ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;BYHOUR=0', 'Every month on day 13, only on Friday at 00:00'],
  ['FREQ=MONTHLY;BYMONTHDAY=1,15,-1;BYHOUR=9', 'Every month on day 1 and 15 and the last day at 09:00'],
  ['FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-2;BYHOUR=9', 'Every 3 months on the second to last day at 09:00'],
  ['FREQ=YEARLY;BYMONTH=3;BYDAY=1SU;BYHOUR=9', 'Every year in March on the first Sunday at 09:00'],
  ['FREQ=YEARLY;BYDAY=22MO;BYHOUR=9', 'Every year on the 22nd Monday at 09:00'],
])('%s is "%s"', (rrule, words) => {
  expect(rruleText({ rrule, timezone: 'Europe/Berlin', start_at: null })).toBe(words);
});

test('what a rule leaves out comes from its start, by the clock of its time zone', () => {
  const of = (rrule: string) =>
    rruleText({ rrule, timezone: 'Asia/Tokyo', start_at: '2026-05-31T23:30:00Z' });
  expect(of('FREQ=WEEKLY')).toBe('Every Monday at 08:30');
  expect(of('FREQ=MONTHLY')).toBe('Every month on day 1 at 08:30');
  expect(of('FREQ=YEARLY')).toBe('Every year in June on day 1 at 08:30');
  expect(of('FREQ=YEARLY;BYDAY=-1SU')).toBe('Every year on the last Sunday at 08:30');
});

test.each(['FREQ=DAILY;BYHOUR=1,2,3,4,5', 'FREQ=YEARLY;BYYEARDAY=100;BYHOUR=9', 'often', ''])(
  '%s has no short words',
  (rrule) => {
    expect(rruleText({ rrule, timezone: null, start_at: null })).toBeUndefined();
  },
);
