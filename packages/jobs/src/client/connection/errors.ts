/**
 * One thing that is wrong with a request: a JSON pointer into its body, or to a parameter, and what would be
 * right.
 */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * The `detail` of a 404 where the server has no route at all, other than where a job or a run is gone: the
 * address has a part too many, or is of a server of another version.
 */
export const NO_SUCH_PATH = 'There is nothing at this path.';

/** What a server says of a request that it refused. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly faults: readonly Fault[];
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly mayBeDone?: boolean | undefined;
}

/**
 * The server, or a proxy before it, answered and did not do what was asked. `message` is `detail`: a sentence
 * for people.
 */
export class ApiError extends Error implements Problem {
  override readonly name = 'ApiError';
  /** The HTTP status, 400 to 599. */
  readonly status: number;
  /** The name of the status, such as `Not Found`. */
  readonly title: string;
  /** What is wrong, and what would be right. */
  readonly detail: string;
  /** Of a 422: each field that is wrong. Else empty. */
  readonly faults: readonly Fault[];
  /** The id under which the server's log has the request; undefined when the answer names none. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait, in ms; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;
  /**
   * An earlier try of the same call had no answer, or a 502, 503 or 504, and may have been done unseen: then
   * a 409 or a 412 may only say that it was. Read what is there to know.
   */
  readonly mayBeDone: boolean;

  constructor(problem: Problem) {
    super(problem.detail);
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.faults = problem.faults;
    this.requestId = problem.requestId;
    this.retryAfterMs = problem.retryAfterMs;
    this.mayBeDone = problem.mayBeDone ?? false;
  }
}

/**
 * `no_answer`: nobody answers, or the connection broke before the answer was whole. `timeout`: no whole
 * answer in time. `not_this_api`: a success that this API does not give, such as the page of a proxy, or what
 * another address serves. `too_long`: an answer has more than 64 MiB, or an event stream a line or an event
 * of more than 1 MiB: this API gives none.
 */
export type ConnectionErrorCode = 'no_answer' | 'timeout' | 'not_this_api' | 'too_long';

/**
 * There is no answer, or not one of this API. `isUnsure` says whether the server may have done what was
 * asked.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: ConnectionErrorCode;
  /** An earlier try of the same call may have been done unseen, whatever became of this one. */
  readonly mayBeDone: boolean;

  constructor(
    code: ConnectionErrorCode,
    message: string,
    { mayBeDone = false, ...options }: ErrorOptions & { readonly mayBeDone?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.mayBeDone = mayBeDone;
  }
}
