import { rowOf } from './run-rows.ts';

/**
 * Where a look for what is due may begin. What was taken stays in the index: until it has ended, and then until it is vacuumed. While
 * somebody's snapshot needs those rows they gather, and each look from the start would walk over all of them. When that takes long,
 * looks begin where the last one came to; and for a moment after one that took all it could, since the next ones follow at once.
 * What others have made due before that since, such as a run given back, is found by a look from the start all the same, for which
 * there is little of the time.
 */
export interface LowWater {
  /** Begins a look at `now`. `see` looks for what is due first from an instant on, beside it: nothing waits for that. */
  look(now: number, see: (from: number) => Promise<Seen>): Look;
  /** Something is made due at these instants, with a transaction that is about to be written. */
  rewind(to: readonly number[]): void;
}

export interface Look {
  /** What came due before is not looked for. */
  readonly from: number;
  /** Somebody has to look again by then: there may be something that this look does not see. */
  readonly againAt?: number;
  /**
   * Ends it: all that is due before `reached` is taken, but for what is `seen` afterwards. Without `reached`, nothing was taken;
   * without `seen`, all that was asked for, and nobody has looked for more.
   */
  done(reached: number | undefined, seen: Seen | undefined): void;
}

export interface Seen {
  /** What is left is due then, if there is any. */
  readonly earliest?: number;
  /** How long the server has looked for it. */
  readonly tookMs: number;
}

/** Before all that can be due. */
const START = -8_640_000_000_000_000;
/** A look that is quicker than this walks over little. */
const QUICK_MS = 4;
/** So long after one that took all it could, the next ones begin where it came to. */
const FOLLOW_MS = 100;
/** Slow ones from the start take so much of the time. */
const SHARE = 0.02;
/** But what was not seen waits no longer than this. */
const LONGEST_MS = 5_000;
/** A transaction may be written so long after the time at which it made something due. */
const LATE_MS = 500;

export function createLowWater(monotonic: () => number = () => performance.now()): LowWater {
  let mark = START;
  let isSlow = false;
  /** The next one from the start: when there is time for a slow one, or when others have followed the last one for long enough. */
  let nextAt = Number.NEGATIVE_INFINITY;
  /** How far back it was rewound of late, and before that: each counts for as long as its transactions may take. */
  let rewound: readonly Rewound[] = [];

  const rewoundTo = () => {
    const now = monotonic();
    return earliestOf(rewound.map(({ to, since }) => (now < since + 2 * LATE_MS ? to : NEVER)));
  };

  const seeFromStart = async (now: number, see: (from: number) => Promise<Seen>) => {
    const begun = monotonic();
    nextAt = begun + LONGEST_MS;
    const { earliest = now, tookMs } = await see(START);
    mark = Math.min(earliest, now - LATE_MS);
    isSlow = tookMs >= QUICK_MS;
    nextAt = isSlow ? begun + Math.min(tookMs / SHARE, LONGEST_MS) : begun;
  };

  return {
    look(now, see) {
      const begun = monotonic();
      // One that fails is tried again like one that took long.
      if (isSlow && begun >= nextAt) void seeFromStart(now, see).catch(() => undefined);
      const isFromStart = !isSlow && begun >= nextAt;
      return {
        from: isFromStart ? START : Math.min(mark, rewoundTo()),
        ...(isFromStart ? {} : { againAt: now + Math.max(Math.ceil(nextAt - begun), 1) }),
        done(reached, seen) {
          if (reached !== undefined) mark = Math.min(reached, seen?.earliest ?? now, now - LATE_MS);
          if (!isFromStart) return;
          if (seen === undefined) nextAt = begun + FOLLOW_MS;
          else if (seen.tookMs >= QUICK_MS) {
            // That it was no chance is seen soon.
            isSlow = true;
            nextAt = begun;
          }
        },
      };
    },
    rewind(instants) {
      const now = monotonic();
      const [latest = { since: now, to: NEVER }, ...older] = rewound;
      const isOver = now >= latest.since + LATE_MS;
      const to = earliestOf(instants);
      rewound = isOver
        ? [{ since: now, to }, latest]
        : [{ since: latest.since, to: Math.min(latest.to, to) }, ...older];
    },
  };
}

interface Rewound {
  readonly since: number;
  readonly to: number;
}

const NEVER = Number.POSITIVE_INFINITY;

function earliestOf(instants: readonly number[]): number {
  return instants.reduce((one, other) => Math.min(one, other), NEVER);
}

/** Reads the columns of {@link seeing}. */
export function seenIn(row: unknown): Seen {
  const [earliest, tookMs] = rowOf<[number | null, number]>(row);
  return { tookMs, ...(earliest === null ? {} : { earliest }) };
}

/** What a look for the earliest gives, and how long it took, in this order. */
export const seeing = (earliest: string): string =>
  `(${earliest}) AS earliest, (extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::float8 AS took_ms`;

/** The earlier of two instants, of which each may be absent. */
export function earlierOf(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
