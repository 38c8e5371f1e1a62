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

const OF_TYPES = [
  'limits',
  'onSucceeded',
  'onFailed',
  'onPaused',
  'steps',
  'checkpoint',
  'isolation',
  'memoryMb',
  'operatorsMaySet',
  'secrets',
  'run',
];
const OF_JOBS = [
  'priority',
  'maxRunning',
  'overlap',
  'catchUp',
  'expireAfter',
  'interval',
  'cron',
  'rrule',
  'runAt',
  'after',
  'onlyIf',
  'calendar',
  'timezone',
  'tags',
  'alerts',
];

/** What to do with a field of a job type in a job, or of a job in a job type. Undefined: it is neither. */
export function inOtherPlace(given: string, known: readonly string[]): string | undefined {
  const letters = lettersOf(given);
  const find = (names: readonly string[]) => names.find((name) => lettersOf(name) === letters);
  const isKnown = (name: string) => known.some((one) => lettersOf(one) === lettersOf(name));
  if (isKnown('operatorsMaySet')) return misplaced(find(OF_JOBS), 'the job', 'job(type, …)');
  return isKnown('interval') && isKnown('overlap')
    ? misplaced(find(OF_TYPES), 'the job type', 'defineJobType(…)')
    : undefined;
}

function misplaced(name: string | undefined, what: string, call: string): string | undefined {
  if (name === undefined) return undefined;
  const isPlural = /s$/.test(name);
  const field = call.replace('…', `{ ${name} }`);
  return `${name} ${isPlural ? 'belong' : 'belongs'} to ${what}: write ${isPlural ? 'them' : 'it'} in ${field}`;
}
