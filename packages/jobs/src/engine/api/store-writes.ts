import { StoreError, type StoreErrorCode } from '../../core/model/errors.ts';
import type { Notice } from '../../core/nodes/membership.ts';
import type { JobStore, StoreInTransaction, Transaction } from '../../core/store/store.ts';
import { EngineError } from '../engine-port.ts';
import type { Node } from '../nodes/node.ts';
import type { Dispatcher } from '../pass/dispatcher.ts';

export interface StoreWritesDeps {
  readonly store: JobStore;
  readonly dispatcher: Dispatcher;
  readonly node: Node;
}

/** The methods of the store that commands write with. */
export type StoreWrites = Pick<JobStore, 'insertJob' | 'command' | 'cancelRun' | 'makeDue'>;

/**
 * A command whose reply was lost may be written. After each failure that leaves this open, every node looks
 * for what the command has made due.
 */
export function createStoreWrites(deps: StoreWritesDeps): StoreWrites {
  const { store } = deps;
  return {
    insertJob: (input, signal) => guarded(deps, store.insertJob(input, signal), { kind: 'wake' }),
    command: (input, signal) =>
      guarded(deps, store.command(input, signal), { kind: 'job_changed', jobId: input.jobId }),
    cancelRun: (input, signal) => guarded(deps, store.cancelRun(input, signal), { kind: 'wake' }),
    makeDue: (input, signal) => guarded(deps, store.makeDue(input, signal), { kind: 'wake' }),
  };
}

async function guarded<T>(
  { dispatcher, node }: StoreWritesDeps,
  reply: Promise<T>,
  notice: Notice,
): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    if (!isKnownUnwritten(error)) {
      dispatcher.replyLost();
      node.notify(notice);
    }
    throw error;
  }
}

const KNOWN_UNWRITTEN: ReadonlySet<StoreErrorCode> = new Set(['busy', 'full', 'aborted']);

function isKnownUnwritten(error: unknown): boolean {
  return error instanceof StoreError && KNOWN_UNWRITTEN.has(error.code);
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
