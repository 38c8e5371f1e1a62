import { expect, test } from 'vitest';
import { stepOfKey } from './slider-keys.ts';

test.each([
  ['ArrowLeft', 14],
  ['ArrowDown', 14],
  ['ArrowRight', 16],
  ['ArrowUp', 16],
  ['PageDown', 5],
  ['PageUp', 25],
  ['Home', 0],
  ['End', 39],
  ['Enter', undefined],
])('%s leads from step 15 of 40 to step %s', (key, step) => {
  expect(stepOfKey(key, 15, 40)).toBe(step);
});

test.each([
  ['PageDown', 3, 0],
  ['ArrowLeft', 0, 0],
  ['PageUp', 35, 39],
  ['ArrowRight', 39, 39],
] as const)('%s at step %i of 40 stops at step %i', (key, from, step) => {
  expect(stepOfKey(key, from, 40)).toBe(step);
});
