import { expect, test } from 'vitest';
import { goDurationMs } from './go-duration.ts';

test.each([
  ['250ms', 250],
  ['1.5s', 1_500],
  ['.5s', 500],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['24h', 86_400_000],
  ['1m250ms', 60_250],
  ['0', 0],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(goDurationMs(text)).toBe(ms);
});

test.each(['', '5', '5 m', 'm', '5x', '1h 30m', '-5m'])('"%s" is no duration', (text) => {
  expect(goDurationMs(text)).toBeUndefined();
});
