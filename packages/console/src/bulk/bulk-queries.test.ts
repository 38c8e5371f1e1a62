import { expect, test } from 'vitest';
import { readAgainAfter } from './bulk-queries.ts';

test('running commands are read again, but not after a failed read or without a session', () => {
  const reading = { isSignedIn: true, hasFailed: false };
  const running = [{ status: 'finished' }, { status: 'cancelling' }] as const;
  expect(readAgainAfter(running, reading)).toBeGreaterThan(0);
  expect(readAgainAfter(running, { ...reading, isSignedIn: false })).toBe(false);
  expect(readAgainAfter(running, { ...reading, hasFailed: true })).toBe(false);
  expect(readAgainAfter([{ status: 'cancelled' }, { status: 'interrupted' }], reading)).toBe(false);
  expect(readAgainAfter(undefined, reading)).toBe(false);
});
