/** Wait before a retry (P8, retries): `initialMs * factor^(n-1)`, at most `maxMs`, plus or minus `jitter`. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly factor: number;
  readonly jitter: number;
}

export const DEFAULT_BACKOFF: Backoff = { initialMs: 10_000, maxMs: 3_600_000, factor: 2, jitter: 0.1 };
export const DEFAULT_MAX_ATTEMPTS = 3;
export const DEFAULT_TIMEOUT_MS = 30 * 60_000;

/** The wait before the attempt that follows the `failures`-th failed one (1, 2, …). `random` is in [0, 1). */
export function retryDelayMs(backoff: Backoff, failures: number, random: number): number {
  const { initialMs, maxMs, factor, jitter } = backoff;
  // The power may be infinite, and nothing times that is no number.
  const plain = initialMs === 0 ? 0 : Math.min(initialMs * factor ** (failures - 1), maxMs);
  return Math.round(plain * (1 + jitter * (2 * random - 1)));
}

/** Wait before a retry: `initial * factor^n`, at most `max`, plus or minus `jitter` of it. Go durations. */
export interface BackoffOptions {
  readonly initial?: string;
  readonly max?: string;
  readonly factor?: number;
  readonly jitter?: number;
}
