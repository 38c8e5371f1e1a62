import { type Stretch, stretchAt } from '../../time/timezone.ts';
import { cacheGap, type SlotClock } from './slot-clock.ts';

const DAY_MS = 86_400_000;

/** The start of the year 3000: croner searches no further. */
const END = 32_503_680_000_000;

/** How a pattern of local times maps to slots in a time zone. */
export interface ZonedPattern {
  readonly timezone: string;
  /**
   * True: skipped local times run once, right after the skipped span, and repeated ones run in the first pass
   * only. False: the pattern follows the local clock: skipped times never run, and repeated ones run twice.
   */
  readonly fixedTime: boolean;
}

/**
 * Maps a pattern of local times to the clock of a zone, one stretch of constant offset at a time. Where the
 * clock changes, it follows the rules of Vixie cron (see {@link ZonedPattern}).
 */
export function createZoneClock(wall: SlotClock, { timezone, fixedTime }: ZonedPattern): SlotClock {
  const next = (after: number): number | undefined => {
    for (let at = Math.max(after, -1); at < END; ) {
      const stretch = stretchAt(timezone, at + 1);
      if (fixedTime && at < stretch.from && matchesSkippedSpan(wall, stretch)) return stretch.from;
      const from = Math.max(at, (fixedTime ? repeatEnd(stretch) : stretch.from) - 1);
      const local = wall.next(from + stretch.offsetMs);
      if (local === undefined) return undefined;
      const slot = local - stretch.offsetMs;
      if (slot < stretch.to) return slot;
      const near = slot - 2 * DAY_MS;
      at = near > stretch.to && isSteady(timezone, at) ? near : stretch.to - 1;
    }
    return undefined;
  };

  const previous = (before: number): number | undefined => {
    for (let at = Math.min(before, END); at > 0; ) {
      const stretch = stretchAt(timezone, at - 1);
      const local = wall.previous(at + stretch.offsetMs);
      const slot = local === undefined ? -Infinity : local - stretch.offsetMs;
      if (slot >= (fixedTime ? repeatEnd(stretch) : stretch.from)) return slot < 0 ? undefined : slot;
      if (fixedTime && matchesSkippedSpan(wall, stretch)) return stretch.from;
      const near = slot + 2 * DAY_MS;
      at = near < stretch.from && isSteady(timezone, at - DAY_MS) ? near : stretch.from;
    }
    return undefined;
  };

  const count = (after: number, upTo: number, most: number): number => {
    let counted = 0;
    for (let at = Math.max(after, -1); at < upTo && counted < most; ) {
      const stretch = stretchAt(timezone, at + 1);
      if (fixedTime && at < stretch.from && matchesSkippedSpan(wall, stretch)) {
        counted += 1;
        at = stretch.from;
        continue;
      }
      const from = Math.max(at, (fixedTime ? repeatEnd(stretch) : stretch.from) - 1);
      const to = Math.min(evenUntil(timezone, stretch, Math.min(upTo, at + MOST_EVEN_MS)) - 1, upTo);
      if (from < to) counted += wall.count(from + stretch.offsetMs, to + stretch.offsetMs, most - counted);
      at = to;
    }
    return counted;
  };

  return { next: cacheGap(next), previous, count };
}

/** A search for clock changes looks at each day. This bound keeps it close to the days that are counted. */
const MOST_EVEN_MS = 366 * DAY_MS;

/** The first instant after a stretch at which the clock may change, or one later than `upTo`. */
function evenUntil(timezone: string, { to, offsetMs }: Stretch, upTo: number): number {
  let end = to;
  while (end <= upTo) {
    const stretch = stretchAt(timezone, end);
    if (stretch.offsetMs !== offsetMs) break;
    end = stretch.to;
  }
  return end;
}

/**
 * Whether the clock does not change in the day after an instant. If so, the search may jump to two days
 * before (or after) the nearest local match, because no clock changes by more than a day. Otherwise a span
 * that is about to repeat could contain a slot.
 */
function isSteady(timezone: string, instant: number): boolean {
  return stretchAt(timezone, instant).offsetMs === stretchAt(timezone, instant + DAY_MS).offsetMs;
}

/** The first instant of a stretch after its repeated local times. */
function repeatEnd(stretch: Stretch): number {
  return Math.max(stretch.from, stretch.changedAt + Math.max(0, -stretch.shiftMs));
}

/** Whether the pattern matches a local time that the start of the stretch skipped. */
function matchesSkippedSpan(wall: SlotClock, stretch: Stretch): boolean {
  if (stretch.changedAt !== stretch.from || stretch.shiftMs <= 0) return false;
  const end = stretch.from + stretch.offsetMs;
  const skipped = wall.next(end - stretch.shiftMs - 1);
  return skipped !== undefined && skipped < end;
}
