import { createMemo } from '../memo.ts';

const DAY_MS = 86_400_000;

/** A span of time in which a zone's clock runs evenly, cut at the days of UTC. All in milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offsetMs: number;
  /** The last change of the clock, if it was at `from` or less than a day earlier; otherwise `from`. */
  readonly changedAt: number;
  /** By how much the clock was set forward (positive) or back (negative) at `changedAt`; 0 for no change. */
  readonly shiftMs: number;
}

/** IANA's own names of three letters. `Intl` knows others (IST, BST) that mean several zones to people. */
const THREE_LETTERS = 'UTC GMT UCT CET EET EST HST MET MST WET PRC ROC ROK'.split(' ');

/** True for a name of the IANA database, in any case; false for offsets (`+02:00`) and abbreviations. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(name) || /^systemv\//i.test(name)) return false;
  if (/^[a-z]{3}$/i.test(name) && !THREE_LETTERS.includes(name.toUpperCase())) return false;
  try {
    offsetFormat(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The stretch of the zone's time that contains an instant. Throws a RangeError for an unknown zone. */
export function stretchAt(timezone: string, instant: number): Stretch {
  return stretches(timezone)(instant);
}

/** A pure memo, as making a formatter costs far more than asking it. */
const stretches = createMemo(64, createStretches);

/** Finds stretches by asking for offsets at the ends of a day: no zone has changed its clock twice in one. */
function createStretches(timezone: string): (instant: number) => Stretch {
  const offsetAt = createOffsets(timezone);
  let latest: Stretch = { from: 0, to: 0, offsetMs: 0, changedAt: 0, shiftMs: 0 };

  const changeIn = (from: number, to: number): { readonly changedAt: number; readonly shiftMs: number } => {
    const before = offsetAt(from);
    const after = offsetAt(to);
    if (before === after) return { changedAt: to, shiftMs: 0 };
    let [low, high] = [from, to];
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return { changedAt: high, shiftMs: after - before };
  };

  return (instant) => {
    // Slots are asked for one after the other, so the last answer is very often the next one.
    if (instant >= latest.from && instant < latest.to) return latest;
    const day = Math.floor(instant / DAY_MS) * DAY_MS;
    const today = changeIn(day, day + DAY_MS);
    latest =
      today.shiftMs !== 0 && instant >= today.changedAt
        ? { from: today.changedAt, to: day + DAY_MS, offsetMs: offsetAt(today.changedAt), ...today }
        : { from: day, to: today.changedAt, offsetMs: offsetAt(day), ...changeIn(day - DAY_MS, day) };
    return latest;
  };
}

function createOffsets(timezone: string): (instant: number) => number {
  const format = offsetFormat(timezone);
  return (instant) => {
    const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(instant));
    const [, sign, hours = 0, minutes = 0, seconds = 0] = match ?? [];
    const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
    return sign === '-' ? -ms : ms;
  };
}

function offsetFormat(timezone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
}
