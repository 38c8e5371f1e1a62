/** Thrown by a handler for what a retry can't mend: the run fails now, whatever attempts are left (P8). */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

export type StoreErrorCode =
  | 'newer_schema'
  | 'unusable'
  | 'in_use'
  | 'gone'
  | 'damaged'
  | 'full'
  | 'unavailable'
  | 'busy'
  | 'aborted';

/**
 * The database can't be used: as it is (`newer_schema`, `unusable`), while another store has it open
 * (`in_use`), never again by this process (`gone`: its file was removed or replaced; `damaged`: restore a
 * backup), while its disk is `full`, or for now (`unavailable`); or somebody's transaction holds what this
 * needs, and held it for longer than it is waited for (`busy`); or the caller gave up before it began
 * (`aborted`). Nothing of it was done (of several steps, the earlier ones stay), unless it is `unavailable`:
 * an answer may be lost.
 */
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
