import { ApiError, type ConnectionError, type ConnectionErrorCode } from './errors.ts';

/**
 * When a request may be sent again. `safe`: whenever that may help, as done twice is done once. `refused`:
 * only when the server said that it did nothing and when to come back. `never`.
 */
export type Repeat = 'safe' | 'refused' | 'never';

const SHORTEST_MS = 250;
const LONGEST_MS = 10_000;
/** Whoever is to wait longer should know: it gets the error instead. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

/** What will have passed by itself in a while, most of the time. */
const PASSING: readonly number[] = [429, 502, 503, 504];
/** Would be the same again. */
const LASTING: readonly ConnectionErrorCode[] = ['not_this_api', 'too_long'];
/** The statuses with which a server may say when to come back. */
const REFUSALS: readonly number[] = [429, 503];

/**
 * How long to wait before a request is sent again, in ms; undefined: it is not. `failures`: how many tries
 * failed before.
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
  // A little later than asked for: those who are told to come back at the same time should not all do so.
  return mayRepeat
    ? retryAfterMs === undefined
      ? backoff
      : retryAfterMs + random() * SHORTEST_MS
    : undefined;
}

/**
 * The wait after this many failures: 0.25 to 0.5 s at first, then twice as long each time, 5 to 10 s at last.
 */
export function backoffMs(failures: number, random: () => number): number {
  const longest = Math.min(LONGEST_MS, 2 * SHORTEST_MS * 2 ** failures);
  return (longest / 2) * (1 + random());
}

/** The codes of Node.js for a connection that was never made, or never trusted. */
const NEVER_SENT =
  /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|EPROTO)$|^ERR_SSL_|CERT|ISSUER|SIGNATURE/;

/**
 * Whether the failed request may have been done. GreenVue's own 503 may stand for a commit whose answer was
 * lost. A browser does not say why there is no answer.
 */
export function isUnsure(error: ApiError | ConnectionError): boolean {
  if (error.mayBeDone) return true;
  if (error instanceof ApiError) return error.status === 503 || error.status === 502 || error.status === 504;
  const cause = causeOf(error);
  const code = 'code' in cause ? String(cause.code) : '';
  return error.code !== 'no_answer' || !(NEVER_SENT.test(code) || /\bredirect\b/.test(cause.message));
}

/** The innermost cause: what the socket or the TLS below said. */
function causeOf(error: Error): Error {
  return error.cause instanceof Error ? causeOf(error.cause) : error;
}
