import type { Calendar } from '@greenvue/jobs/client';
import { describe, expect, test } from 'vitest';
import { calendarBody, draftOfCalendar, isComplete, newCalendar, withOneMore } from './window-draft.ts';
import { labelOfPointer, windowText } from './window-words.ts';

const calendar: Calendar = {
  id: 'holidays',
  name: 'Public holidays',
  timezone: 'Europe/Berlin',
  windows: [
    { weekdays: ['sat', 'sun'], from: '00:00', to: '24:00' },
    { weekdays: ['mon'], from: '22:00', to: '06:00' },
    { from_date: '12-24', to_date: '01-01' },
    { from_date: '05-01', to_date: '05-01' },
    { start_at: '2036-04-14T20:00', end_at: '2036-04-15T04:00:00Z' },
  ],
  created_by: null,
  created_at: '2026-01-31T09:00:00.000Z',
  updated_at: '2026-01-31T09:00:00.000Z',
};

describe('a calendar in the form', () => {
  test('is sent as it was, with defaults left out', () => {
    const draft = draftOfCalendar(calendar);
    expect(isComplete(draft)).toBe(true);
    expect(calendarBody(draft)).toEqual({
      name: 'Public holidays',
      timezone: 'Europe/Berlin',
      windows: [
        { weekdays: ['sat', 'sun'] },
        { weekdays: ['mon'], from: '22:00', to: '06:00' },
        { from_date: '12-24', to_date: '01-01' },
        { from_date: '05-01' },
        { start_at: '2036-04-14T20:00', end_at: '2036-04-15T04:00:00Z' },
      ],
    });
  });

  test('has no name of its own if the name is the id', () => {
    const draft = draftOfCalendar({ ...calendar, name: 'holidays' });
    expect(draft.name).toBe('');
    expect(calendarBody(draft)).not.toHaveProperty('name');
  });

  test('is complete once each window has what its kind needs', () => {
    const draft = newCalendar('UTC');
    const [window] = draft.windows;
    if (window === undefined) throw new Error('a new calendar has a window');
    const complete = (change: Partial<typeof window>) =>
      isComplete({ ...draft, id: 'c', windows: [{ ...window, ...change }] });
    expect(complete({})).toBe(false);
    expect(complete({ weekdays: ['sat'] })).toBe(true);
    expect(complete({ kind: 'yearly', weekdays: ['sat'] })).toBe(false);
    expect(complete({ kind: 'yearly', fromDate: '12-24' })).toBe(true);
    expect(complete({ kind: 'single', startAt: '2036-04-14T20:00' })).toBe(false);
    expect(isComplete({ ...draft, id: 'c', windows: [] })).toBe(false);
    expect(isComplete({ ...draft, windows: [{ ...window, weekdays: ['sat'] }] })).toBe(false);
  });

  test('gives each further window a key of its own', () => {
    const three = withOneMore(withOneMore(newCalendar('UTC').windows));
    const again = withOneMore(three.filter(({ key }) => key !== 1));
    expect(again.map(({ key }) => key)).toEqual([0, 2, 3]);
  });
});

test('windows in words', () => {
  expect(calendar.windows.map(windowText)).toEqual([
    'Saturday, Sunday',
    'Monday, 22:00 to 06:00',
    'each year, 12-24 to 01-01',
    'each year, 05-01',
    'once, 2036-04-14T20:00 to 2036-04-15T04:00:00Z',
  ]);
});

test('a fault names its window', () => {
  expect(labelOfPointer('/windows/1/to')).toBe('Window 2: the end');
  expect(labelOfPointer('/windows/0')).toBe('Window 1');
  expect(labelOfPointer('/windows')).toBe('The windows');
  expect(labelOfPointer('/calendar_id')).toBe('The id');
});
