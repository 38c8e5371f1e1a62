import { CALENDAR_MODES } from '../../core/calendars/calendar.ts';
import type { JobCalendar } from '../../core/calendars/job-calendar.ts';
import { afterRule, onlyIfRule } from '../../core/chains/chain-rules.ts';
import { BACKOFF, backoffFields, maxAttempts } from '../../core/input/definition-fields.ts';
import { NAMES_ELSEWHERE } from '../../core/input/names-elsewhere.ts';
import {
  alsoNamed,
  anything,
  duration,
  flag,
  nullable,
  oneOf,
  required,
  text,
  time,
  wholeNumber,
} from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import type { BackoffOptions } from '../../core/job-types/job-type.ts';
import { MOST_RUNNING, MOST_RUNS } from '../../core/limits.ts';
import { PRIORITIES } from '../../core/model/priority.ts';
import { watchingRules } from '../../core/watching/watch-rules.ts';
import type { JobInput, JobPatch } from '../ports/engine-port.ts';

const backoff = shape<BackoffOptions>(BACKOFF, backoffFields);

const schedule = {
  interval: alsoNamed(duration, ...NAMES_ELSEWHERE.interval),
  intervalMode: oneOf('fixed_rate', 'fixed_delay'),
  cron: alsoNamed(text({ min: 1, max: 200, like: '0 3 * * *' }), ...NAMES_ELSEWHERE.cron),
  rrule: text({ min: 1, max: 500, like: 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=9' }),
  timezone: alsoNamed(text({ min: 1, max: 64, like: 'Europe/Berlin' }), ...NAMES_ELSEWHERE.timezone),
  runAt: alsoNamed(time, ...NAMES_ELSEWHERE.runAt),
  onDemand: flag,
  after: afterRule,
  startAt: alsoNamed(time, ...NAMES_ELSEWHERE.startAt),
  endAt: alsoNamed(time, ...NAMES_ELSEWHERE.endAt),
  maxRuns: alsoNamed(wholeNumber({ min: 1, max: MOST_RUNS }), ...NAMES_ELSEWHERE.maxRuns),
  spread: alsoNamed(duration, ...NAMES_ELSEWHERE.spread),
};

const calendar = shape<JobCalendar>('a calendar such as { id: "holidays", mode: "skip" }', {
  id: required(text({ min: 1, max: 128, like: 'holidays' })),
  mode: required(oneOf(...CALENDAR_MODES)),
});

const policies = {
  calendar,
  description: text({ max: 2_000 }),
  // The job type checks it.
  payload: alsoNamed(anything, ...NAMES_ELSEWHERE.payload),
  overlap: oneOf('skip', 'queue', 'allow', 'cancel_previous'),
  catchUp: alsoNamed(oneOf('once', 'skip', 'all'), ...NAMES_ELSEWHERE.catchUp),
  timeout: alsoNamed(duration, ...NAMES_ELSEWHERE.timeout),
  expireAfter: alsoNamed(duration, ...NAMES_ELSEWHERE.expireAfter),
  priority: oneOf(...PRIORITIES),
  maxRunning: wholeNumber({ min: 1, max: MOST_RUNNING }),
  onlyIf: onlyIfRule,
  maxAttempts,
  backoff: alsoNamed(backoff, ...NAMES_ELSEWHERE.backoff),
  ...watchingRules,
};

const id = required(text({ min: 1, max: 128, like: 'nightly-cleanup' }));
const name = required(text({ min: 1, max: 200, like: 'Nightly cleanup' }));
const type = required(alsoNamed(text({ min: 1, max: 100, like: 'send_digest' }), ...NAMES_ELSEWHERE.type));

/** A {@link JobInput}. */
export const jobRules = shape<JobInput>(
  'a job such as { id: "nightly", name: "Nightly", type: "clean_up", interval: "24h" }',
  { id, name, type, ...schedule, ...policies },
);

/** A job whose type is an argument of its own; a {@link ScheduledJobInput}. */
export const scheduledJobRules = shape<Omit<JobInput, 'name' | 'type'> & { readonly name?: string }>(
  'a job such as { id: "nightly", interval: "24h" }',
  { id, name: text({ min: 1, max: 200, like: 'Nightly cleanup' }), ...schedule, ...policies },
);

/** A {@link DeclaredJobInput}. */
export const declaredJobRules = shape<
  Omit<JobInput, 'name' | 'type'> & { readonly name?: string; readonly adopt?: boolean }
>('a job such as { id: "nightly", interval: "24h" }', { ...scheduledJobRules.fields, adopt: flag });

/** The schedule of a preview: the fields of a job, all of them optional. */
export const scheduleRules = shape<Partial<JobInput>>('a schedule such as { interval: "5m" }', {
  id: text({ max: 128 }),
  name: text({ max: 200 }),
  type: text({ max: 100 }),
  ...schedule,
  ...policies,
});

/** A {@link JobPatch}: each field may be null. */
export const patchRules = shape<JobPatch>('a patch such as { interval: "5m" }', {
  name: nullable(name),
  type: nullable(type),
  interval: nullable(schedule.interval),
  intervalMode: nullable(schedule.intervalMode),
  cron: nullable(schedule.cron),
  rrule: nullable(schedule.rrule),
  timezone: nullable(schedule.timezone),
  runAt: nullable(schedule.runAt),
  onDemand: nullable(schedule.onDemand),
  after: nullable(schedule.after),
  startAt: nullable(schedule.startAt),
  endAt: nullable(schedule.endAt),
  maxRuns: nullable(schedule.maxRuns),
  spread: nullable(schedule.spread),
  description: nullable(policies.description),
  payload: policies.payload,
  calendar: nullable(policies.calendar),
  overlap: nullable(policies.overlap),
  catchUp: nullable(policies.catchUp),
  timeout: nullable(policies.timeout),
  expireAfter: nullable(policies.expireAfter),
  priority: nullable(policies.priority),
  maxRunning: nullable(policies.maxRunning),
  onlyIf: nullable(policies.onlyIf),
  maxAttempts: nullable(policies.maxAttempts),
  backoff: nullable(policies.backoff),
  tags: nullable(policies.tags),
  pauseAfter: nullable(policies.pauseAfter),
  expect: nullable(policies.expect),
  alerts: nullable(policies.alerts),
  pingUrl: nullable(policies.pingUrl),
});
