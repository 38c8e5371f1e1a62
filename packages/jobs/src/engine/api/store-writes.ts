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
    if (!(error instanceof StoreError && KNOWN_UNWRITTEN.has(error.code))) {
      dispatcher.nextPass.replyLost();
      node.notify(notice);
    }
    throw error;
  }
}

/** The store as a part of a caller's transaction. */
export function storeInTransaction(store: JobStore, tx: Transaction): StoreInTransaction {
  const inside = store.within?.(tx);
  if (inside !== undefined) return inside;
  throw new EngineError(
    'invalid',
    'tx needs PostgreSQL: the database of the jobs is a file of its own here (SQLite), which no transaction of yours can span.',
  );
}
