import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { clockChange, futureFault, instantDraft, onClock, readInstant, UNFINISHED } from './instant-draft.ts';

afterEach(() => vi.unstubAllEnvs());

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Pacific/Apia',
];

test.each(ZONES)('an instant survives formatting and parsing in %s, on either clock', (zone) => {
  vi.stubEnv('TZ', zone);
  fc.assert(
    fc.property(
      fc.date({
        min: new Date('1970-01-02T00:00:00Z'),
        max: new Date('2100-01-01T00:00:00Z'),
        noInvalidDate: true,
      }),
      (date) => {
        const iso = date.toISOString();
        const draft = instantDraft(iso);
        expect(readInstant(draft)).toBe(iso);
        expect(readInstant(onClock(draft, 'utc'))).toBe(iso);
        expect(readInstant(instantDraft(iso, 'utc'))).toBe(iso);
      },
    ),
  );
});

describe('in Berlin', () => {
  const local = (text: string) => ({ text, zone: 'local' }) as const;

  test('a time omits parts that are zero', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    expect(instantDraft('2026-06-01T07:00:00.000Z')).toEqual(local('2026-06-01T09:00'));
    expect(instantDraft('2026-06-01T07:00:05.000Z')).toEqual(local('2026-06-01T09:00:05'));
    expect(instantDraft('2026-06-01T07:00:00.250Z')).toEqual(local('2026-06-01T09:00:00.250'));
    expect(instantDraft(null)).toEqual(local(''));
  });

  test('an incomplete time is no instant and keeps its text on the other clock', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    for (const text of ['', '2026-06-01', '2026-02-30T25:00', 'tomorrow']) {
      expect(readInstant(local(text))).toBeUndefined();
      expect(onClock(local(text), 'utc')).toEqual({ text, zone: 'utc' });
    }
  });

  test('the second pass of an hour that comes twice is written in UTC', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    expect(instantDraft('2026-10-25T00:30:00.000Z')).toEqual(local('2026-10-25T02:30'));
    expect(instantDraft('2026-10-25T01:30:00.000Z')).toEqual({ text: '2026-10-25T01:30', zone: 'utc' });
  });

  test('skipped and repeated times are recognized', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    expect(clockChange(local('2026-03-29T02:30'))).toBe('skipped');
    expect(clockChange(local('2026-10-25T02:30'))).toBe('twice');
    expect(clockChange(local('2026-10-25T03:30'))).toBeUndefined();
    expect(clockChange(local('2026-06-01T02:30'))).toBeUndefined();
    expect(clockChange({ text: '2026-10-25T02:30', zone: 'utc' })).toBeUndefined();
  });
});

test('a clock change of half an hour is recognized', () => {
  vi.stubEnv('TZ', 'Australia/Lord_Howe');
  expect(clockChange({ text: '2026-04-05T01:45', zone: 'local' })).toBe('twice');
});

test('an optional time must be complete and in the future', () => {
  const now = Date.parse('2026-01-31T09:00:00Z');
  const fault = (text: string) => futureFault({ text, zone: 'utc' }, now);
  expect(fault('')).toBeUndefined();
  expect(fault('2026-01-31T09:01')).toBeUndefined();
  expect(fault('2026-01-31T09:00')).toContain('in the future');
  expect(fault('2026-01-31')).toBe(UNFINISHED);
  expect(futureFault({ text: '', zone: 'utc', isUnfinished: true }, now)).toBe(UNFINISHED);
});

test('an incomplete time stays incomplete on the other clock', () => {
  expect(onClock({ text: '', zone: 'local', isUnfinished: true }, 'utc')).toMatchObject({
    isUnfinished: true,
  });
});
