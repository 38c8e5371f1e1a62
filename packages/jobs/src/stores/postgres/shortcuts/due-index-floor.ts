import { rowOf } from '../rows/run-rows.ts';

export interface Look {
  /** The look skips everything that became due before this instant. */
  readonly from: number;
  /** Another look is needed by then, because this one may have skipped something. */
  readonly againAt?: number;
  /** The look must report what is left as `seen`, because the last measured duration is too old. */
  readonly mustSee: boolean;
  /**
   * Call it after the look's transaction is written. Everything due before `reached` is taken, except for
   * what `seen` contains. Without `reached`, nothing was taken; without `seen`, nothing was checked
   * afterwards.
   */
  done(reached: number | undefined, seen: Seen | undefined): void;
}

export interface Seen {
  /** The earliest due time of the rows that are left. Absent if none are left. */
  readonly earliest?: number;
  /** How long the server took to find it. */
  readonly tookMs: number;
}

/** An instant before every due time. */
export const START = -8_640_000_000_000_000;
/** A look that is faster than this skips only a few dead rows. */
const QUICK_MS = 1;
/** The share of the time that slow looks from the start may take. */
const SHARE = 0.02;
/** A run that a look skipped waits no longer than this, or than the time of ten looks. */
const LONGEST_MS = 5_000;
/** The duration of a look is measured again after this time. */
const SEE_EVERY_MS = 1_000;
/** A slow look is repeated no sooner than this, so that an idle node rests. */
const AGAIN_MS = 500;
/** A transaction may commit this long after the time at which it made something due. */
const LATE_MS = 500;
/** Looks count as slow when this many in a row took long. */
const LOOKS = 3;
/** A look that is open for longer has failed. */
const OPEN_MS = 60_000;

export interface DueIndexFloorOptions {
  /** If false, each look starts at the beginning of the index. */
  readonly isOn?: boolean;
  readonly monotonic?: () => number;
}

/**
 * Decides where a look for due runs starts in the due index. VACUUM cannot remove taken runs while a snapshot
 * is open, and reading past them takes long. Then looks start at a floor, and a few from the start find runs
 * below it.
 */
export class DueIndexFloor {
  readonly #isOn: boolean;
  readonly #monotonic: () => number;
  #floor = START;
  readonly #open = new Set<OpenLook>();
  /** The durations of the last looks from the start. Several, because other work may have delayed one. */
  #lastTook: readonly number[] = [];
  /** When the next slow look from the start may begin. */
  #nextAt = Number.NEGATIVE_INFINITY;
  #seenAt = Number.NEGATIVE_INFINITY;

  constructor({ isOn = true, monotonic = () => performance.now() }: DueIndexFloorOptions = {}) {
    this.#isOn = isOn;
    this.#monotonic = monotonic;
  }

  /** Starts a look at `now`. `see` finds the earliest due time at or after an instant. */
  async look(now: number, see: (from: number) => Promise<Seen>): Promise<Look> {
    if (this.isSlow && this.#monotonic() >= this.#nextAt) await this.#seeFromStart(now, see);
    const isFromStart = !this.isSlow;
    const look = this.#begin();
    return {
      from: isFromStart ? START : this.#floor,
      mustSee: isFromStart && look.begun >= this.#seenAt + SEE_EVERY_MS,
      ...(isFromStart ? {} : { againAt: now + Math.max(Math.ceil(this.#nextAt - look.begun), AGAIN_MS) }),
      done: (reached, seen) => {
        const left = seen?.earliest ?? Number.POSITIVE_INFINITY;
        this.#end(
          look,
          Math.min(reached === undefined ? this.#floor : Math.min(reached, now - LATE_MS), left),
        );
        if (!isFromStart || seen === undefined) return;
        this.#seenAt = look.begun;
        this.noteDuration(seen.tookMs);
        this.#nextAt = look.begun;
      },
    };
  }

  /** True if looks from the start take long. */
  get isSlow(): boolean {
    return this.#isOn && this.#typicalMs >= QUICK_MS;
  }

  /** Records how long a look from the start took, also if another statement made it. */
  noteDuration(tookMs: number): void {
    this.#lastTook = [...this.#lastTook, tookMs].slice(-LOOKS);
  }

  /** Moves the floor back to the earliest of these instants: call it with the due times of written rows. */
  rewind(instants: readonly number[]): void {
    this.#moveBack(instants.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY));
  }

  get #typicalMs(): number {
    return this.#lastTook.length < LOOKS ? 0 : Math.min(...this.#lastTook);
  }

  #begin(): OpenLook {
    const look: OpenLook = { begun: this.#monotonic(), movedBackTo: Number.POSITIVE_INFINITY };
    // A look whose transaction failed never ends.
    for (const other of this.#open) if (look.begun - other.begun > OPEN_MS) this.#open.delete(other);
    this.#open.add(look);
    return look;
  }

  #end(look: OpenLook, to: number): void {
    this.#open.delete(look);
    this.#floor = Math.min(to, look.movedBackTo);
  }

  #moveBack(to: number): void {
    this.#floor = Math.min(this.#floor, to);
    for (const look of this.#open) look.movedBackTo = Math.min(look.movedBackTo, to);
  }

  async #seeFromStart(now: number, see: (from: number) => Promise<Seen>): Promise<void> {
    const look = this.#begin();
    // Prevents other looks from starting at the beginning too.
    this.#nextAt = look.begun + LONGEST_MS;
    const { earliest = now, tookMs } = await see(START);
    const to = Math.min(earliest, now - LATE_MS);
    this.#end(look, to);
    this.#moveBack(to);
    this.noteDuration(tookMs);
    const typicalMs = this.#typicalMs;
    this.#nextAt = this.#monotonic() + Math.min(typicalMs / SHARE, Math.max(LONGEST_MS, typicalMs * 10));
  }
}

/** A look whose transaction is open. */
interface OpenLook {
  readonly begun: number;
  /**
   * The earliest instant that the floor was moved back to since. The look must not move the floor above it.
   */
  movedBackTo: number;
}

/** Reads the columns of {@link seeing}. */
export function seenIn(row: unknown): Seen {
  const [earliest, tookMs] = rowOf<[number | null, number]>(row);
  return { tookMs, ...(earliest === null ? {} : { earliest }) };
}

/** How long the server has worked on the current statement. */
export const TOOK_MS = '(extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000)::float8';

/** Columns: the earliest due time, and the duration of the look. */
export const seeing = (earliest: string): string => `(${earliest}) AS earliest, ${TOOK_MS} AS took_ms`;

/** The earlier of two instants; either may be absent. */
export function earlierOf(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}
