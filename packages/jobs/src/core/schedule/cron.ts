import { Cron } from 'croner';
import { createMemo } from '../memo.ts';
import { type Stretch, stretchAt } from '../time/timezone.ts';

const DAY_MS = 86_400_000;

/** The start of the year 3000: croner searches no further. */
const END = 32_503_680_000_000;

/** A cron expression in a time zone, as slots on the real clock, in ms since the epoch, from 1970 on. */
export interface CronClock {
  /** The first slot later than `after`; none past the year 3000. */
  next(after: number): number | undefined;
  previous(before: number): number | undefined;
  /** How many slots are later than `after` and not later than `upTo`; `most` for more than that. */
  count(after: number, upTo: number, most: number): number;
}

/** The clock of a valid expression and time zone. Keeps the last 100 compiled, of about 80 KB each. */
export function cronClock(cron: string, timezone: string): CronClock {
  return clocks(`${timezone} ${cron}`);
}

const clocks = createMemo(100, (key) => {
  const space = key.indexOf(' ');
  return createCronClock(key.slice(space + 1), key.slice(0, space));
});

const FIELDS = [
  { name: 'second', range: '0-59' },
  { name: 'minute', range: '0-59' },
  { name: 'hour', range: '0-23' },
  { name: 'day-of-month', range: '1-31 or L' },
  { name: 'month', range: '1-12 or JAN-DEC' },
  { name: 'day-of-week', range: '0-7 or SUN-SAT' },
];

/** What is wrong with a cron expression, for people; `undefined` if nothing is. */
export function cronFault(cron: string): string | undefined {
  if (cron.trimStart().startsWith('@')) {
    return 'must have five fields: write "0 0 * * *" instead of @daily, and "0 * * * *" instead of @hourly';
  }
  const fields = cronFields(cron);
  if (fields.length !== 5 && fields.length !== 6) {
    return `must have five fields (minute hour day-of-month month day-of-week) or six (second first), not ${fields.length}. For a single run, use runAt`;
  }
  // Each field is tried alone, since the parser's own words don't always name the right one.
  const named = FIELDS.slice(-fields.length);
  for (const [index, { name, range }] of named.entries()) {
    const alone = named.map((_, at) => (at === index ? (fields[at] ?? '') : '*')).join(' ');
    if (!parses(alone)) {
      return `the ${name} field is not valid: ${range}, as a value, a list (1,5), a range (1-5), * or a step (*/5, 1-5/2)`;
    }
  }
  return cronClock(cron, 'UTC').next(0) === undefined
    ? 'never occurs: no date matches all its fields'
    : undefined;
}

/** The fields of a cron expression, seconds first when given; blanks and case make no difference. */
export function cronFields(cron: string): readonly string[] {
  return cron
    .toUpperCase()
    .split(/\s+/)
    .filter((field) => field !== '');
}

function parses(cron: string): boolean {
  // A colon would make it a date to the parser.
  if (cron.includes(':')) return false;
  try {
    wallPattern(cron);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** The bare pattern: it takes and gives local time as if it were UTC, which is by far the cheaper search. */
export function wallPattern(cron: string): CronClock {
  const pattern = new Cron(cron, { utcOffset: 0, mode: '5-or-6-parts' });
  const next = cacheGap((after) => pattern.nextRun(new Date(after))?.getTime());
  return {
    next,
    previous: (before) => pattern.previousRuns(1, new Date(before))[0]?.getTime(),
    count: countInBlocks(next),
  };
}

/** All days with slots have the same number of slots. So do all hours with slots, and all such minutes. */
const BLOCKS_MS = [DAY_MS, 3_600_000, 60_000];

/** Counts the slots of a bare pattern: those of a whole day, hour or minute are looked for once. */
function countInBlocks(next: (after: number) => number | undefined): CronClock['count'] {
  const inBlock: (number | undefined)[] = [];
  const count = (after: number, upTo: number, most: number, level = 0): number => {
    const size = BLOCKS_MS[level];
    let counted = 0;
    for (let slot = next(after); slot !== undefined && slot <= upTo && counted < most; ) {
      let end = slot;
      if (size === undefined) counted += 1;
      else {
        const start = Math.floor(slot / size) * size;
        end = Math.min(start + size - 1, upTo);
        if (after < start && end === start + size - 1) {
          inBlock[level] ??= count(start - 1, end, Number.POSITIVE_INFINITY, level + 1);
          counted += inBlock[level];
        } else counted += count(after, end, most - counted, level + 1);
      }
      after = end;
      slot = next(after);
    }
    return Math.min(counted, most);
  };
  return (after, upTo, most) => count(after, upTo, most);
}

/**
 * Puts a pattern on a zone's real clock, one stretch of even time after the other. Where the clock is set,
 * Vixie cron's rules hold. A fixed-time pattern (no `*` or `/` in second, minute and hour) runs once for all
 * its times in the skipped span, at the first instant after it, and only in the first pass of a repeated
 * span. Any other follows the local clock: nothing in the skipped span, both passes of a repeated one.
 */
function createCronClock(cron: string, timezone: string): CronClock {
  const wall = wallPattern(cron);
  const fixedTime = !/[*?/]/.test(cronFields(cron).slice(0, -3).join(' '));

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

/** Days are looked at one by one, to see where the clock is set: not many more than are counted. */
const MOST_EVEN_MS = 366 * DAY_MS;

/** The first instant after a stretch at which the clock may be set, or one later than `upTo`. */
function evenUntil(timezone: string, { to, offsetMs }: Stretch, upTo: number): number {
  let end = to;
  while (end <= upTo) {
    const stretch = stretchAt(timezone, end);
    if (stretch.offsetMs !== offsetMs) break;
    end = stretch.to;
  }
  return end;
}

/** Every instant between two slots has the same next one: the last gap answers most questions. */
function cacheGap(next: (after: number) => number | undefined): (after: number) => number | undefined {
  let from = 0;
  let to = 0;
  return (after) => {
    if (after >= from && after < to) return to;
    const slot = next(after);
    if (slot !== undefined) [from, to] = [after, slot];
    return slot;
  };
}

/**
 * Whether the clock is not set in the day after an instant. Then the search may leap to two days before (or
 * after) the nearest local match: no clock is ever set by more than a day, so no slot is between. Otherwise
 * the span that is about to repeat could hold one.
 */
function isSteady(timezone: string, instant: number): boolean {
  return stretchAt(timezone, instant).offsetMs === stretchAt(timezone, instant + DAY_MS).offsetMs;
}

/** The first instant of a stretch whose local time was not there before. */
function repeatEnd(stretch: Stretch): number {
  return Math.max(stretch.from, stretch.changedAt + Math.max(0, -stretch.shiftMs));
}

/** Whether local times that were skipped as the stretch began match the pattern. */
function matchesSkippedSpan(wall: CronClock, stretch: Stretch): boolean {
  if (stretch.changedAt !== stretch.from || stretch.shiftMs <= 0) return false;
  const end = stretch.from + stretch.offsetMs;
  const skipped = wall.next(end - stretch.shiftMs - 1);
  return skipped !== undefined && skipped < end;
}
