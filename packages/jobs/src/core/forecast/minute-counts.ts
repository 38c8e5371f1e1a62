import { LONGEST_SPREAD_MS } from '../limits.ts';
import { isFixedDelay, nextSlotOf } from '../model/job.ts';
import { assignedTime, latestDueBy } from '../schedule/assigned-time.ts';
import { hasSeveralAMinute, localClock, localClockKey } from '../schedule/clocks/local-clock.ts';
import { boundsOf, type LocalSchedule, runsLeft } from '../schedule/schedule.ts';
import { nextSlot, passedSlots } from '../schedule/schedule-slots.ts';
import { countWithCalendar } from './calendar-counts.ts';
import type { ForecastJob } from './forecast-job.ts';
import { type AddMinute, MINUTE_MS, type MinuteWindow } from './minute-window.ts';

/** The steps between two points at which the caller may let other work run: about a millisecond. */
const STEPS_A_SLICE = 200;
/** With `catch_up: all`, at most this many passed slots run (P6, catch-up). */
export const MOST_CAUGHT_UP = 100;
/** The patterns of local times whose minutes are remembered. */
const MOST_REMEMBERED = 100;

export type CountMinutes = (job: ForecastJob, typicalMs: number, add: AddMinute) => Generator<void>;

/**
 * Counts the slots of jobs by minute (P38, forecast). It yields after each small part of the work. Jobs with
 * the same local times share one search.
 */
export function createMinuteCounts(window: MinuteWindow): CountMinutes {
  const countLocal = createLocalCounts(window);

  return function* countMinutes(job, typicalMs, addAll) {
    const add = atMost(runsLeft(job.schedule, job.runsMade), addAll);
    const { schedule, anchorAt } = job;
    if (job.calendar !== undefined) {
      const first = firstSlotOf(job, { now: latestDueBy(job, window.now), typicalMs });
      return yield* countWithCalendar(job, { window, first, typicalMs }, add);
    }
    // Slots are due later by the spread: the window is put as much earlier, and then no slot has to move.
    const spreadMs = assignedTime(job, 0);
    const now = window.now - spreadMs;
    const from = window.from - spreadMs;
    const windowEnd = from + window.minutes * MINUTE_MS;
    const to = Math.min(windowEnd, (boundsOf(schedule).endAt ?? windowEnd) + 1);
    const indexOf = (at: number) => Math.floor((at - from) / MINUTE_MS);
    let first = firstSlotOf(job, { now, typicalMs });
    if (first === undefined) return;
    if (first <= now) {
      const late = lateRuns(job, first, now);
      if (now >= from && now < windowEnd) add(indexOf(now), late);
      first = isFixedDelay(schedule) ? now + typicalMs + schedule.everyMs : nextSlot(schedule, anchorAt, now);
      if (first === undefined) return;
    }
    if (first >= to) return;
    switch (schedule.kind) {
      case 'interval': {
        const everyMs = schedule.everyMs + (isFixedDelay(schedule) ? typicalMs : 0);
        yield* countInterval({ first, everyMs, from, to }, add);
        return;
      }
      case 'cron':
      case 'rrule':
        yield* countLocal(schedule, { from, first, to, spreadMs }, add);
        return;
      case 'run_at':
        if (first >= from) add(indexOf(first), 1);
        return;
      case 'on_demand':
      case 'after':
        return;
      default:
        return schedule satisfies never;
    }
  };
}

/** Adds runs up to a total of `most`. */
function atMost(most: number, add: AddMinute): AddMinute {
  let left = most;
  return (minute, runs) => {
    const added = Math.min(runs, left);
    left -= added;
    if (added > 0) add(minute, added);
  };
}

/** The next slot of a job; in the past for a late one. Undefined: none, as things stand. */
function firstSlotOf(
  job: ForecastJob,
  { now, typicalMs }: { readonly now: number; readonly typicalMs: number },
): number | undefined {
  const { schedule, anchorAt, status, lastSlotAt = Number.NEGATIVE_INFINITY } = job;
  if (status === 'finished') return undefined;
  const next = nextSlotOf(job);
  if (next !== undefined) return next;
  // Its run is live: the next one begins an interval after its end.
  if (isFixedDelay(schedule)) return now + typicalMs + schedule.everyMs;
  // An active job without a next run has no slot left. A paused job has none until it is resumed.
  if (status === 'active') return undefined;
  if (schedule.kind === 'run_at') return lastSlotAt >= schedule.runAt ? undefined : schedule.runAt;
  return nextSlot(schedule, anchorAt, Math.max(now, lastSlotAt));
}

function lateRuns({ schedule, anchorAt, catchUp }: ForecastJob, first: number, now: number): number {
  if (catchUp !== 'all') return 1;
  return Math.min(passedSlots(schedule, anchorAt, first, now).count, MOST_CAUGHT_UP);
}

interface IntervalSlots {
  readonly first: number;
  readonly everyMs: number;
  readonly from: number;
  /** Not included, like the last minute's end. */
  readonly to: number;
}

function* countInterval({ first, everyMs, from, to }: IntervalSlots, add: AddMinute): Generator<void> {
  /** How many slots are before an instant. */
  const before = (at: number) => (at <= first ? 0 : Math.ceil((at - first) / everyMs));
  let minute = Math.max(Math.floor((first - from) / MINUTE_MS), 0);
  for (let steps = 1; from + minute * MINUTE_MS < to; steps += 1) {
    const start = from + minute * MINUTE_MS;
    const slots = before(start);
    const runs = before(Math.min(start + MINUTE_MS, to)) - slots;
    if (runs > 0) add(minute, runs);
    const next = first + (slots + runs) * everyMs;
    if (next >= to) return;
    minute = Math.max(minute + 1, Math.floor((next - from) / MINUTE_MS));
    if (steps % STEPS_A_SLICE === 0) yield;
  }
}

interface LocalSlots {
  /** The start of the window, earlier by the spread. */
  readonly from: number;
  readonly first: number;
  /** Not included. */
  readonly to: number;
  readonly spreadMs: number;
}

interface MinuteRuns {
  /** The first slot of the minute, and how many slots it has. */
  readonly slot: number;
  readonly runs: number;
}

function createLocalCounts(window: MinuteWindow) {
  const known = new Map<string, readonly MinuteRuns[]>();
  const windowEnd = window.from + window.minutes * MINUTE_MS;

  return function* countLocal(
    schedule: LocalSchedule,
    { from, first, to, spreadMs }: LocalSlots,
    add: AddMinute,
  ): Generator<void> {
    const hasSeveral = hasSeveralAMinute(schedule);
    // Otherwise, each minute has one slot: then all jobs with a spread share one search.
    const isShared = spreadMs > 0 && !hasSeveral;
    const key = `${localClockKey(schedule)} ${isShared ? 'spread' : spreadMs}`;
    const back = isShared ? LONGEST_SPREAD_MS : spreadMs;
    const searched = {
      now: window.now - back,
      from: window.from - back,
      to: windowEnd - (isShared ? 0 : spreadMs),
    };
    const found = known.get(key) ?? (yield* localMinutes(schedule, searched));
    if (known.size < MOST_REMEMBERED) known.set(key, found);
    const clock = localClock(schedule);
    for (const { slot, runs } of found) {
      const minute = Math.floor((slot - from) / MINUTE_MS);
      const end = from + (minute + 1) * MINUTE_MS;
      if (minute < 0 || end <= first || slot >= to) continue;
      const isWhole = slot >= first && end <= to;
      add(minute, isWhole ? runs : clock.count(Math.max(slot, first) - 1, Math.min(end, to) - 1, MINUTE_MS));
    }
  };
}

function* localMinutes(
  schedule: LocalSchedule,
  { now, from, to }: Pick<MinuteWindow, 'now' | 'from'> & { readonly to: number },
): Generator<void, readonly MinuteRuns[]> {
  const clock = localClock(schedule);
  const hasSeveral = hasSeveralAMinute(schedule);
  const found: MinuteRuns[] = [];
  let after = Math.max(now, from - 1);
  for (;;) {
    const slot = clock.next(after);
    if (slot === undefined || slot >= to) return found;
    const minute = Math.floor((slot - from) / MINUTE_MS);
    const end = from + (minute + 1) * MINUTE_MS - 1;
    found.push({ slot, runs: hasSeveral ? clock.count(after, end, MINUTE_MS) : 1 });
    after = hasSeveral ? end : slot;
    if (found.length % STEPS_A_SLICE === 0) yield;
  }
}
