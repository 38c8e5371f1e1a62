import { cronClock, cronFault } from '../../../src/core/schedule/cron/cron.ts';
import { isTimezone } from '../../../src/core/time/timezone.ts';
import { naiveCronNext, plainCron } from '../naive-cron.ts';
import { check, checkAdvice, checkSame, inTime } from '../oracle.ts';
import { instantIn, linesOf } from '../text-input.ts';

/** Three lines: the expression, a time zone, an instant. The next slot is the one of a slow, independent search. */
export function fuzz(bytes: Uint8Array): void {
  const [cron = '', zone = '', at = ''] = linesOf(bytes);
  const timezone = isTimezone(zone) ? zone : 'UTC';
  const fault = inTime(() => cronFault(cron));
  if (fault !== undefined) return checkAdvice(fault);
  const after = instantIn(at);
  const clock = cronClock(cron, timezone);
  const next = inTime(() => clock.next(after));
  const plain = plainCron(cron);
  if (plain !== undefined) {
    const slots = cronClock(cron, 'UTC');
    checkSame(
      slots.next(after),
      naiveCronNext(plain, after),
      `the next slot of ${cron} after ${after} in UTC`,
    );
  }
  if (next === undefined) return;
  check(next > after, () => `the slot ${next} is not after ${after}`);
  checkSame(
    inTime(() => clock.previous(next + 1)),
    next,
    'the slot before the one after it',
  );
  checkSame(
    inTime(() => clock.next(next - 1)),
    next,
    'the slot from the instant before it',
  );
  checkSame(
    inTime(() => clock.count(after, next, 10)),
    1,
    'the count up to the next slot',
  );
  const second = inTime(() => clock.next(next));
  if (second === undefined) return;
  checkSame(
    inTime(() => clock.previous(second)),
    next,
    'the slot before the second one',
  );
  checkSame(
    inTime(() => clock.count(after, second, 10)),
    2,
    'the count up to the second slot',
  );
}
