import { isRecord } from '../objects.ts';
import {
  aFunction,
  alsoNamed,
  duration,
  finiteNumber,
  oneOf,
  required,
  rule,
  text,
  wholeNumber,
} from './rule.ts';
import { listOf } from './shape.ts';

/** Heap (MB) that the code of a thread needs at least. */
export const LEAST_THREAD_MEMORY_MB = 16;

/** The fields of a backoff, of a job type as of a job. */
export const backoffFields = {
  initial: alsoNamed(duration, 'delay', 'min'),
  max: duration,
  factor: finiteNumber({ min: 1, max: 100 }),
  jitter: finiteNumber({ min: 0, max: 1 }),
};

export const BACKOFF = 'a backoff such as { initial: "10s", max: "1h" }';

export const maxAttempts = alsoNamed(
  wholeNumber({ min: 1, max: 1_000 }),
  'attempts',
  'retries',
  'retryLimit',
);

const isName = (value: unknown) => typeof value === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(value);
const isObject = (value: unknown) =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** A definition that was not passed to `defineJobType` lacks what that fills in. */
const isJobType = (value: unknown) =>
  isRecord(value) &&
  typeof value.type === 'string' &&
  typeof value.version === 'number' &&
  typeof value.run === 'function' &&
  isObject(value.payload) &&
  Array.isArray(value.operatorsMaySet);

export const jobTypeRule = rule(isJobType, { what: 'a job type: what defineJobType() returns' });

/** The job types that an engine has. */
export const jobTypesRule = alsoNamed(listOf('a list of job types', jobTypeRule), 'jobTypes', 'jobs');

/** The fields of a job type's definition, but for its backoff. */
export const definitionFields = {
  type: required(
    alsoNamed(rule(isName, { what: 'lower-case words joined by _, such as "send_digest"' }), 'name', 'id'),
  ),
  description: text({ max: 2_000 }),
  module: text({ max: 10_000 }),
  version: wholeNumber({ min: 1 }),
  payload: required(
    alsoNamed(rule(isObject, { what: 'a schema, such as z.object({ days: z.int() })' }), 'schema', 'input'),
  ),
  operatorsMaySet: listOf('a list of payload fields, such as ["days"]', text({ max: 200 })),
  isolation: oneOf('inline', 'thread'),
  memoryMb: finiteNumber({ min: LEAST_THREAD_MEMORY_MB }, ' of MB'),
  timeout: duration,
  maxAttempts,
  run: required(alsoNamed(aFunction('a function (ctx, deps) => Promise'), 'handler', 'execute', 'process')),
};
