import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from './timestamp.ts';

// Promise P2, schedule.
describe('RFC 3339 timestamps', () => {
  it.each<[string, string]>([
    ['2026-01-31T09:00:00Z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31t09:00:00z', '2026-01-31T09:00:00.000Z'],
    ['2026-01-31T09:00:00.5Z', '2026-01-31T09:00:00.500Z'],
    ['2026-01-31T09:00:00.1239999Z', '2026-01-31T09:00:00.123Z'],
    ['2026-01-31T09:00:00+05:30', '2026-01-31T03:30:00.000Z'],
    ['2026-01-31T20:00:00-08:00', '2026-02-01T04:00:00.000Z'],
    ['2024-02-29T23:59:59-00:00', '2024-02-29T23:59:59.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['0050-01-01T00:00:00Z', '0050-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('reads %s', (text, expected) => {
    expect(parseTimestamp(text)).toEqual({ ok: true, value: Date.parse(expected) });
  });

  it.each([
    '',
    '2026-01-31',
    '2026-01-31T09:00:00',
    '2026-01-31T09:00Z',
    '2026-01-31 09:00:00Z',
    '2026-01-31T09:00:00.Z',
    '2026-01-31T09:00:00+0530',
    '+02026-01-31T09:00:00Z',
    ' 2026-01-31T09:00:00Z',
    '2026-01-31T09:00:00Z\n',
    'Sat, 31 Jan 2026 09:00:00 GMT',
    '1769850000000',
  ])('refuses "%s", which has another form', (text) => {
    expect(parseTimestamp(text)).toEqual({ ok: false, detail: expect.stringContaining('RFC 3339') });
  });

  it.each([
    '2026-00-10T09:00:00Z',
    '2026-13-10T09:00:00Z',
    '2026-01-00T09:00:00Z',
    '2026-02-30T09:00:00Z',
    '2026-04-31T09:00:00Z',
    '2025-02-29T09:00:00Z',
    '1900-02-29T09:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T09:60:00Z',
    '2026-01-31T09:00:60Z',
    '2026-01-31T09:00:00+24:00',
    '2026-01-31T09:00:00+01:60',
    '9999-12-31T23:59:59-00:01',
    '0000-01-01T00:00:00+00:01',
  ])('refuses "%s", which does not exist', (text) => {
    expect(parseTimestamp(text)).toEqual({
      ok: false,
      detail: expect.stringMatching(/exist|years 0000 to 9999/),
    });
  });

  it('reads back every instant of the years 0 to 9999', () => {
    const min = Date.parse('0000-01-01T00:00:00Z');
    const max = Date.parse('9999-12-31T23:59:59.999Z');
    fc.assert(
      fc.property(fc.integer({ min, max }), (instant) => {
        expect(parseTimestamp(new Date(instant).toISOString())).toEqual({ ok: true, value: instant });
      }),
    );
  });
});
