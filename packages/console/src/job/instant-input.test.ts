import { expect, test } from 'vitest';
import { inputOfInstant, instantOfInput } from './instant-input.ts';

const AT = Date.parse('2026-01-31T09:05:00.000Z');

test('a field of UTC means UTC', () => {
  expect(inputOfInstant(AT, 'utc')).toBe('2026-01-31T09:05');
  expect(instantOfInput('2026-01-31T09:05', 'utc')).toBe('2026-01-31T09:05:00.000Z');
});

test('a field of the local zone means the same instant as it shows', () => {
  expect(instantOfInput(inputOfInstant(AT, 'local'), 'local')).toBe('2026-01-31T09:05:00.000Z');
});

test.each(['', '2026-01-31', '2026-13-31T09:05', 'soon'])('"%s" is no instant', (value) => {
  expect(instantOfInput(value, 'utc')).toBeUndefined();
});
