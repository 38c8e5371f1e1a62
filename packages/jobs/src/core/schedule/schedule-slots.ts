import { LAST_INSTANT } from '../time/timestamp.ts';
import { localClock, shortestLocalGap } from './clocks/local-clock.ts';
import { boundsOf, type GridSchedule, hasGrid, isLocal, type Schedule } from './schedule.ts';

/** Bounds the cost of counting the slots of a schedule of local times. */
const MOST_COUNTED = 10_000;

/**
 * The first slot of a schedule from `anchorAt`: a later grid point, a future `start_at`, any `run_at` (P3).
 */
export function firstSlot(schedule: Schedule, anchorAt: number): number | undefined {
  return schedule.kind === 'run_at' ? schedule.runAt : nextSlot(schedule, anchorAt, anchorAt);
}

/**
 * The first slot after `after`, none after the schedule's end. Intervals are at `anchor + k * everyMs`, k >=
 * 0, where the anchor is `start_at`, or else `anchorAt` (P3, grid). A fixed delay has a grid here, too: its
 * caller decides when the delay begins.
 */
export function nextSlot(schedule: Schedule, anchorAt: number, after: number): number | undefined {
  return untilEnd(schedule, slotAfter(schedule, anchorAt, after));
}

/** A slot, unless the schedule has ended before it. */
export function untilEnd(schedule: Schedule, slot: number | undefined): number | undefined {
  const { endAt } = boundsOf(schedule);
  return slot !== undefined && endAt !== undefined && slot > endAt ? undefined : slot;
}

function slotAfter(schedule: Schedule, anchorAt: number, after: number): number | undefined {
  switch (schedule.kind) {
    case 'interval': {
      const anchor = schedule.startAt ?? anchorAt;
      const slot = after < anchor ? anchor : lastOnGrid(anchor, schedule.everyMs, after) + schedule.everyMs;
      return slot <= LAST_INSTANT ? slot : undefined;
    }
    case 'cron':
    case 'rrule':
      return localClock(schedule).next(Math.max(after, (schedule.startAt ?? 0) - 1));
    case 'run_at':
      return schedule.runAt > after ? schedule.runAt : undefined;
    case 'on_demand':
    case 'after':
      return undefined;
    default:
      return schedule satisfies never;
  }
}

/** Slots that came due together: how many, the latest of them, and the one after it. */
export interface PassedSlots {
  /** Exact for intervals; for local times exact up to 10,000, and 10,000 for more. */
  readonly count: number;
  readonly latest: number;
  readonly next: number | undefined;
}

/**
 * The slots from `first`, the stored next run, up to and including `now` (P6, catch-up), at a cost that does
 * not grow with the time passed. Without a grid (a fixed delay, a `run_at`) it is `first` alone, with no
 * next.
 */
export function passedSlots(schedule: Schedule, anchorAt: number, first: number, now: number): PassedSlots {
  if (!hasGrid(schedule)) return { count: 1, latest: first, next: undefined };
  const second = nextSlot(schedule, anchorAt, first);
  const next = nextSlot(schedule, anchorAt, Math.max(first, now));
  if (second === undefined || second > now) return { count: 1, latest: first, next };
  const latest = latestSlot(schedule, anchorAt, now) ?? first;
  if (schedule.kind === 'interval') return { count: 2 + (latest - second) / schedule.everyMs, latest, next };

  return { count: 1 + localClock(schedule).count(first, latest, MOST_COUNTED - 1), latest, next };
}

/** The `n`-th slot back from the latest passed one (1), never before `first` (see {@link passedSlots}). */
export function slotFromEnd(
  schedule: Schedule,
  anchorAt: number,
  first: number,
  now: number,
  n: number,
): number {
  if (!hasGrid(schedule)) return first;
  let slot = latestSlot(schedule, anchorAt, now) ?? first;
  if (schedule.kind === 'interval') return Math.max(first, slot - (n - 1) * schedule.everyMs);
  const clock = localClock(schedule);
  for (let back = 1; back < n && slot > first; back += 1) slot = clock.previous(slot) ?? first;
  return Math.max(first, slot);
}

/** Up to `n` slots later than `after`, in order: a preview. */
export function slotsAfter(schedule: Schedule, anchorAt: number, after: number, n: number): number[] {
  const slots: number[] = [];
  let slot = nextSlot(schedule, anchorAt, after);
  while (slot !== undefined && slots.length < n) {
    slots.push(slot);
    slot = nextSlot(schedule, anchorAt, slot);
  }
  return slots;
}

/** Time from a slot to the next one (ms), `Infinity` when there is none; the interval for a fixed delay. */
export function gapAfter(schedule: Schedule, anchorAt: number, slot: number): number {
  if (schedule.kind === 'interval' && schedule.mode === 'fixed_delay') return schedule.everyMs;
  const next = nextSlot(schedule, anchorAt, slot);
  return next === undefined ? Infinity : next - slot;
}

/**
 * The shortest time between two slots (ms) on the local clock; changes of the clock do not count. The
 * interval of a fixed delay; `Infinity` for a schedule with one slot or none.
 */
export function shortestGap(schedule: Schedule): number {
  switch (schedule.kind) {
    case 'interval':
      return schedule.everyMs;
    case 'cron':
    case 'rrule':
      return shortestLocalGap(schedule);
    case 'run_at':
    case 'on_demand':
    case 'after':
      return Number.POSITIVE_INFINITY;
    default:
      return schedule satisfies never;
  }
}

/** The last slot at or before an instant. Ignores the `start_at` of local times. */
function latestSlot(schedule: GridSchedule, anchorAt: number, instant: number): number | undefined {
  const last = Math.min(instant, schedule.endAt ?? instant);
  return isLocal(schedule)
    ? localClock(schedule).previous(last + 1)
    : lastOnGrid(schedule.startAt ?? anchorAt, schedule.everyMs, last);
}

/** The last grid point up to an instant after the anchor. A remainder is exact; a quotient may not be. */
function lastOnGrid(anchor: number, everyMs: number, instant: number): number {
  return instant - ((instant - anchor) % everyMs);
}
