import { chunks } from '../contestant.ts';

/** The columns of a live run that its history row repeats. */
export interface LiveRow {
  readonly id: number;
  readonly jobUid: number;
  readonly queuedAt: number;
}

export interface Batch {
  readonly rows: readonly LiveRow[];
  /** How many runs end for each job. */
  readonly ends: ReadonlyMap<number, number>;
}

/** Made before the clock starts, because only writes are timed. */
export function batchesOf(rows: readonly LiveRow[], size: number): readonly Batch[] {
  return chunks(rows, size).map((batch) => {
    const ends = new Map<number, number>();
    for (const { jobUid } of batch) ends.set(jobUid, (ends.get(jobUid) ?? 0) + 1);
    return { rows: batch, ends };
  });
}

export function liveRowOf(row: unknown): LiveRow {
  if (!Array.isArray(row)) throw new Error('the row must be an array');
  const [id = 0, jobUid = 0, queuedAt = 0] = row.map(Number);
  return { id, jobUid, queuedAt };
}

/** Above all ids in use. */
export const FIRST_FENCE = 8_000_000_000_000_000;
export const HOUR_MS = 3_600_000;
