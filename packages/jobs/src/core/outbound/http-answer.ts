/** What an HTTP answer means for the attempt that asked for it. */
export type HttpVerdict = 'expected' | 'retry' | 'permanent';

/** Statuses of 4xx that ask for another try: Request Timeout, Too Early, Too Many Requests. */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * P27, HTTP requests: a status that is expected succeeds, by default each of 2xx. Another one fails the
 * attempt: a 4xx for good, because the same request would be refused again, each other with a retry.
 */
export function judgeHttpAnswer(status: number, expected: readonly number[] | undefined): HttpVerdict {
  const isExpected = expected === undefined ? status >= 200 && status < 300 : expected.includes(status);
  if (isExpected) return 'expected';
  return status >= 400 && status < 500 && !TRY_AGAIN.has(status) ? 'permanent' : 'retry';
}
