import { createMemo } from '../memo.ts';
import { type Stretch, stretchAt } from '../time/timezone.ts';

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** No zone is further from UTC than this. */
const FARTHEST_MS = 16 * HOUR_MS;
/** The days of a clock whose offsets are remembered. */
const MOST_DAYS = 4_096;

/** The clock of a time zone. A local time is the instant at which a clock of UTC shows it. */
export interface LocalClock {
  toLocal(instant: number): number;
  /**
   * The instant of a local time. One that the zone skips is the first instant after the gap; of a repeated
   * one, it is the first or the last.
   */
  toInstant(local: number, which: 'first' | 'last'): number;
}

export function createLocalClock(timezone: string): LocalClock {
  const stretchesOf = createMemo(MOST_DAYS, (day) => stretchesOfDay(timezone, Number(day) * DAY_MS));

  return {
    toLocal: (instant) => instant + stretchAt(timezone, instant).offsetMs,

    toInstant: (local, which) => {
      let found: number | undefined;
      const lastDay = dayOf(local + FARTHEST_MS);
      for (let day = dayOf(local - FARTHEST_MS); day <= lastDay; day += 1) {
        for (const { from, to, offsetMs } of stretchesOf(String(day))) {
          const instant = local - offsetMs;
          if (found === undefined && from > instant) return from;
          if (instant < from || instant >= to) continue;
          found = instant;
          if (which === 'first') return found;
        }
      }
      if (found === undefined) throw new Error(`${timezone} has no instant for the local time ${local}`);
      return found;
    },
  };
}

export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

function stretchesOfDay(timezone: string, start: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = start; at < start + DAY_MS; ) {
    const stretch = stretchAt(timezone, at);
    stretches.push(stretch);
    at = stretch.to;
  }
  return stretches;
}
