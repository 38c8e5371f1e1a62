import {
  aFunction,
  alsoNamed,
  anything,
  duration,
  flag,
  having,
  oneOf,
  rule,
  text,
  time,
  unlisted,
  wholeNumber,
} from '../../core/input/rule.ts';
import { shape } from '../../core/input/shape.ts';
import { JOB_EVENT_TYPES } from '../../core/model/events.ts';
import { isRecord } from '../../core/objects.ts';
import { policyRules } from '../../core/policies/policy-rules.ts';
import type {
  CommandOptions,
  Engine,
  EngineCommandOptions,
  InTransaction,
  PauseAllInput,
  PauseInput,
  RetryOptions,
  TriggerInput,
} from '../ports/engine-port.ts';
import type { EnqueueOptions, RunListenerOptions, WaitOptions } from '../ports/jobs-port.ts';

const tx = rule((value) => isRecord(value), {
  what: 'a transaction of PostgreSQL, such as the client of pg',
});
const signal = rule((value) => isRecord(value) && 'aborted' in value, { what: 'an AbortSignal' });

const guards = {
  by: text({ max: 500, like: 'user:42' }),
  policy: policyRules,
  ifUid: text({ max: 100 }),
  ifVersion: wholeNumber({ min: 1 }),
  signal,
};

/** The options of a command. */
export const optionRules = shape<CommandOptions>('options such as { by: "user:42" }', guards);

export const retryOptionRules = shape<RetryOptions>('options such as { by: "user:42" }', {
  ...guards,
  unlessDone: flag,
});

/** The options of a command that is about all jobs. */
export const engineOptionRules = shape<EngineCommandOptions>('options such as { by: "user:42" }', {
  by: guards.by,
  signal,
});

/** The options of a command that may be a part of a caller's transaction. */
export const createOptionRules = shape<CommandOptions & InTransaction>('options such as { by: "user:42" }', {
  ...guards,
  tx,
});

const payloadBy = unlisted(oneOf('operator', 'admin'));
/** The other names: in REST, Stripe and Trigger.dev, pg-boss, graphile-worker. */
const key = alsoNamed(text({ min: 1, max: 200 }), 'dedupeKey', 'idempotencyKey', 'singletonKey', 'jobKey');

export const triggerRules = shape<TriggerInput>('a trigger such as { payload: { days: 7 } }', {
  // The job type checks it.
  payload: alsoNamed(anything, 'data', 'input', 'args'),
  payloadBy,
  runAt: alsoNamed(time, 'at', 'date'),
  key,
  tx,
});

const enqueueFields = {
  payloadBy,
  delay: alsoNamed(duration, 'startAfter'),
  at: alsoNamed(time, 'runAt', 'date'),
  key,
  by: guards.by,
  policy: guards.policy,
  signal,
};

export const enqueueRules = shape<EnqueueOptions>('options such as { delay: "1m" }', {
  ...enqueueFields,
  tx,
});

export const waitRules = shape<WaitOptions>('options such as { timeout: "30s" }', {
  ...enqueueFields,
  // A wait listens to it.
  signal: having('an AbortSignal', 'throwIfAborted', 'addEventListener', 'removeEventListener'),
  timeout: alsoNamed(duration, 'timeoutMs'),
});

const RUN_EVENTS: readonly string[] = JOB_EVENT_TYPES.filter((type) => type.startsWith('run.'));
export const runEvents = rule(
  (value) => {
    const names: readonly unknown[] = Array.isArray(value) ? value : [value];
    return names.length > 0 && names.every((name) => typeof name === 'string' && RUN_EVENTS.includes(name));
  },
  { what: `an event such as "run.succeeded", or an array of events: ${RUN_EVENTS.join(', ')}` },
);

export const listenerRules = shape<RunListenerOptions>('options such as { onMissed: () => reload() }', {
  onMissed: aFunction('a function'),
});

export const pauseRules = shape<PauseInput>('a pause such as { reason: "maintenance" }', {
  reason: text({ max: 500 }),
  until: time,
  cancelLive: flag,
});

export const pauseAllRules = shape<PauseAllInput>('a pause such as { reason: "maintenance" }', {
  reason: text({ max: 500 }),
  until: time,
});

export const cancelRules = shape<NonNullable<Parameters<Engine['cancelRun']>[1]>>('{ force: true } or {}', {
  force: flag,
});

export const stopRules = shape<NonNullable<Parameters<Engine['stop']>[0]>>('{ serving: promise } or {}', {
  serving: anything,
});
