import { rowOf } from '../rows/run-rows.ts';

/**
 * Where a look for due runs begins. Taken runs stay in the index as dead rows until VACUUM, and a snapshot
 * prevents that. When walking over them takes long, looks begin where the last one ended. Occasional looks
 * from the start find runs that became due before that point, such as one given back.
 */
export interface DueIndexFloor {
  /** Begins a look at `now`; `see` looks for what is due first from an instant on. */
  look(now: number, see: (from: number) => Promise<Seen>): Promise<Look>;
  /** Looks from the start take long. */
  readonly isSlow: boolean;
  /** Somebody else has looked from the start, and it took so long. */
  seenElsewhere(tookMs: number): void;
  /** What is due at these instants is written now. */
  rewind(to: readonly number[]): void;
}

export interface Look {
  /** What came due before is not looked for. */
  readonly from: number;
  /** Somebody has to look again by then: there may be something that this look does not see. */
  readonly againAt?: number;
  /** What is left must be `seen`: what is known of how long that takes is too old. */
  readonly mustSee: boolean;
  /**
   * Ends it, once it is written: all that is due before `reached` is taken, but for what was `seen`
   * afterwards. Without `reached`, nothing was taken; without `seen`, nobody has looked.
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
export const START = -8_640_000_000_000_000;
/** A look that is quicker than this walks over little. */
const QUICK_MS = 1;
/** Slow ones from the start take so much of the time. */
const SHARE = 0.02;
/** But what was not seen waits no longer than this, or than ten of them take. */
const LONGEST_MS = 5_000;
/** So old is what is known of how long a look takes, at most. */
const SEE_EVERY_MS = 1_000;
/** Nobody has to look again sooner for what a look does not see: an idle node would go on looking. */
const AGAIN_MS = 500;
/** A transaction may be written so long after the time at which it made something due. */
const LATE_MS = 500;
/** Looks take long when so many in a row did. */
const LOOKS = 3;
/** No look is under way for longer. */
const OPEN_MS = 60_000;

export function createDueIndexFloor({
  isOn = true,
  monotonic = () => performance.now(),
}: {
  /** Otherwise each look begins at the start. */
  readonly isOn?: boolean;
  readonly monotonic?: () => number;
} = {}): DueIndexFloor {
  let mark = START;
  const open = new Set<OpenLook>();
  /** How long the last looks from the start took: one alone may have been kept from its work. */
  let lastTook: readonly number[] = [];
  /** When there is time for the next slow one from the start. */
  let nextAt = Number.NEGATIVE_INFINITY;
  let seenAt = Number.NEGATIVE_INFINITY;

  const begin = (): OpenLook => {
    const look: OpenLook = { begun: monotonic(), setBackTo: Number.POSITIVE_INFINITY };
    // Those that were not written have no end.
    for (const other of open) if (look.begun - other.begun > OPEN_MS) open.delete(other);
    open.add(look);
    return look;
  };
  const end = (look: OpenLook, to: number) => {
    open.delete(look);
    mark = Math.min(to, look.setBackTo);
  };
  const setBack = (to: number) => {
    mark = Math.min(mark, to);
    for (const look of open) look.setBackTo = Math.min(look.setBackTo, to);
  };
  const note = (tookMs: number) => {
    lastTook = [...lastTook, tookMs].slice(-LOOKS);
  };
  const typicalMs = () => (lastTook.length < LOOKS ? 0 : Math.min(...lastTook));
  const isSlow = () => isOn && typicalMs() >= QUICK_MS;

  const seeFromStart = async (now: number, see: (from: number) => Promise<Seen>) => {
    const look = begin();
    // Only one at a time, if there are several looks.
    nextAt = look.begun + LONGEST_MS;
    const { earliest = now, tookMs } = await see(START);
    const to = Math.min(earliest, now - LATE_MS);
    end(look, to);
    setBack(to);
    note(tookMs);
    nextAt = monotonic() + Math.min(typicalMs() / SHARE, Math.max(LONGEST_MS, typicalMs() * 10));
  };

  return {
    async look(now, see) {
      if (isSlow() && monotonic() >= nextAt) await seeFromStart(now, see);
      const isFromStart = !isSlow();
      const look = begin();
      return {
        from: isFromStart ? START : mark,
        mustSee: isFromStart && look.begun >= seenAt + SEE_EVERY_MS,
        ...(isFromStart ? {} : { againAt: now + Math.max(Math.ceil(nextAt - look.begun), AGAIN_MS) }),
        done(reached, seen) {
          const left = seen?.earliest ?? Number.POSITIVE_INFINITY;
          end(look, Math.min(reached === undefined ? mark : Math.min(reached, now - LATE_MS), left));
          if (!isFromStart || seen === undefined) return;
          seenAt = look.begun;
          note(seen.tookMs);
          nextAt = look.begun;
        },
      };
    },
    get isSlow() {
      return isSlow();
    },
    seenElsewhere: note,
    rewind(instants) {
      setBack(instants.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY));
    },
  };
}

/** A look whose transaction is under way. */
interface OpenLook {
  readonly begun: number;
  /** It must not move the mark beyond what the mark was set back to meanwhile. */
  setBackTo: number;
}

/** Reads the columns of {@link seeing}. */
export function seenIn(row: unknown): Seen {
  const [earliest, tookMs] = rowOf<[number | null, number]>(row);
  return { tookMs, ...(earliest === null ? {} : { earliest }) };
}

/** How long the server has been at a statement. */
export const TOOK_MS = '(extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::float8';

/** What a look for the earliest gives, and how long it took, in this order. */
export const seeing = (earliest: string): string => `(${earliest}) AS earliest, ${TOOK_MS} AS took_ms`;

/** The earlier of two instants, of which each may be absent. */
export function earlierOf(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
