import { MINUTE_MS } from './minute-window.ts';

const MINUTES_A_DAY = 1_440;
/**
 * A minute is a clash if both hold: it has at least this many runs, as many as the places of a usual node,
 * and this many times the mean.
 */
const CLASH_RUNS = 10;
const CLASH_TIMES = 2;
const MOST_CLASHES = 10;
const MOST_QUIET = 3;
/** How far apart quiet times are, and how far runs count as near to a minute. */
const QUIET_APART_MINUTES = 60;
const NEAR_MINUTES = 10;

/** A minute of the day in which many runs begin together. */
export interface Clash {
  /** Its start on the first day with that many runs (ms). */
  readonly at: number;
  /** Runs in that minute, on its busiest day in the window. */
  readonly runs: number;
  /** How long these runs will take together, as runs have usually taken (ms). */
  readonly busyMs: number;
  /** How many times the mean minute; a mean below one run counts as one. */
  readonly timesUsual: number;
  /** On how many days of the window it is a clash. */
  readonly days: number;
}

/** A minute of the day with few runs in and around it: a good time for another job. */
export interface QuietTime {
  /** Its next start (ms). */
  readonly at: number;
  /** Runs in this minute, on all days of the window together. */
  readonly runs: number;
}

export interface BusyTimes {
  readonly runsPerMinute: number;
  readonly clashes: readonly Clash[];
  readonly quiet: readonly QuietTime[];
  /** For each step, the start of its quietest minute. */
  readonly quietAt: readonly number[];
  /** For each step, whether one of its minutes is a clash. */
  readonly hasClash: readonly boolean[];
}

/** What begins in each minute of a window. */
export interface MinuteSums {
  readonly runs: Float64Array;
  /** How long these runs will take together (ms). */
  readonly busyMs: Float64Array;
}

/** Finds clashes and quiet times in the minutes of a window (P38, forecast). */
export function busyTimes(
  { runs, busyMs }: MinuteSums,
  window: { readonly now: number; readonly from: number },
  minutesAStep: number,
): BusyTimes {
  const mean = runs.reduce((sum, value) => sum + value, 0) / Math.max(runs.length, 1);
  const near = nearRuns(runs);
  return {
    runsPerMinute: mean,
    clashes: clashesIn({ runs, busyMs }, window.from, mean),
    quiet: quietTimes(runs, window),
    quietAt: quietestMinutes(runs, near, window, minutesAStep),
    hasClash: stepsWithClash(runs, mean, minutesAStep),
  };
}

function clashesIn({ runs, busyMs }: MinuteSums, from: number, mean: number): readonly Clash[] {
  const usual = Math.max(mean, 1);
  const byMinuteOfDay = new Map<number, Clash>();
  for (let minute = 0; minute < runs.length; minute += 1) {
    const count = Math.round(runs[minute] ?? 0);
    if (!isClash(count, mean)) continue;
    const at = from + minute * MINUTE_MS;
    const ofDay = (at / MINUTE_MS) % MINUTES_A_DAY;
    const known = byMinuteOfDay.get(ofDay);
    const days = (known?.days ?? 0) + 1;
    if (known !== undefined && known.runs >= count) byMinuteOfDay.set(ofDay, { ...known, days });
    else {
      const busy = Math.round(busyMs[minute] ?? 0);
      byMinuteOfDay.set(ofDay, { at, runs: count, busyMs: busy, timesUsual: count / usual, days });
    }
  }
  return [...byMinuteOfDay.values()].sort((a, b) => b.runs - a.runs || a.at - b.at).slice(0, MOST_CLASHES);
}

function isClash(count: number, mean: number): boolean {
  return count >= CLASH_RUNS && count >= CLASH_TIMES * mean;
}

function stepsWithClash(runs: Float64Array, mean: number, minutesAStep: number): readonly boolean[] {
  const hasClash = Array.from({ length: Math.ceil(runs.length / minutesAStep) }, () => false);
  for (let minute = 0; minute < runs.length; minute += 1)
    if (isClash(Math.round(runs[minute] ?? 0), mean)) hasClash[Math.floor(minute / minutesAStep)] = true;
  return hasClash;
}

/**
 * For each minute, the runs around it: those of nearer minutes count more. After the last minute comes the
 * first.
 */
function nearRuns(runs: Float64Array): Float64Array {
  const near = new Float64Array(runs.length);
  for (let minute = 0; minute < runs.length; minute += 1) {
    const count = runs[minute] ?? 0;
    if (count === 0) continue;
    for (let away = -NEAR_MINUTES; away <= NEAR_MINUTES; away += 1) {
      const other = (minute + away + near.length) % near.length;
      near[other] = (near[other] ?? 0) + count * (NEAR_MINUTES + 1 - Math.abs(away));
    }
  }
  return near;
}

interface MinuteOfDay {
  /** Its next start (ms). */
  readonly at: number;
  readonly ofDay: number;
  /** On all days together, and on how many. */
  runs: number;
  days: number;
}

/** Judged by the mean day: a window rarely has each minute of the day equally often. */
function quietTimes(runs: Float64Array, window: { readonly now: number; readonly from: number }) {
  const minutes = minutesOfDay(runs, window);
  const meanDay = new Float64Array(MINUTES_A_DAY);
  for (const [ofDay, time] of minutes) meanDay[ofDay] = time.runs / time.days;
  const near = nearRuns(meanDay);
  const weightOf = ({ ofDay }: MinuteOfDay) => near[ofDay] ?? 0;
  const all = [...minutes.values()];
  // What runs beside the first and the last minutes of a day or less is not known.
  const known = all.filter(({ ofDay }) => isKnownAround(ofDay, minutes));
  const times = known.length === 0 ? all : known;
  const chosen: MinuteOfDay[] = [];
  for (const time of times.sort((a, b) => weightOf(a) - weightOf(b) || a.at - b.at)) {
    if (chosen.length === MOST_QUIET) break;
    if (chosen.every(({ ofDay }) => apart(ofDay, time.ofDay) >= QUIET_APART_MINUTES)) chosen.push(time);
  }
  return chosen.map((time): QuietTime => ({ at: time.at, runs: Math.round(time.runs) }));
}

/** The minutes to come, those of all days together. */
function minutesOfDay(
  runs: Float64Array,
  { now, from }: { readonly now: number; readonly from: number },
): ReadonlyMap<number, MinuteOfDay> {
  const minutes = new Map<number, MinuteOfDay>();
  for (let minute = 0; minute < runs.length; minute += 1) {
    const at = from + minute * MINUTE_MS;
    if (at <= now) continue;
    const ofDay = (at / MINUTE_MS) % MINUTES_A_DAY;
    const time = minutes.get(ofDay) ?? { at, ofDay, runs: 0, days: 0 };
    time.runs += runs[minute] ?? 0;
    time.days += 1;
    minutes.set(ofDay, time);
  }
  return minutes;
}

function isKnownAround(ofDay: number, known: ReadonlyMap<number, MinuteOfDay>): boolean {
  for (let away = -NEAR_MINUTES; away <= NEAR_MINUTES; away += 1)
    if (!known.has((ofDay + away + MINUTES_A_DAY) % MINUTES_A_DAY)) return false;
  return true;
}

/** Minutes between two minutes of the day, also across midnight. */
function apart(a: number, b: number): number {
  const between = Math.abs(a - b);
  return Math.min(between, MINUTES_A_DAY - between);
}

function quietestMinutes(
  runs: Float64Array,
  near: Float64Array,
  { now, from }: { readonly now: number; readonly from: number },
  minutesAStep: number,
): readonly number[] {
  const quietAt: number[] = [];
  for (let start = 0; start < runs.length; start += minutesAStep) {
    let best: number | undefined;
    for (let minute = start; minute < start + minutesAStep; minute += 1) {
      if (from + minute * MINUTE_MS <= now) continue;
      if (best === undefined || isQuieter(minute, best, runs, near)) best = minute;
    }
    quietAt.push(from + (best ?? start) * MINUTE_MS);
  }
  return quietAt;
}

function isQuieter(a: number, b: number, runs: Float64Array, near: Float64Array): boolean {
  const own = (runs[a] ?? 0) - (runs[b] ?? 0);
  return own < 0 || (own === 0 && (near[a] ?? 0) < (near[b] ?? 0));
}
