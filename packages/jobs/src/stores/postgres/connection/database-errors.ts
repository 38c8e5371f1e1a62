import pg from 'pg';
import { StoreError } from '../../../core/model/errors.ts';

/**
 * Two transactions that wait for each other, or that can't be put in an order: one is undone, and tried
 * again.
 */
const UNDONE = new Set(['40001', '40P01']);
const NOT_DONE = new Set(['57014', '25006']);
const LOCK_NOT_AVAILABLE = '55P03';
const IN_FAILED_TRANSACTION = '25P02';

/** As a store tells of it. */
export function fail(error: unknown): never {
  if (error instanceof StoreError) throw error;
  throw isLockTimeout(error) ? busy(error) : unavailable(error);
}

/** It tells only that a statement before it in its transaction has failed. */
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

/**
 * The connection was lost before the end of a COMMIT was known; or it was known, and something failed after
 * it.
 */
class LostCommitError extends Error {
  override readonly name = 'LostCommitError';
}

export function commitFailed(error: unknown): never {
  if (isAnswer(error) || error instanceof LostCommitError) throw error;
  throw new LostCommitError('the connection was lost before the answer to a COMMIT came', { cause: error });
}

/**
 * {@link commitFailed} for a statement that is its own transaction: called off, or refused by a server that
 * only reads, it is not done.
 */
export function statementFailed(error: unknown): never {
  if (NOT_DONE.has(codeOf(error) ?? '')) throw error;
  commitFailed(error);
}

export function failedAfterCommit(error: unknown): never {
  throw new LostCommitError('something failed after a COMMIT', { cause: error });
}

/** Whether a transaction that was rejected may have been done all the same: nobody knows. */
export function mayBeDone(error: unknown): boolean {
  return error instanceof StoreError && error.cause instanceof LostCommitError;
}

/** The server answered with an error, so that the connection is still good for more. */
export function isAnswer(error: unknown): boolean {
  if (error instanceof StoreError) return true;
  const code = codeOf(error);
  return code !== undefined && !LOST.test(code);
}

// Class 08, and 57: it was asked to end the connection. 25P03: it did so, since nothing came in a
// transaction. 25006: after a failover it may lead to a server that only reads.
const LOST = /^(?:08|57|25P03|25006)/;

/** It was undone for another transaction's sake: the same again may be done. */
export function mustTryAgain(error: unknown): boolean {
  return UNDONE.has(codeOf(error instanceof StoreError ? error.cause : error) ?? '');
}

/** The SQLSTATE of an error of the server. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
