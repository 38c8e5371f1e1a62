import { expect, test } from 'vitest';
import { clockChange, offsetText } from './offset.ts';

const WINTER = Date.parse('2026-03-28T08:00:00Z');
const SUMMER = Date.parse('2026-03-29T07:00:00Z');

test('an offset names the hours from UTC', () => {
  expect(offsetText(WINTER, 'Europe/Berlin')).toBe('UTC+01:00');
  expect(offsetText(SUMMER, 'Europe/Berlin')).toBe('UTC+02:00');
  expect(offsetText(WINTER, 'America/St_Johns')).toBe('UTC-02:30');
  expect(offsetText(WINTER, 'UTC')).toBe('UTC');
});

test('a change of the clocks lies between two instants with different offsets', () => {
  expect(clockChange(WINTER, SUMMER, 'Europe/Berlin')).toEqual({ from: 'UTC+01:00', to: 'UTC+02:00' });
  expect(clockChange(WINTER, SUMMER, 'Asia/Tokyo')).toBeUndefined();
});
