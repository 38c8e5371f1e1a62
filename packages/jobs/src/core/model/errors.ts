/** Thrown by a handler for what a retry can't fix: the run fails now, with attempts left or not (P8). */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

export type StoreErrorCode =
  /** The schema is newer than this code. */
  | 'newer_schema'
  /** The database can't be used as it is. */
  | 'unusable'
  /** Another store has the database open. */
  | 'in_use'
  /** The file was removed or replaced: this process can't use it again. */
  | 'gone'
  /** A backup must be restored: this process can't use the database again. */
  | 'damaged'
  /** The disk is full. */
  | 'full'
  /** The database can't be used for now. */
  | 'unavailable'
  /** Another transaction held a lock for longer than the store waits for it. */
  | 'busy'
  /** The caller gave up before the work began. */
  | 'aborted';

/** A step of the store failed and changed nothing; with `unavailable`, only its reply may be lost. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Says whether the caller has given up. An `AbortSignal` is one. */
export type AbortFlag = Pick<AbortSignal, 'aborted'>;

/** Throws if the caller has given up. To be called before anything is sent to the database. */
export function refuseAborted(signal: AbortFlag | undefined): void {
  if (signal?.aborted === true) throw aborted();
}

export function aborted(): StoreError {
  return new StoreError('aborted', 'The caller gave up before the command began. Nothing of it was done.');
}
