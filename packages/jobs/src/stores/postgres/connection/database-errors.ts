import { StoreError } from '../../../core/model/errors.ts';
import { driver } from './driver.ts';

/**
 * A serialization failure, a deadlock, or a row whose referenced row was removed meanwhile: the server undid
 * the transaction, and the store repeats it.
 */
const UNDONE = new Set(['40001', '40P01', '23503']);
const NOT_DONE = new Set(['57014', '25006']);
const LOCK_NOT_AVAILABLE = '55P03';
const IN_FAILED_TRANSACTION = '25P02';

/** Throws the error as a {@link StoreError}. */
export function fail(error: unknown): never {
  if (error instanceof StoreError) throw error;
  throw isLockTimeout(error) ? busy(error) : unavailable(error);
}

/** The error only says that an earlier statement of its transaction failed. */
export function isAborted(error: unknown): boolean {
  return codeOf(error) === IN_FAILED_TRANSACTION;
}

export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === LOCK_NOT_AVAILABLE;
}

export function busy(cause?: unknown): StoreError {
  const message =
    'Another transaction has held what this needs for too long. Nothing of it was done: try again, or end that transaction.';
  return new StoreError('busy', message, { cause });
}

export function isBusy(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'busy';
}

export function unavailable(cause: unknown): StoreError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StoreError('unavailable', `The database could not be used: ${message}`, { cause });
}

/** The connection was lost before the answer to a COMMIT arrived, or something failed after that answer. */
class LostCommitError extends Error {
  override readonly name = 'LostCommitError';
}

export function commitFailed(error: unknown): never {
  if (isAnswer(error) || error instanceof LostCommitError) throw error;
  throw new LostCommitError('the connection was lost before the answer to a COMMIT came', { cause: error });
}

/**
 * {@link commitFailed} for a statement that is its own transaction. If it was cancelled, or refused by a
 * read-only server, it certainly did not happen.
 */
export function statementFailed(error: unknown): never {
  if (NOT_DONE.has(codeOf(error) ?? '')) throw error;
  commitFailed(error);
}

export function failedAfterCommit(error: unknown): never {
  throw new LostCommitError('something failed after a COMMIT', { cause: error });
}

/** Whether a rejected transaction may have been committed: its answer was lost. */
export function mayBeDone(error: unknown): boolean {
  return error instanceof StoreError && error.cause instanceof LostCommitError;
}

/** The server answered with an error, so the connection still works. */
export function isAnswer(error: unknown): boolean {
  if (error instanceof StoreError) return true;
  const code = codeOf(error);
  return code !== undefined && !LOST.test(code);
}

// Class 08: the connection failed. Class 57: an operator intervened, for example with a shutdown. 25P03: the
// server closed the connection, because a transaction was idle for too long. 25006: after a failover, the
// connection may lead to a read-only server.
const LOST = /^(?:08|57|25P03|25006)/;

/** Another transaction caused the failure, so the store can repeat this one. */
export function mustTryAgain(error: unknown): boolean {
  return UNDONE.has(codeOf(error instanceof StoreError ? error.cause : error) ?? '');
}

/** The SQLSTATE of a server error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof driver.DatabaseError ? error.code : undefined;
}
