import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cronClock } from '../cron/cron.ts';
import { wallPattern } from '../cron/wall-pattern.ts';
import { shortestGapOf } from './shortest-gap.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  ['* * * * * *', 1_000],
  ['*/20 * * * * *', 20_000],
  ['0,59 * 3 * * *', 1_000],
  ['0,50 0,59 * * * *', 10_000],
  ['*/7 * * * *', 4 * MINUTE],
  ['0,59 * * * *', MINUTE],
  ['0 */5 * * *', 4 * HOUR],
  ['0 0,23 * * *', HOUR],
  ['0 3 * * *', DAY],
  ['0 3 * * MON,THU', 3 * DAY],
  ['0 0 1 * *', 28 * DAY],
  ['0 0 31 * *', 31 * DAY],
  ['0 0 29 2 *', 1_461 * DAY],
  ['50 23 1 * *', 28 * DAY],
  ['55,5 0,23 L,1 * *', 10 * MINUTE],
])('judges every gap of %s', (cron, gap) => {
  expect(shortestGapOf(wallPattern(cron))).toBe(gap);
});

const list = (max: number, most: number) =>
  fc.uniqueArray(fc.nat(max), { minLength: 1, maxLength: most }).map((values) => values.join(','));

test('finds the shortest of all gaps that the slots of three weeks have', () => {
  fc.assert(
    fc.property(list(59, 3), list(23, 3), list(6, 4), (minute, hour, weekday) => {
      const cron = `${minute} ${hour} * * ${weekday}`;
      const clock = cronClock(cron, 'UTC');
      const from = Date.UTC(2028, 0, 1);
      let least = Number.POSITIVE_INFINITY;
      for (let slot = clock.next(from) ?? 0; slot < from + 21 * DAY; ) {
        const next = clock.next(slot) ?? 0;
        least = Math.min(least, next - slot);
        slot = next;
      }
      expect(shortestGapOf(wallPattern(cron))).toBe(least);
    }),
    { numRuns: 50 },
  );
});
