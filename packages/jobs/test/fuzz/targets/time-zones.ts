import { parseTimestamp } from '../../../src/core/time/timestamp.ts';
import { isTimezone, stretchAt } from '../../../src/core/time/timezone.ts';
import { check, checkAdvice, checkSame, inTime } from '../oracle.ts';
import { instantIn, linesOf } from '../text-input.ts';

const DAY_MS = 86_400_000;

/** Three lines: a time zone, an instant, a timestamp. */
export function fuzz(bytes: Uint8Array): void {
  const [zone = '', at = '', timestamp = ''] = linesOf(bytes);
  checkTimestamp(timestamp);
  if (!inTime(() => isTimezone(zone))) return;
  checkSame(isTimezone(zone.toLowerCase()), true, `the zone ${zone} in lower case`);
  const instant = instantIn(at);
  const stretch = inTime(() => stretchAt(zone, instant));
  check(
    stretch.from <= instant && instant < stretch.to,
    () => `the stretch ${JSON.stringify(stretch)} has no ${instant}`,
  );
  check(stretch.to - stretch.from <= DAY_MS, 'a stretch is longer than a day');
  check(stretch.changedAt <= stretch.from, 'a stretch begins before the change of the clock');
  for (const time of [stretch.from, instant, stretch.to - 1])
    checkSame(stretch.offsetMs, offsetByFields(zone, time), `the offset of ${zone} at ${time}`);
  if (stretch.shiftMs === 0) return;
  const before = offsetByFields(zone, stretch.changedAt - 1_000);
  checkSame(stretch.shiftMs, stretch.offsetMs - before, `the change of ${zone} at ${stretch.changedAt}`);
}

/** The offset (ms), from the local date and time that Intl writes. */
function offsetByFields(timeZone: string, instant: number): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const fields = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1_000) * 1_000;
}

function checkTimestamp(text: string): void {
  const parsed = inTime(() => parseTimestamp(text));
  if (!parsed.ok) return checkAdvice(parsed.detail);
  const written = new Date(parsed.value).toISOString();
  const again = parseTimestamp(written);
  checkSame(again, parsed, `${JSON.stringify(text)}, which is written as ${written}`);
  // JavaScript reads these forms itself, cut to the millisecond.
  if (/^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text))
    checkSame(parsed.value, Date.parse(text), text);
}
