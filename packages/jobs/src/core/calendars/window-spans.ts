import { parseTimestamp } from '../time/timestamp.ts';
import {
  type CalendarWindow,
  type SingleWindow,
  WEEKDAYS,
  type WeeklyWindow,
  type YearlyWindow,
} from './calendar.ts';
import { DAY_MS, dayOf, type LocalClock } from './local-clock.ts';

/** Contains its start, but not its end. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The spans of a window that overlap `range`, as its time zone's clock has them. */
export type SpansOf = (range: Span) => readonly Span[];

/** What makes the spans of a checked window. Bounds follow the rules of {@link LocalClock.toInstant}. */
export function spansOf(window: CalendarWindow, clock: LocalClock): SpansOf {
  if ('weekdays' in window) return weeklySpans(window, clock);
  return 'fromDate' in window ? yearlySpans(window, clock) : singleSpans(window, clock);
}

function weeklySpans({ weekdays, from = '00:00', to = '24:00' }: WeeklyWindow, clock: LocalClock): SpansOf {
  const days = new Set(weekdays.map((day) => WEEKDAYS.indexOf(day)));
  const fromMs = timeOfDay(from);
  const toMs = timeOfDay(to) + (timeOfDay(to) <= fromMs ? DAY_MS : 0);
  return (range) => {
    const spans: Span[] = [];
    const last = dayOf(clock.toLocal(range.end)) + 1;
    for (let day = dayOf(clock.toLocal(range.start)) - 2; day <= last; day += 1) {
      if (!days.has(weekdayOf(day))) continue;
      const span = spanOf(clock, day * DAY_MS + fromMs, day * DAY_MS + toMs);
      if (overlap(span, range)) spans.push(span);
    }
    return spans;
  };
}

function yearlySpans({ fromDate, toDate = fromDate }: YearlyWindow, clock: LocalClock): SpansOf {
  const wraps = toDate < fromDate ? 1 : 0;
  return (range) => {
    const spans: Span[] = [];
    const last = yearOf(range.end) + 1;
    for (let year = yearOf(range.start) - 2; year <= last; year += 1) {
      const span = spanOf(clock, startOfDate(year, fromDate), endOfDate(year + wraps, toDate));
      if (overlap(span, range)) spans.push(span);
    }
    return spans;
  };
}

function singleSpans({ startAt, endAt }: SingleWindow, clock: LocalClock): SpansOf {
  const span = { start: instantOf(startAt, clock, 'first'), end: instantOf(endAt, clock, 'last') };
  return (range) => (overlap(span, range) ? [span] : []);
}

/** The instant of a bound of a single window. The text is checked. */
export function instantOf(text: string, clock: LocalClock, which: 'first' | 'last'): number {
  const withOffset = parseTimestamp(text);
  return withOffset.ok ? withOffset.value : clock.toInstant(Date.parse(`${text}Z`), which);
}

function spanOf(clock: LocalClock, from: number, to: number): Span {
  return { start: clock.toInstant(from, 'first'), end: clock.toInstant(to, 'last') };
}

/** An empty span overlaps nothing. */
function overlap(span: Span, range: Span): boolean {
  return span.start < span.end && span.start < range.end && span.end > range.start;
}

/** A time such as `09:30`, as ms since the start of the day. */
export function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

/** 0 for Sunday. 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

function yearOf(instant: number): number {
  return new Date(instant).getUTCFullYear();
}

/** The start of a local date. In a common year, 02-29 starts with 03-01. */
function startOfDate(year: number, date: string): number {
  const [month = 1, day = 1] = date.split('-').map(Number);
  return Date.UTC(year, month - 1, day);
}

/** The end of a local date. In a common year, 02-29 ends with 02-28. */
function endOfDate(year: number, date: string): number {
  const [month = 1] = date.split('-').map(Number);
  return Math.min(startOfDate(year, date) + DAY_MS, Date.UTC(year, month, 1));
}
