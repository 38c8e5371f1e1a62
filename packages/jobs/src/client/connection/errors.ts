import type { RunJson } from '../../http/index.ts';

/** An invalid field of a request: a JSON pointer into the body or to a parameter, and what it must be. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * The `detail` of a 404 for a path without a route, unlike a 404 for a missing job or run. The URL of the API
 * is wrong, or the server has another version.
 */
export const NO_SUCH_PATH = 'There is nothing at this path.';

/** The content of an error response. */
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
 * The server, or a proxy in front of it, responded with an error. `message` is `detail`: a sentence for
 * people.
 */
export class ApiError extends Error implements Problem {
  override readonly name = 'ApiError';
  /** The HTTP status, 400 to 599. */
  readonly status: number;
  /** Name of the status, such as `Not Found`. */
  readonly title: string;
  /** What failed, why, and what to do. */
  readonly detail: string;
  /** With a 422: the invalid fields. Otherwise empty. */
  readonly faults: readonly Fault[];
  /** Id of the request in the server's log; undefined if the response has none. */
  readonly requestId: string | undefined;
  /** Time in Retry-After, in ms; undefined without that header. */
  readonly retryAfterMs: number | undefined;
  /**
   * True if an earlier try of the same call had no response, or a 502, 503 or 504, and may have succeeded. A
   * 409 or 412 may then only mean that it did: read the resource to find out.
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
 * `no_answer`: there was no response, or the connection broke before its end. `timeout`: no complete response
 * in time. `not_this_api`: a success that is not from this API, such as the page of a proxy. `too_long`: a
 * response of more than 64 MiB, or a line or event of more than 1 MiB in an event stream; this API sends
 * none.
 */
export type ConnectionErrorCode = 'no_answer' | 'timeout' | 'not_this_api' | 'too_long';

/**
 * There was no response, or none of this API. `isUnsure` says whether the server may have processed the
 * request.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly code: ConnectionErrorCode;
  /** True if an earlier try of the same call may have succeeded. */
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

/** A run that gave no result: it has failed, or was cancelled. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly run: RunJson;
  constructor(run: RunJson) {
    const why = run.errors.at(-1)?.message ?? run.reason ?? 'no reason is known';
    super(
      `The run ${run.id} of ${run.job_id} ${run.status === 'failed' ? 'failed' : `was ${run.status}`}: ${why}`,
    );
    this.run = run;
  }
}
