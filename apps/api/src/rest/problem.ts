/** One fault of a request: where (a JSON pointer into the body, or to a parameter) and what. */
export interface ProblemDetail {
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemOptions {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly ProblemDetail[];
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/**
 * An answer other than success that a route decided on: sent as `application/problem+json` (RFC 9457). All of
 * it is shown to the client, so it must tell nothing of the server's inside.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly ProblemDetail[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(options: ProblemOptions) {
    super(options.detail);
    this.status = options.status;
    this.title = options.title;
    this.detail = options.detail;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** 400: the request can't be read, such as a malformed cursor. */
export function badRequest(detail: string): Problem {
  return new Problem({ status: 400, title: 'Bad Request', detail });
}

/** 401: who asks is not known. */
export function unauthorized(detail = 'Sign in, and send the token as a bearer token.'): Problem {
  return new Problem({ status: 401, title: 'Unauthorized', detail });
}

/** 403: who asks is known, and may not. */
export function forbidden(detail: string): Problem {
  return new Problem({ status: 403, title: 'Forbidden', detail });
}

/** 404. */
export function notFound(detail: string): Problem {
  return new Problem({ status: 404, title: 'Not Found', detail });
}

/** 409: it does not go with the present state. */
export function conflict(detail: string): Problem {
  return new Problem({ status: 409, title: 'Conflict', detail });
}

/** 422: a field is invalid. */
export function unprocessable(detail: string, errors: readonly ProblemDetail[] = []): Problem {
  return new Problem({ status: 422, title: 'Unprocessable Content', detail, errors });
}

/** 429. */
export function tooManyRequests(detail: string, retryAfterSeconds: number): Problem {
  return new Problem({ status: 429, title: 'Too Many Requests', detail, retryAfterSeconds });
}

/** 503: worth another try in a while. */
export function unavailable(detail: string, retryAfterSeconds: number): Problem {
  return new Problem({ status: 503, title: 'Service Unavailable', detail, retryAfterSeconds });
}
