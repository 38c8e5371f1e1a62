import type { InputFault } from '../input/check.ts';

/** The content of an error response. */
export interface ProblemAnswer {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly InputFault[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** With 405: the methods of the path. */
  readonly allow?: string | undefined;
}

/**
 * Refuses a request for a reason that the client may know. Every error handler that honors `statusCode`
 * responds with the right status.
 */
export class HttpProblem extends Error implements ProblemAnswer {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly statusCode: number;
  readonly detail: string;
  readonly errors: readonly InputFault[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly allow: string | undefined;

  constructor(answer: ProblemAnswer, options?: ErrorOptions) {
    super(answer.detail, options);
    this.status = answer.status;
    this.statusCode = answer.status;
    this.detail = answer.detail;
    this.errors = answer.errors;
    this.retryAfterSeconds = answer.retryAfterSeconds;
    this.allow = answer.allow;
  }
}

/** For every response: a proxy may store one to a request with a cookie, and give it to somebody else. */
export const NOT_STORED = { 'cache-control': 'no-store' } as const;

/** Seconds in Retry-After for errors that set none. */
const DEFAULT_RETRY: Readonly<Record<number, number>> = { 429: 10, 503: 5 };

/** The headers of an error response (RFC 9457). `WWW-Authenticate` names the scheme `Bearer`. */
export function problemHeaders(answer: ProblemAnswer): Readonly<Record<string, string>> {
  const { status, allow, retryAfterSeconds = DEFAULT_RETRY[status] } = answer;
  return {
    'content-type': 'application/problem+json',
    ...NOT_STORED,
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(allow === undefined ? {} : { allow }),
  };
}
