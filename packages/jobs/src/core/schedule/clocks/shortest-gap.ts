import type { SlotClock } from './slot-clock.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Weekdays and dates repeat after it, but for centuries. */
const CYCLE_MS = 28 * 366 * DAY_MS;
/** From a year in which the 29th of February comes. */
const FROM = Date.UTC(2028, 0, 1);

/**
 * The shortest time (ms) between any two slots of a pattern of local times. `Infinity` if it has at most one
 * slot. Every day with slots has the same times: each second of each minute of each hour. So the units are
 * looked at one by one, whatever the number of slots. A pattern of every second week has cycles of twice the
 * length. A step of several years over 2100, which has no 29 February, can be a day shorter than the answer.
 */
export function shortestGapOf(wall: SlotClock, cycles = 1): number {
  const first = wall.next(FROM - 1);
  if (first === undefined) return Number.POSITIVE_INFINITY;
  const seconds = startsIn(wall, first, { unit: SECOND_MS, within: MINUTE_MS });
  const minutes = startsIn(wall, first, { unit: MINUTE_MS, within: HOUR_MS });
  const hours = startsIn(wall, first, { unit: HOUR_MS, within: DAY_MS });
  const betweenMinutes = shortestStep(minutes) - spanOf(seconds);
  const betweenHours = shortestStep(hours) - spanOf(minutes) - spanOf(seconds);
  const ofDay = spanOf(hours) + spanOf(minutes) + spanOf(seconds);
  const within = Math.min(shortestStep(seconds), betweenMinutes, betweenHours);
  return Math.min(within, shortestDayStep(wall, first, cycles) - ofDay);
}

/** The starts of the units with slots in the span around a slot, such as of the minutes in its hour. */
function startsIn(
  wall: SlotClock,
  slot: number,
  { unit, within }: { readonly unit: number; readonly within: number },
): readonly number[] {
  const from = Math.floor(slot / within) * within;
  const starts: number[] = [];
  for (let next = wall.next(from - 1); next !== undefined && next < from + within; ) {
    const start = Math.floor(next / unit) * unit;
    starts.push(start);
    next = wall.next(start + unit - 1);
  }
  return starts;
}

function spanOf(starts: readonly number[]): number {
  return (starts.at(-1) ?? 0) - (starts[0] ?? 0);
}

function shortestStep(starts: readonly number[]): number {
  return starts.reduce(
    (least, start, n) => Math.min(least, start - (starts[n - 1] ?? Number.NEGATIVE_INFINITY)),
    Number.POSITIVE_INFINITY,
  );
}

/** The shortest time between the starts of two days with slots. */
function shortestDayStep(wall: SlotClock, first: number, cycles: number): number {
  let day = Math.floor(first / DAY_MS) * DAY_MS;
  let least = Number.POSITIVE_INFINITY;
  while (day < FROM + CYCLE_MS * cycles && least > DAY_MS) {
    const next = wall.next(day + DAY_MS - 1);
    if (next === undefined) break;
    const start = Math.floor(next / DAY_MS) * DAY_MS;
    least = Math.min(least, start - day);
    day = start;
  }
  return least;
}
