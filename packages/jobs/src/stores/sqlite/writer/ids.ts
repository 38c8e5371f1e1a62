import type { Database } from '../database.ts';
import { rowOf } from '../rows/run-rows.ts';

/** 2024-01-01; with 8,192 ids a millisecond, ids are safe integers until 2058. */
const EPOCH_MS = 1_704_067_200_000;
export const PER_MS = 8_192;

export type Ids = ReturnType<typeof createIds>;

/**
 * Run ids, job uids and fences: they only rise, over restarts and clock jumps, and tell roughly when they
 * were made.
 */
export function createIds(db: Database) {
  let [last, leadMs] = rowOf<[number, number]>(db.arrays('SELECT last, lead_ms FROM counter').get());
  let written = last;
  return {
    next(now: number): number {
      const tick = (now - EPOCH_MS) * PER_MS;
      last = Math.max(last + 1, tick);
      leadMs = Math.max(leadMs, Math.ceil((last - tick) / PER_MS));
      return last;
    },
    /** How far ids have ever run ahead of the clock (ms). */
    leadMs: () => leadMs,
    /** Writes where the counter stands, if it moved; part of the transaction that used the ids. */
    save(): void {
      if (last === written) return;
      db.write('UPDATE counter SET last = ?, lead_ms = ?', last, leadMs);
      written = last;
    },
  };
}

/** No run made at or after `at` has a smaller id. */
export function lowestIdAt(at: number): number {
  return Math.max(0, (at - EPOCH_MS) * PER_MS);
}

/** No run made before `at` has this id or a larger one; ids may have run ahead of the clock by `leadMs`. */
export function idAbove(at: number, leadMs: number): number {
  return Math.max(0, (at - EPOCH_MS + leadMs + 1) * PER_MS);
}
