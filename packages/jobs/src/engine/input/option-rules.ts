import { declaredCalendarsRule } from '../../core/calendars/check-calendar.ts';
import { loggerRule, tracingRule } from '../../core/input/adapter-rules.ts';
import {
  declaredJobsRule,
  hookFields,
  jobTypesRule,
  LEAST_THREAD_MEMORY_MB,
} from '../../core/input/definition-fields.ts';
import { NO_FAULTS } from '../../core/input/fault.ts';
import {
  alsoNamed,
  anything,
  finiteNumber,
  having,
  oneOf,
  type Rule,
  required,
  rule,
  text,
  wholeNumber,
} from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import { isRecord } from '../../core/objects.ts';
import type { Retention } from '../../core/store/store.ts';
import { httpUrl } from '../../core/watching/watch-rules.ts';
import { outboundRule } from '../../outbound/options-rule.ts';
import type { EngineOptions } from '../options.ts';
import { alertOptionRules } from './alert-rules.ts';

type TestOption = 'clock' | 'random' | 'loopDelay' | 'autoRun';
type JobsOptions = Omit<EngineOptions<never>, 'jobTypes' | 'deps' | TestOption> & {
  readonly types: readonly unknown[];
  readonly deps?: unknown;
};

const ms = finiteNumber({ min: 0 }, ' of ms');
const isThreadDeps = (value: unknown) => isRecord(value) && 'create' in value && 'data' in value;

const threadDeps = rule(isThreadDeps, {
  what: 'the result of `with`, as in defineThreadDeps({ module: import.meta.url, create }).with(data)',
});
const retention = shape<Partial<Retention>>('a retention such as { maxAgeMs: 604800000 }', {
  finishedPerJob: wholeNumber({ min: 0 }),
  skippedPerJob: wholeNumber({ min: 0 }),
  maxAgeMs: ms,
  countsMaxAgeMs: ms,
});

const LEAST_KEY = 32;
const isKey = (value: unknown) => typeof value === 'string' && value.length >= LEAST_KEY;
const areKeys = (value: unknown) => Array.isArray(value) && value.every(isKey);
/** Does not show the value. */
const secretKeys: Rule = {
  what: `a list of texts of at least ${LEAST_KEY} random characters, such as [process.env.SECRETS_KEY]`,
  faults: (value) => (areKeys(value) ? NO_FAULTS : [{ pointer: '', detail: `must be ${secretKeys.what}` }]),
};

/** The options of `createJobs`. */
export const jobsOptionRules = shape<JobsOptions>(
  'options such as { store: sqlite("jobs.db"), types: [rates] }',
  {
    store: required(having('a store, such as sqlite("jobs.db")', 'open', 'close', 'now')),
    types: required(jobTypesRule),
    jobs: declaredJobsRule,
    calendars: declaredCalendarsRule,
    release: wholeNumber({ min: 0 }),
    deps: alsoNamed(anything, 'dependencies'),
    threadDeps,
    threadMemoryMb: finiteNumber({ min: LEAST_THREAD_MEMORY_MB }, ' of MB'),
    concurrency: alsoNamed(wholeNumber({ min: 0, max: 100_000 }), 'places', 'maxConcurrency', 'workers'),
    minIntervalMs: ms,
    shutdownTimeoutMs: alsoNamed(ms, 'shutdownTimeout', 'drainTimeoutMs'),
    retention,
    alerts: alertOptionRules,
    outbound: outboundRule,
    heartbeatUrl: httpUrl,
    secretKeys,
    ...hookFields,
    strayErrors: oneOf('fail_attempt', 'off'),
    version: text({ max: 200 }),
    logger: loggerRule,
    tracing: tracingRule,
  },
);
