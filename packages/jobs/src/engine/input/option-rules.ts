import { loggerRule, tracingRule } from '../../core/input/adapter-rules.ts';
import { jobTypesRule, LEAST_THREAD_MEMORY_MB } from '../../core/input/definition-fields.ts';
import {
  alsoNamed,
  anything,
  finiteNumber,
  having,
  oneOf,
  required,
  rule,
  text,
  wholeNumber,
} from '../../core/input/rule.ts';
import { listOf, shape } from '../../core/input/shape.ts';
import type { OutboundOptions } from '../../core/model/outbound.ts';
import { isRecord } from '../../core/objects.ts';
import type { Retention } from '../../core/store/store.ts';
import { ALLOWED_ADDRESS_RULE, isAllowEntry } from '../../outbound/allowed-addresses.ts';
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

const isAllowed = (value: unknown) => typeof value === 'string' && isAllowEntry(value);
const outbound = shape<OutboundOptions>('options such as { allow: ["10.0.0.0/8", "mail.internal"] }', {
  allow: listOf(
    'a list of addresses, ranges and host names, such as ["10.0.0.0/8", "mail.internal"]',
    rule(isAllowed, { what: ALLOWED_ADDRESS_RULE }),
  ),
});

/** The options of `createJobs`. */
export const jobsOptionRules = required(
  shape<JobsOptions>('options such as { store: sqlite("jobs.db"), types: [rates] }', {
    store: required(having('a store, such as sqlite("jobs.db")', 'open', 'close', 'now')),
    types: required(jobTypesRule),
    deps: alsoNamed(anything, 'dependencies'),
    threadDeps,
    threadMemoryMb: finiteNumber({ min: LEAST_THREAD_MEMORY_MB }, ' of MB'),
    concurrency: alsoNamed(wholeNumber({ min: 0, max: 100_000 }), 'places', 'maxConcurrency', 'workers'),
    minIntervalMs: ms,
    shutdownTimeoutMs: alsoNamed(ms, 'shutdownTimeout', 'drainTimeoutMs'),
    retention,
    alerts: alertOptionRules,
    outbound,
    strayErrors: oneOf('fail_attempt', 'off'),
    version: text({ max: 200 }),
    logger: loggerRule,
    tracing: tracingRule,
  }),
);
