import { lettersOf } from './closest-name.ts';

/** What the fields of a job are called in other libraries; an error then gives the right name. */
export const NAMES_ELSEWHERE = {
  type: ['jobType', 'task'],
  interval: ['every', 'repeat'],
  cron: ['pattern', 'schedule'],
  timezone: ['tz'],
  runAt: ['at', 'date'],
  startAt: ['startDate', 'start'],
  endAt: ['endDate', 'end', 'until'],
  maxRuns: ['limit', 'times', 'count'],
  spread: ['jitter', 'splay'],
  payload: ['data', 'input', 'args'],
  catchUp: ['misfire'],
  timeout: ['timeoutMs'],
  expireAfter: ['expireAfterMs', 'expiresIn', 'ttl'],
  maxAttempts: ['attempts', 'retries', 'retryLimit'],
  backoff: ['retryDelay', 'retry', 'retries'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

const BY_FIELD: readonly (readonly [field: string, names: readonly string[]])[] =
  Object.entries(NAMES_ELSEWHERE);

/** Those of the known names that other libraries call `given`. The known ones may be written as `run_at`. */
export function knownHereAs(given: string, known: readonly string[]): string | undefined {
  const letters = lettersOf(given);
  const fields = BY_FIELD.filter(([, names]) => names.some((name) => lettersOf(name) === letters)).map(
    ([field]) => lettersOf(field),
  );
  return anyOf(known.filter((name) => fields.includes(lettersOf(name))));
}

/** Names as a text, such as `maxAttempts or backoff`; undefined without any. */
export function anyOf(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(' or ');
}
