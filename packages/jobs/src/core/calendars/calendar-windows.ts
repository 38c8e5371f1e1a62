import { createMemo } from '../memo.ts';
import type { Calendar } from './calendar.ts';
import { createLocalClock, DAY_MS } from './local-clock.ts';
import { type Span, spansOf } from './window-spans.ts';

/** How far the engine looks for time outside the windows, and for the next window. */
export const FARTHEST_LOOK_MS = 5 * 366 * DAY_MS;
/** Spans are computed and remembered for parts of time of this length. */
const PART_MS = 32 * DAY_MS;
/** Enough for {@link FARTHEST_LOOK_MS}. */
const MOST_PARTS = 64;

/** The windows of a calendar. Those that touch or overlap are one window. */
export interface CalendarWindows {
  /** The end of the window that contains an instant. */
  endOf(instant: number): number | undefined;
  /** The first free instant at or after this one (P33: the end of its window). */
  freeFrom(instant: number): number;
  /** The last free instant at or before this one. */
  freeBefore(instant: number): number;
  /** The start of the first window that starts after an instant. Absent: none within 5 years. */
  nextStart(after: number): number | undefined;
}

type Rules = Pick<Calendar, 'timezone' | 'windows'>;

export function createCalendarWindows({ timezone, windows }: Rules): CalendarWindows {
  const clock = createLocalClock(timezone);
  const all = windows.map((window) => spansOf(window, clock));
  const spansIn = createMemo(MOST_PARTS, (part) => {
    const start = Number(part) * PART_MS;
    return merged(all.flatMap((of) => of({ start, end: start + PART_MS })));
  });
  const spansNear = (instant: number) => spansIn(String(Math.floor(instant / PART_MS)));
  const spanAt = (instant: number): Span | undefined =>
    spansNear(instant).find(({ start, end }) => start <= instant && instant < end);

  const endOf = (instant: number): number | undefined => {
    let end: number | undefined;
    for (let span = spanAt(instant); span !== undefined; span = spanAt(end)) {
      end = span.end;
      if (end - instant > FARTHEST_LOOK_MS) break;
    }
    return end;
  };

  const freeBefore = (instant: number): number => {
    let free = instant;
    for (let span = spanAt(free); span !== undefined; span = spanAt(free)) {
      free = span.start - 1;
      if (instant - free > FARTHEST_LOOK_MS) break;
    }
    return free;
  };

  const nextStart = (after: number): number | undefined => {
    for (let at = after; at < after + FARTHEST_LOOK_MS; at = (Math.floor(at / PART_MS) + 1) * PART_MS) {
      const next = spansNear(at).find(({ start }) => start > after && spanAt(start - 1) === undefined);
      if (next !== undefined) return next.start;
    }
    return undefined;
  };

  return { endOf, freeFrom: (instant) => endOf(instant) ?? instant, freeBefore, nextStart };
}

function merged(spans: readonly Span[]): readonly Span[] {
  const inOrder = [...spans].sort((a, b) => a.start - b.start);
  const apart: Span[] = [];
  for (const span of inOrder) {
    const last = apart.at(-1);
    if (last === undefined || span.start > last.end) apart.push(span);
    else apart[apart.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return apart;
}
