import { expect, test } from 'vitest';
import { readUntil } from './until.ts';

const NOW = Date.parse('2026-01-31T09:00:00Z');

test('nothing typed is no end', () => {
  expect(readUntil('', { zone: 'utc', now: NOW })).toEqual({ ok: true, at: undefined });
});

test('a time is read in the zone that the page shows', () => {
  expect(readUntil('2026-02-01T10:30', { zone: 'utc', now: NOW })).toEqual({
    ok: true,
    at: '2026-02-01T10:30:00.000Z',
  });
  const local = new Date(2026, 1, 1, 10, 30).toISOString();
  expect(readUntil('2026-02-01T10:30', { zone: 'local', now: NOW })).toEqual({ ok: true, at: local });
});

test('a time that has passed, and what is none, are faults', () => {
  expect(readUntil('2026-01-31T09:00', { zone: 'utc', now: NOW }).ok).toBe(false);
  expect(readUntil('2025-01-01T00:00', { zone: 'local', now: NOW }).ok).toBe(false);
  expect(readUntil('tomorrow', { zone: 'utc', now: NOW }).ok).toBe(false);
});
