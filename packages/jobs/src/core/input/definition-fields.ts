import type { BackoffOptions } from '../model/retry.ts';
import { isRecord } from '../objects.ts';
import { timeoutMs } from '../policies/policy-values.ts';
import { parseWholeMs } from '../time/duration.ts';
import { type TypeLimitsOptions, typeLimitsOf, typeLimitsRule } from '../type-limits/limit-options.ts';
import { pauseAfterRule } from '../watching/watch-rules.ts';
import { NO_FAULTS } from './fault.ts';
import { NAMES_ELSEWHERE } from './names-elsewhere.ts';
import {
  aFunction,
  alsoNamed,
  duration,
  finiteNumber,
  flag,
  oneOf,
  type Rule,
  required,
  rule,
  text,
  wholeNumber,
} from './rule.ts';
import { listOf, shape } from './shape.ts';

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

export const maxAttempts = alsoNamed(wholeNumber({ min: 1, max: 1_000 }), ...NAMES_ELSEWHERE.maxAttempts);

const isName = (value: unknown) => typeof value === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(value);
const isObject = (value: unknown) =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

const isSchema = (value: unknown) =>
  isObject(value) && typeof Object(Reflect.get(Object(value), '~standard')).validate === 'function';

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
export const jobTypesRule = alsoNamed(listOf('a list of job types', jobTypeRule), 'jobTypes');

/** The jobs that code declares. */
export const declaredJobsRule = listOf(
  'a list of jobs, such as [job(rates, { id: "rates", interval: "1h" })]',
  rule((value) => isRecord(value) && isRecord(value.jobType) && isRecord(value.input) && 'place' in value, {
    what: 'what job() returns, such as job(rates, { id: "rates", interval: "1h" })',
  }),
);

/** The hooks of a job type, or of all types. */
export const hookFields = {
  onSucceeded: alsoNamed(aFunction('a function (ctx) => …'), 'onSuccess', 'onComplete', 'onCompleted'),
  onFailed: alsoNamed(aFunction('a function (ctx) => …'), 'onFailure', 'onError'),
  onPaused: alsoNamed(aFunction('a function (ctx) => …'), 'onPause'),
};

/** The fields of a job type's definition. */
export const definitionFields = {
  type: required(
    alsoNamed(rule(isName, { what: 'lower-case words joined by _, such as "send_digest"' }), 'name', 'id'),
  ),
  description: text({ max: 2_000 }),
  module: text({ max: 10_000 }),
  version: wholeNumber({ min: 1 }),
  payload: required(
    alsoNamed(
      rule(isSchema, {
        what: 'a schema of zod, Valibot, ArkType or another Standard Schema library, such as z.object({ days: z.int() })',
      }),
      'schema',
      'input',
    ),
  ),
  operatorsMaySet: listOf('a list of payload fields, such as ["days"]', text({ max: 200 })),
  secrets: listOf('a list of JSON pointers to payload fields, such as ["/auth/token"]', text({ max: 1_000 })),
  checkpoint: rule(isSchema, { what: 'the schema of a checkpoint, such as z.object({ after: z.string() })' }),
  steps: flag,
  isolation: oneOf('inline', 'thread'),
  memoryMb: finiteNumber({ min: LEAST_THREAD_MEMORY_MB }, ' of MB'),
  timeout: parsed(duration, timeoutMs),
  maxAttempts,
  pauseAfter: pauseAfterRule,
  limits: alsoParsed(typeLimitsRule),
  backoff: alsoNamed(
    shape<BackoffOptions>(BACKOFF, {
      ...backoffFields,
      initial: parsed(backoffFields.initial, wholeMs),
      max: parsed(backoffFields.max, wholeMs),
    }),
    ...NAMES_ELSEWHERE.backoff,
  ),
  run: required(alsoNamed(aFunction('a function (ctx, deps) => Promise'), 'handler', 'execute', 'process')),
  ...hookFields,
};

/** A rule of a text that is parsed, too. The parser gives back another text: what is wrong. */
function parsed(of: Rule, parse: (text: string) => unknown): Rule {
  return {
    ...of,
    faults: (value) => {
      const faults = of.faults(value);
      if (faults.length > 0) return faults;
      const result = parse(String(value));
      return typeof result === 'string' ? [{ pointer: '', detail: result }] : NO_FAULTS;
    },
  };
}

function alsoParsed(of: Rule): Rule {
  return {
    ...of,
    faults: (value) => {
      const faults = of.faults(value);
      if (faults.length > 0) return faults;
      const limits = typeLimitsOf(value as TypeLimitsOptions);
      return 'detail' in limits ? [limits] : NO_FAULTS;
    },
  };
}

function wholeMs(text: string): number | string {
  const ms = parseWholeMs(text);
  return ms.ok ? ms.value : ms.detail;
}
