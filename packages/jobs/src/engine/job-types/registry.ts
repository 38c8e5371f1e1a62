import { LEAST_THREAD_MEMORY_MB } from '../../core/input/definition-fields.ts';
import { shownValue } from '../../core/input/shown-value.ts';
import type { JobContext, JobHooks, JobType } from '../../core/job-types/job-type.ts';
import { jsonPointer } from '../../core/json-pointer.ts';
import { type Backoff, DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT_MS } from '../../core/model/retry.ts';
import type { TypeVersions } from '../../core/nodes/membership.ts';
import { backoffFields, backoffOf, timeoutMs } from '../../core/policies/policy-values.ts';
import { shownPayload } from '../../core/secrets/payload-secrets.ts';
import { typeLimitsOf } from '../../core/type-limits/limit-options.ts';
import type { TypeLimits } from '../../core/type-limits/type-limits.ts';
import { failureBudgetOf } from '../../core/watching/watch-values.ts';
import type { FailureBudget } from '../../core/watching/watching.ts';
import { EngineError, type JobTypeInfo } from '../ports/engine-port.ts';
import { NO_KEYS } from '../secrets/keyring.ts';
import { limitFieldFault } from './limit-field.ts';
import { type PayloadRules, payloadRules } from './payload-rules.ts';
import { acceptPayload } from './stored-payload.ts';
import { unknownKeys } from './unknown-keys.ts';

/** A job type that was checked, with its defaults filled in. */
export interface RegisteredType {
  readonly jobType: JobType;
  /** Undefined for an inline type. */
  readonly thread: ThreadHandler | undefined;
  /** Calls the handler on this event loop, with the dependencies of inline handlers. */
  run(context: JobContext<unknown>): Promise<unknown>;
  /** Its hooks, with the same dependencies. */
  readonly hooks: JobHooks;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  /** The default of its jobs. */
  readonly pauseAfter: FailureBudget | undefined;
  /** Across all nodes (P29, limits and priority). */
  readonly limits: TypeLimits | undefined;
  readonly payload: PayloadRules;
  /** Its attempts read what earlier ones have saved (P30, resume). */
  readonly resumes: boolean;
}

/** A handler in a thread. */
export interface ThreadHandler {
  readonly type: string;
  /** The URL of the file that exports the job type. */
  readonly module: string;
  /** Undefined: the engine's `threadMemoryMb`. */
  readonly memoryMb: number | undefined;
}

export interface Registry {
  readonly versions: TypeVersions;
  readonly types: readonly RegisteredType[];
  get(type: string): RegisteredType | undefined;
}

interface RegistryOptions<Deps> {
  readonly deps: Deps;
  /** Whether there are keys. Without them, types with secret fields are refused. */
  readonly canSeal: boolean;
}

/** Checks the job types at start. Throws for a faulty one, and says what to change (P21, payloads). */
export function createRegistry<Deps>(
  jobTypes: readonly JobType<Deps>[],
  options: RegistryOptions<Deps>,
): Registry {
  const byName = new Map<string, RegisteredType>();
  for (const [n, jobType] of jobTypes.entries()) {
    const refuse: Refuse = (field, why) => {
      const fault = { pointer: `/types/${n}/${field}`, detail: why };
      throw new EngineError('invalid', `The job type ${jobType.type} can't be registered.`, [fault]);
    };
    if (byName.has(jobType.type)) refuse('type', 'occurs twice in `types`. Give each job type its own name.');
    byName.set(jobType.type, registered(jobType, options, refuse));
  }
  return {
    versions: Object.fromEntries([...byName].map(([name, { jobType }]) => [name, jobType.version])),
    types: [...byName.values()],
    get: (type) => byName.get(type),
  };
}

/** Throws an `EngineError` of code `invalid` if no type has the name. */
export function requireType(registry: Registry, name: string): RegisteredType {
  const type = registry.get(name);
  if (type !== undefined) return type;
  throw new EngineError('invalid', `The job type "${name}" is not registered here.`, [
    { pointer: '/type', detail: unknownType(registry) },
  ]);
}

export function unknownType({ types }: Registry): string {
  const names = types.map(({ jobType }) => jobType.type).join(', ') || 'none';
  return `unknown job type; registered are: ${names}. Use one of them, or add it to \`types\` of createJobs() and restart the program`;
}

export function jobTypeInfo(registered: RegisteredType): JobTypeInfo {
  const { jobType, backoff, timeoutMs, maxAttempts, pauseAfter, limits, payload } = registered;
  const { type, description, version, isolation, operatorsMaySet } = jobType;
  const omitted = acceptPayload(payload, {});
  return {
    type,
    description,
    version,
    isolation,
    timeoutMs,
    maxAttempts,
    backoff: backoffFields(backoff),
    pauseAfter,
    limits,
    payloadSchema: payload.jsonSchema,
    defaults: omitted.ok ? JSON.parse(omitted.json) : undefined,
    operatorsMaySet,
    secretFields: payload.secretFields.map(({ path, isSealed }) => ({
      pointer: jsonPointer(path),
      isSealed,
    })),
  };
}

/** Throws: what a field of a job type must be. */
type Refuse = (field: keyof JobType | `limits${string}`, why: string) => never;

function registered<Deps>(
  jobType: JobType<Deps>,
  { deps, canSeal }: RegistryOptions<Deps>,
  refuse: Refuse,
): RegisteredType {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(jobType.type))
    refuse('type', 'must be lower-case words joined by _, such as "send_digest".');
  if (!Number.isInteger(jobType.version) || jobType.version < 1)
    refuse('version', `must be a whole number from 1, such as 2; got ${shownValue(jobType.version)}.`);
  if (jobType.memoryMb !== undefined && !(jobType.memoryMb >= LEAST_THREAD_MEMORY_MB))
    refuse('memoryMb', `must be at least ${LEAST_THREAD_MEMORY_MB}, such as 512; got ${jobType.memoryMb}.`);
  const timeout = jobType.timeout === undefined ? DEFAULT_TIMEOUT_MS : timeoutMs(jobType.timeout);
  const backoff = backoffOf(jobType.backoff);
  const maxAttempts = jobType.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  if (typeof timeout === 'string') return refuse('timeout', timeout);
  if (typeof backoff === 'string') return refuse('backoff', backoff);
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) refuse('maxAttempts', 'must be at least 1.');
  const pauseAfter = jobType.pauseAfter && failureBudgetOf(jobType.pauseAfter);
  if (typeof pauseAfter === 'string') return refuse('pauseAfter', `${pauseAfter}.`);
  // A type that another copy of this library has defined may lack the list.
  const payload = payloadRules(jobType.payload, jobType.secrets);
  if (typeof payload === 'string') return refuse('payload', payload);
  // A type that another copy of this library has defined may lack the field. First, before the missing keys:
  // they would not help a limit by a secret.
  const limits = jobType.limits == null ? undefined : typeLimitsOf(jobType.limits);
  if (limits !== undefined && 'detail' in limits)
    return refuse(`limits${limits.pointer}`, `${limits.detail}.`);
  const fault = limits?.per === undefined ? undefined : limitFieldFault(limits.per, payload);
  if (fault !== undefined) refuse('limits/per', `${fault}.`);
  const sealed = payload.secretFields.find((field) => field.isSealed);
  if (!canSeal && sealed !== undefined)
    refuse('payload', `has the secret field ${jsonPointer(sealed.path)}, and ${NO_KEYS}.`);
  const byDefault = acceptPayload(payload, {});
  if (byDefault.ok && shownPayload(byDefault.json, payload.secretFields) !== byDefault.json)
    refuse('payload', 'has a default for a secret field, and a default is no secret: remove it.');
  const unknown = jobType.operatorsMaySet.find(
    (name) => unknownKeys(payload.jsonSchema, { [name]: null }).length > 0,
  );
  if (unknown !== undefined)
    refuse('operatorsMaySet', `names ${JSON.stringify(unknown)}, which is not a field of the payload.`);
  const thread = threadHandler(jobType);
  if (typeof thread === 'string') return refuse('module', thread);
  return {
    jobType,
    thread,
    run: (context) => jobType.run(context, deps),
    hooks: hooksOf(jobType, deps),
    timeoutMs: timeout,
    maxAttempts,
    backoff,
    pauseAfter,
    limits,
    payload,
    resumes: jobType.checkpoint !== undefined || jobType.steps === true,
  };
}

function hooksOf<Deps>({ onSucceeded, onFailed, onPaused }: JobType<Deps>, deps: Deps): JobHooks {
  return {
    onSucceeded: onSucceeded && ((ctx) => onSucceeded(ctx, deps)),
    onFailed: onFailed && ((ctx) => onFailed(ctx, deps)),
    onPaused: onPaused && ((ctx) => onPaused(ctx, deps)),
  };
}

/** What a thread needs of a type that runs in one, or what is wrong with it. */
function threadHandler({ type, isolation, module, memoryMb }: JobType): ThreadHandler | undefined | string {
  if (isolation === 'inline') return undefined;
  if (module?.startsWith('file:')) return { type, module, memoryMb };
  return 'is required with `isolation: "thread"`: write `module: import.meta.url`, and export the job type from this file. The thread imports the file.';
}
