import type { Database } from '../../database.ts';
import { rowOf } from '../../rows/run-rows.ts';

/** 2024-01-01; with 8,192 ids a millisecond, ids are safe integers until 2058. */
const EPOCH_MS = 1_704_067_200_000;
export const PER_MS = 8_192;

/**
 * Makes run ids, job uids and fences. They always increase, across restarts and clock jumps, and contain
 * their approximate time.
 */
export class Ids {
  readonly #db: Database;
  #last: number;
  #written: number;
  #leadMs: number;

  constructor(db: Database) {
    this.#db = db;
    [this.#last, this.#leadMs] = rowOf<[number, number]>(db.arrays(READ_COUNTER).get());
    this.#written = this.#last;
  }

  next(now: number): number {
    const tick = (now - EPOCH_MS) * PER_MS;
    this.#last = Math.max(this.#last + 1, tick);
    this.#leadMs = Math.max(this.#leadMs, Math.ceil((this.#last - tick) / PER_MS));
    return this.#last;
  }

  /** No run made before `at` has this id or a larger one, even if ids ran ahead of the clock. */
  above(at: number): number {
    return idAbove(at, this.#leadMs);
  }

  /** Writes the counter if it has changed, in the transaction that used the ids. */
  save(): void {
    if (this.#last === this.#written) return;
    this.#db.write(SAVE_COUNTER, this.#last, this.#leadMs);
    this.#written = this.#last;
  }
}

/** No run created at or after `at` has a smaller id. */
export function lowestIdAt(at: number): number {
  return Math.max(0, (at - EPOCH_MS) * PER_MS);
}

/** No run created before `at` has this id or a larger one; ids may be ahead of the clock by `leadMs`. */
export function idAbove(at: number, leadMs: number): number {
  return Math.max(0, (at - EPOCH_MS + leadMs + 1) * PER_MS);
}

const READ_COUNTER = 'SELECT last, lead_ms FROM counter';
const SAVE_COUNTER = 'UPDATE counter SET last = ?, lead_ms = ?';
