import { type Fault, faultsText } from '../input/fault.ts';
import type { AttemptError, RunReason } from './run.ts';

/** Thrown by a handler for what a retry can't fix: the run fails now, with attempts left or not (P8). */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

export type EngineErrorCode =
  | 'invalid'
  | 'forbidden'
  | 'not_found'
  | 'exists'
  | 'stale'
  | 'conflict'
  | 'too_many'
  | 'unavailable';

/**
 * What is wrong with an input of code: a JSON pointer in the names of the code, and what would be right.
 * `/backoff/max` is a field of the main input (the job, the patch, the options of a maker); `/options/by` and
 * `/jobId` name another argument. The REST routes answer with their own names: `/run_at` for `/runAt`.
 */
export type InvalidField = Fault;

/** What a caller can act on. `faults` come with `invalid` and `forbidden`. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  readonly faults: readonly InvalidField[];
  /** The message without the faults. */
  readonly summary: string;
  constructor(
    code: EngineErrorCode,
    summary: string,
    faults: readonly InvalidField[] = [],
    options?: ErrorOptions,
  ) {
    super(messageOf(code, summary, faults), causeIn(options));
    this.code = code;
    this.faults = faults;
    this.summary = summary;
  }
}

function messageOf(code: EngineErrorCode, summary: string, faults: readonly InvalidField[]): string {
  if (code !== 'invalid' || faults.length === 0) return summary;
  const isTold = faults.every(({ detail }) => detail === summary);
  return isTold ? faultsText(faults) : `${summary} ${faultsText(faults)}`;
}

export interface RunErrorDetails {
  readonly runId: string;
  readonly jobId: string;
  readonly reason?: RunReason | undefined;
  readonly errors?: readonly AttemptError[];
  readonly cause?: Error | undefined;
}

/**
 * A run that a caller waited for gave no result: it has `failed`, it was `cancelled`, or it had not ended by
 * the caller's `timeout` and continues. `errors` are those of its attempts, the newest last. `cause` is the
 * last one, with its own causes, of a run that has failed. `console.log` prints the messages; the stacks are
 * in `errors`.
 */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly code: 'failed' | 'cancelled' | 'timeout';
  readonly runId: string;
  readonly jobId: string;
  readonly reason: RunReason | undefined;
  readonly errors: readonly AttemptError[];
  constructor(code: RunError['code'], message: string, details: RunErrorDetails) {
    super(message, causeIn(details));
    this.code = code;
    this.runId = details.runId;
    this.jobId = details.jobId;
    this.reason = details.reason;
    this.errors = details.errors ?? [];
  }

  static {
    // Node would print each error and each cause of each attempt with its stack, some of them twice.
    Object.defineProperty(RunError.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: RunError) {
        return [`${this.name}: ${this.message}`, ...this.errors.map(attemptLine)].join('\n');
      },
    });
  }
}

/** `  attempt 1: TypeError: fetch failed, caused by Error: connect ECONNREFUSED` */
function attemptLine({ attempt, causes = [], ...error }: AttemptError): string {
  const chain = [error, ...causes].map(({ name, message }) => `${name}: ${message}`);
  return `  attempt ${attempt}: ${chain.join(', caused by ')}`;
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
    super(message, causeIn(options));
    this.code = code;
  }
}

/** Without a cause that is undefined, which Node would print. */
function causeIn({ cause }: ErrorOptions = {}): ErrorOptions {
  return cause === undefined ? {} : { cause };
}

/** Says whether the caller has given up. An `AbortSignal` is one. */
export type AbortFlag = Pick<AbortSignal, 'aborted'>;

/** Throws if the caller has given up. To be called before anything is sent to the database. */
export function refuseAborted(signal: AbortFlag | undefined): void {
  if (signal?.aborted === true) throw aborted();
}

/** Throws if the store is open. To be called first in its `open()`. */
export function refuseOpen(isOpen: boolean): void {
  if (!isOpen) return;
  const message =
    'This store is open already, for another engine. Each engine needs a store of its own: call sqlite(…) or postgres(…) once for each.';
  throw new StoreError('in_use', message);
}

export function aborted(): StoreError {
  return new StoreError('aborted', 'The caller gave up before the command began. Nothing of it was done.');
}
