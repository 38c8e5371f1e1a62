import { shownValue } from '../input/shown-value.ts';
import type { BackoffOptions } from '../model/retry.ts';
import { type Backoff, DEFAULT_BACKOFF } from '../model/retry.ts';
import { formatDuration, parseWholeMs } from '../time/duration.ts';

const LONGEST_TIMEOUT_MS = 7 * 86_400_000;
const SHORTEST_EXPIRY_MS = 1_000;
const LONGEST_EXPIRY_MS = 9_600 * 3_600_000;

/** A timeout in ms, or what is wrong with it. */
export function timeoutMs(text: string): number | string {
  const parsed = parseWholeMs(text);
  if (!parsed.ok) return parsed.detail;
  if (parsed.value < 1 || parsed.value > LONGEST_TIMEOUT_MS)
    return `must be from 1ms to 168h; got ${shownValue(text)}`;
  return parsed.value;
}

/** How long a run may wait for its start in ms, or what is wrong with it. */
export function expireAfterMs(text: string): number | string {
  const parsed = parseWholeMs(text);
  if (!parsed.ok) return parsed.detail;
  if (parsed.value < SHORTEST_EXPIRY_MS || parsed.value > LONGEST_EXPIRY_MS)
    return `must be from 1s to 9600h; got ${shownValue(text)}`;
  return parsed.value;
}

/** A backoff with its defaults, or what is wrong with it. */
export function backoffOf(
  options: BackoffOptions | undefined,
  defaults: Backoff = DEFAULT_BACKOFF,
): Backoff | string {
  if (options === undefined) return defaults;
  const initial = options.initial === undefined ? undefined : parseWholeMs(options.initial);
  const max = options.max === undefined ? undefined : parseWholeMs(options.max);
  if (initial?.ok === false) return `backoff.initial ${initial.detail}`;
  if (max?.ok === false) return `backoff.max ${max.detail}`;
  const backoff: Backoff = {
    initialMs: initial?.value ?? defaults.initialMs,
    maxMs: max?.value ?? defaults.maxMs,
    factor: options.factor ?? defaults.factor,
    jitter: options.jitter ?? defaults.jitter,
  };
  if (backoff.initialMs < 0 || backoff.maxMs < backoff.initialMs)
    return 'backoff.max must not be shorter than backoff.initial, and backoff.initial must be at least 0s';
  if (!(backoff.factor >= 1 && backoff.factor <= 100)) return 'backoff.factor must be from 1 to 100';
  if (!(backoff.jitter >= 0 && backoff.jitter <= 1)) return 'backoff.jitter must be from 0 to 1';
  return backoff;
}

export function backoffFields(backoff: Backoff): Required<BackoffOptions> {
  return {
    initial: formatDuration(backoff.initialMs),
    max: formatDuration(backoff.maxMs),
    factor: backoff.factor,
    jitter: backoff.jitter,
  };
}
