import { StoreError, type StoreErrorCode } from '../../core/model/errors.ts';
import type { Notice } from '../../core/nodes/membership.ts';
import type { JobStore, StoreInTransaction, Transaction } from '../../core/store/store.ts';
import type { EngineParts } from '../engine-parts.ts';
import { EngineError } from '../ports/engine-port.ts';

const KNOWN_UNWRITTEN: ReadonlySet<StoreErrorCode> = new Set(['busy', 'full', 'aborted']);

/** Waits for a write. If its reply is lost, it may be written: every node then looks for due runs. */
export async function guardReply<T>(
  { dispatcher, node }: EngineParts,
  reply: Promise<T>,
  notice: Notice = { kind: 'wake' },
): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    if (mayBeWritten(error)) {
      dispatcher.nextPass.replyLost();
      node.notify(notice);
    }
    throw error;
  }
}

const NO_SHARED_DATABASE =
  'the jobs are in SQLite or in memory here, so no transaction of yours can contain them';

/** Whether a write that rejected so may have happened, or may happen yet. */
export function mayBeWritten(error: unknown): boolean {
  return !(error instanceof StoreError && KNOWN_UNWRITTEN.has(error.code));
}

/** Throws where no handler can complete its run in a transaction (P31, completion). */
export function requireCompletion(store: JobStore): void {
  if (store.within !== undefined) return;
  throw new EngineError(
    'invalid',
    `ctx.complete() needs PostgreSQL: ${NO_SHARED_DATABASE}. Return the result instead, and make the effect idempotent, with a key such as ctx.run.id. Or use postgres(url).`,
  );
}

/** The store as a part of a caller's transaction. */
export function storeInTransaction(store: JobStore, tx: Transaction): StoreInTransaction {
  const inside = store.within?.(tx);
  if (inside !== undefined) return inside;
  throw new EngineError(
    'invalid',
    `tx needs PostgreSQL: ${NO_SHARED_DATABASE}. Leave tx out, or use postgres(url).`,
  );
}
