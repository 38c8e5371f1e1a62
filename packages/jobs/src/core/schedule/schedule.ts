import type { Fault } from '../input/fault.ts';
import { shownValue } from '../input/shown-value.ts';
import { createMemo } from '../memo.ts';
import { formatDuration, parseWholeMs } from '../time/duration.ts';
import { type TimeInput, timeText } from '../time/time-input.ts';
import { LAST_INSTANT, parseTimestamp } from '../time/timestamp.ts';
import { isTimezone } from '../time/timezone.ts';
import { type CronClock, cronClock, cronFault, cronFields } from './cron.ts';
import { shortestCronGap } from './cron-gap.ts';

/** Bounds the cost of counting the slots of a cron schedule. */
const MOST_COUNTED = 10_000;

/** When a job runs (P2, schedule). Instants are ms since the epoch; `interval` and `cron` are as written. */
export type Schedule =
  | {
      readonly kind: 'interval';
      readonly interval: string;
      readonly everyMs: number;
      readonly mode: 'fixed_rate' | 'fixed_delay';
      readonly startAt?: number;
    }
  | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string; readonly startAt?: number }
  | { readonly kind: 'run_at'; readonly runAt: number }
  | { readonly kind: 'on_demand' };

/** The schedule fields of a job as code has them; absent is `undefined`. */
export interface ScheduleInput {
  readonly interval?: string | undefined;
  readonly intervalMode?: 'fixed_rate' | 'fixed_delay' | undefined;
  readonly cron?: string | undefined;
  readonly timezone?: string | undefined;
  readonly runAt?: TimeInput | undefined;
  readonly onDemand?: boolean | undefined;
  readonly startAt?: TimeInput | undefined;
}

export type ParsedSchedule =
  | { readonly ok: true; readonly value: Schedule }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Checks the schedule fields of a job and gives all faults at once (P2, schedule), but no past `runAt`. */
export function parseSchedule(
  input: ScheduleInput,
  rules: { readonly minIntervalMs: number },
): ParsedSchedule {
  const faults: Fault[] = [];
  const note = (field: keyof ScheduleInput, detail: string) => faults.push({ pointer: `/${field}`, detail });

  const given = KINDS.filter((kind) =>
    kind === 'onDemand' ? input.onDemand === true : input[kind] !== undefined,
  );
  if (given.length === 0) {
    faults.push({
      pointer: '',
      detail: 'a schedule is missing: give one of interval, cron, runAt or onDemand: true',
    });
  }
  if (given.length > 1) {
    for (const kind of given) note(kind, `give exactly one kind of schedule, not ${given.join(' and ')}`);
  }
  for (const { field, goesWith } of COMPANIONS) {
    if (input[field] !== undefined && given.length > 0 && !goesWith.some((kind) => given.includes(kind))) {
      note(field, `only goes with ${goesWith.join(' or ')}`);
    }
  }

  const startAt = readInstant(input.startAt, (detail) => note('startAt', detail));
  const runAt = readInstant(input.runAt, (detail) => note('runAt', detail));
  const everyMs = readInterval(input.interval, rules.minIntervalMs, (detail) => note('interval', detail));
  const { cron, timezone = 'UTC' } = input;
  const cronDetail = cron === undefined ? undefined : cronFault(cron);
  if (cronDetail !== undefined) note('cron', cronDetail);
  if (input.timezone !== undefined && !isTimezone(timezone)) {
    note('timezone', `must be an IANA time zone, such as Europe/Berlin or UTC; got ${shownValue(timezone)}`);
  }
  if (faults.length > 0) return { ok: false, faults };

  const start = startAt === undefined ? {} : { startAt };
  if (input.interval !== undefined && everyMs !== undefined) {
    const mode = input.intervalMode ?? 'fixed_rate';
    return { ok: true, value: { kind: 'interval', interval: input.interval, everyMs, mode, ...start } };
  }
  if (cron !== undefined) return checkedCron({ kind: 'cron', cron, timezone, ...start });
  if (runAt !== undefined) return { ok: true, value: { kind: 'run_at', runAt } };
  return { ok: true, value: { kind: 'on_demand' } };
}

const KINDS = ['interval', 'cron', 'runAt', 'onDemand'] as const satisfies readonly (keyof ScheduleInput)[];
type Kind = (typeof KINDS)[number];

const COMPANIONS: readonly { readonly field: keyof ScheduleInput; readonly goesWith: readonly Kind[] }[] = [
  { field: 'intervalMode', goesWith: ['interval'] },
  { field: 'timezone', goesWith: ['cron'] },
  { field: 'startAt', goesWith: ['interval', 'cron'] },
];

function readInstant(time: TimeInput | undefined, note: (detail: string) => void): number | undefined {
  if (time === undefined) return undefined;
  const instant = parseTimestamp(timeText(time));
  if (instant.ok) return instant.value;
  note(instant.detail);
  return undefined;
}

/** Longer ones are not remembered. */
const LONGEST_REMEMBERED = 32;
/** Few intervals are in use, by many jobs: the last 100 are kept as they were read, a pure memo. */
const remembered = createMemo(100, parseWholeMs);

function readInterval(
  text: string | undefined,
  minIntervalMs: number,
  note: (detail: string) => void,
): number | undefined {
  if (text === undefined) return undefined;
  const ms = text.length <= LONGEST_REMEMBERED ? remembered(text) : parseWholeMs(text);
  if (!ms.ok) note(ms.detail);
  else if (ms.value < minIntervalMs)
    note(`must be at least ${formatDuration(minIntervalMs)}; got ${shownValue(text)}`);
  else return ms.value;
  return undefined;
}

function checkedCron(schedule: CronSchedule): ParsedSchedule {
  if (nextSlot(schedule, 0, -1) !== undefined) return { ok: true, value: schedule };
  return {
    ok: false,
    faults: [
      {
        pointer: '/startAt',
        detail: 'must be earlier: the cron expression has no slot at or after this time',
      },
    ],
  };
}

/** Whether two schedules are equal in value: `60m` is `1h`; `cron` ignores blanks and case (P16, edit). */
export function sameSchedule(a: Schedule, b: Schedule): boolean {
  switch (a.kind) {
    case 'interval':
      return b.kind === 'interval' && a.everyMs === b.everyMs && a.mode === b.mode && a.startAt === b.startAt;
    case 'cron':
      return (
        b.kind === 'cron' &&
        cronFields(a.cron).join(' ') === cronFields(b.cron).join(' ') &&
        a.timezone.toLowerCase() === b.timezone.toLowerCase() &&
        a.startAt === b.startAt
      );
    case 'run_at':
      return b.kind === 'run_at' && a.runAt === b.runAt;
    case 'on_demand':
      return b.kind === 'on_demand';
    default:
      return a satisfies never;
  }
}

/**
 * The first slot of a schedule from `anchorAt`: a later grid point, a future `start_at`, any `run_at` (P3).
 */
export function firstSlot(schedule: Schedule, anchorAt: number): number | undefined {
  return schedule.kind === 'run_at' ? schedule.runAt : nextSlot(schedule, anchorAt, anchorAt);
}

/**
 * The first slot after `after`. Intervals are at `anchor + k * everyMs`, k >= 0, where the anchor is
 * `start_at`, or else `anchorAt` (P3, grid). A fixed delay has a grid here, too: its caller decides when the
 * delay begins.
 */
export function nextSlot(schedule: Schedule, anchorAt: number, after: number): number | undefined {
  switch (schedule.kind) {
    case 'interval': {
      const anchor = schedule.startAt ?? anchorAt;
      const slot = after < anchor ? anchor : lastOnGrid(anchor, schedule.everyMs, after) + schedule.everyMs;
      return slot <= LAST_INSTANT ? slot : undefined;
    }
    case 'cron':
      return clockOf(schedule).next(Math.max(after, (schedule.startAt ?? 0) - 1));
    case 'run_at':
      return schedule.runAt > after ? schedule.runAt : undefined;
    case 'on_demand':
      return undefined;
    default:
      return schedule satisfies never;
  }
}

/** Slots that came due together: how many, the latest of them, and the one after it. */
export interface PassedSlots {
  /** Exact for intervals; for cron exact up to 10,000, and 10,000 for more. */
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

  return { count: 1 + clockOf(schedule).count(first, latest, MOST_COUNTED - 1), latest, next };
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
  const clock = clockOf(schedule);
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
 * The shortest time between two slots (ms), by the local clock: the hour that the clock is set by counts for
 * nothing. The interval of a fixed delay; `Infinity` for a schedule with one slot or none.
 */
export function shortestGap(schedule: Schedule): number {
  switch (schedule.kind) {
    case 'interval':
      return schedule.everyMs;
    case 'cron':
      return shortestCronGap(schedule.cron);
    case 'run_at':
    case 'on_demand':
      return Number.POSITIVE_INFINITY;
    default:
      return schedule satisfies never;
  }
}

type CronSchedule = Extract<Schedule, { readonly kind: 'cron' }>;
type GridSchedule = CronSchedule | Extract<Schedule, { readonly kind: 'interval' }>;

/** Whether its slots do not depend on its runs. */
export function hasGrid(schedule: Schedule): schedule is GridSchedule {
  return schedule.kind === 'cron' || (schedule.kind === 'interval' && schedule.mode === 'fixed_rate');
}

/** The last slot at or before an instant, `start_at` aside. */
function latestSlot(schedule: GridSchedule, anchorAt: number, instant: number): number | undefined {
  return schedule.kind === 'cron'
    ? clockOf(schedule).previous(instant + 1)
    : lastOnGrid(schedule.startAt ?? anchorAt, schedule.everyMs, instant);
}

/** The last grid point up to an instant after the anchor. A remainder is exact; a quotient may not be. */
function lastOnGrid(anchor: number, everyMs: number, instant: number): number {
  return instant - ((instant - anchor) % everyMs);
}

function clockOf(schedule: CronSchedule): CronClock {
  return cronClock(schedule.cron, schedule.timezone);
}
