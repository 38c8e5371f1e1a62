import type { InputFault } from '@greenvue/jobs/http';

/** An invalid field of a request: a JSON pointer into the body or to a parameter, and what it must be. */
export type ProblemDetail = InputFault;

export interface ProblemOptions {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly ProblemDetail[];
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/**
 * An error response of a route, sent as `application/problem+json` (RFC 9457). The client sees all of it, so
 * it must not reveal internals of the server.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly ProblemDetail[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(options: ProblemOptions) {
    super(options.detail);
    this.status = options.status;
    this.detail = options.detail;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** 400: the request is malformed, such as its cursor. */
export function badRequest(detail: string): Problem {
  return new Problem({ status: 400, detail });
}

/** 401: the request is not authenticated. */
export function unauthorized(
  detail = 'This route requires a token. Sign in, and send it as Authorization: Bearer <token>.',
): Problem {
  return new Problem({ status: 401, detail });
}

/** 403: the principal lacks the permission. */
export function forbidden(detail: string): Problem {
  return new Problem({ status: 403, detail });
}

/** 404. */
export function notFound(detail: string): Problem {
  return new Problem({ status: 404, detail });
}

/** 409: conflicts with the current state. */
export function conflict(detail: string): Problem {
  return new Problem({ status: 409, detail });
}

/** 422: a field is invalid. */
export function unprocessable(detail: string, errors: readonly ProblemDetail[] = []): Problem {
  return new Problem({ status: 422, detail, errors });
}

/** 429. */
export function tooManyRequests(detail: string, retryAfterSeconds: number): Problem {
  return new Problem({ status: 429, detail, retryAfterSeconds });
}

/** 503: temporarily unavailable. */
export function unavailable(detail: string, retryAfterSeconds: number): Problem {
  return new Problem({ status: 503, detail, retryAfterSeconds });
}
