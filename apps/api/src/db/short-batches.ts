import { setTimeout } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from './schema.ts';

// Well below the 20 ms that a write may hold the lock: room for a batch that turns out dearer than the last.
const TARGET_MS = 8;
const FIRST_SIZE = 100;
const LARGEST_SIZE = 2_000;
/**
 * Below it, the transaction itself takes most of the time: on a busy machine, or far from its database, each
 * batch would end at one row.
 */
const SMALLEST_SIZE = 20;
/** Long enough for a waiting writer, which tries again each millisecond, to get in between. */
const REST_MS = 3;

export interface ShortBatches<Batch extends { readonly rows: number }> {
  readonly database: Kysely<Database>;
  /** Looked at between batches; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Deals with up to `size` rows in the transaction. Fewer than `size` means that nothing is left. */
  readonly step: (trx: Transaction<Database>, size: number) => Promise<Batch>;
  /** Called after the commit of each batch, and awaited. */
  readonly committed: (batch: Batch) => void | Promise<void>;
}

/**
 * Does long work on many rows as a series of short transactions, so that no other writer waits long: each is
 * sized by how long the last one held the write lock, and followed by a rest. A kill at any instant loses at
 * most the batch in hand.
 */
export async function inShortBatches<Batch extends { readonly rows: number }>(
  work: ShortBatches<Batch>,
): Promise<void> {
  let size = FIRST_SIZE;
  for (;;) {
    work.signal.throwIfAborted();
    let lockedAt = 0;
    const batch = await work.database.transaction().execute((trx) => {
      lockedAt = performance.now();
      return work.step(trx, size);
    });
    const heldMs = performance.now() - lockedAt;
    await work.committed(batch);
    if (batch.rows < size) return;
    size = nextSize(size, heldMs);
    await setTimeout(REST_MS);
  }
}

function nextSize(size: number, heldMs: number): number {
  const factor = Math.min(1.5, Math.max(0.25, TARGET_MS / Math.max(heldMs, 0.1)));
  return Math.min(LARGEST_SIZE, Math.max(SMALLEST_SIZE, Math.round(size * factor)));
}
