import { ApiError, type ConnectionError, type ConnectionErrorCode } from './errors.ts';

/**
 * When a request may be retried. `safe`: after any temporary failure, because the request is idempotent.
 * `refused`: only when the server refused it and sent Retry-After. `never`: not at all.
 */
export type Repeat = 'safe' | 'refused' | 'never';

const SHORTEST_MS = 250;
const LONGEST_MS = 10_000;
/** With a longer Retry-After the caller gets the error instead of a long wait. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

/** Statuses that are usually temporary. */
const PASSING: readonly number[] = [429, 502, 503, 504];
/** Errors that a retry cannot change. */
const LASTING: readonly ConnectionErrorCode[] = ['not_this_api', 'too_long'];
/** Statuses of a refusal with Retry-After. */
const REFUSALS: readonly number[] = [429, 503];

/**
 * The wait before the next try of a request, in ms; undefined: no further try. `failures`: number of failed
 * tries before.
 */
export function waitBeforeRepeat(
  error: ApiError | ConnectionError,
  {
    repeat,
    failures,
    random,
  }: { readonly repeat: Repeat; readonly failures: number; readonly random: () => number },
): number | undefined {
  if (repeat === 'never') return undefined;
  const backoff = backoffMs(failures, random);
  if (!(error instanceof ApiError)) {
    return repeat === 'safe' && !LASTING.includes(error.code) ? backoff : undefined;
  }
  const { status, retryAfterMs } = error;
  if (retryAfterMs !== undefined && retryAfterMs > LONGEST_RETRY_AFTER_MS) return undefined;
  const mayRepeat =
    repeat === 'safe' ? PASSING.includes(status) : REFUSALS.includes(status) && retryAfterMs !== undefined;
  // A little later than requested, so that clients with the same Retry-After do not all return at once.
  return mayRepeat
    ? retryAfterMs === undefined
      ? backoff
      : retryAfterMs + random() * SHORTEST_MS
    : undefined;
}

/**
 * The random wait after `failures` earlier failures: 0.25 to 0.5 s at first, doubled each time, at most 5 to
 * 10 s.
 */
export function backoffMs(failures: number, random: () => number): number {
  const longest = Math.min(LONGEST_MS, 2 * SHORTEST_MS * 2 ** failures);
  return (longest / 2) * (1 + random());
}

/** Error codes of Node.js for a connection that was never established or not trusted. */
const NEVER_SENT =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|EPROTO)$|^ERR_SSL_|CERT|ISSUER|SIGNATURE/;

/**
 * Whether the server may have processed a request that failed with this error. After GreenVue's own 503, a
 * commit may have succeeded. Browsers give no reason for a missing response.
 */
export function isUnsure(error: ApiError | ConnectionError): boolean {
  if (error.mayBeDone) return true;
  if (error instanceof ApiError) return error.status === 503 || error.status === 502 || error.status === 504;
  const cause = causeOf(error);
  const code = 'code' in cause ? String(cause.code) : '';
  return error.code !== 'no_answer' || !(NEVER_SENT.test(code) || /\bredirect\b/.test(cause.message));
}

/** The innermost cause: the error of the socket or of TLS. */
function causeOf(error: Error): Error {
  return error.cause instanceof Error ? causeOf(error.cause) : error;
}
