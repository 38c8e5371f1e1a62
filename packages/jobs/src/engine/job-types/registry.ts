import { z } from 'zod';
import { LEAST_THREAD_MEMORY_MB } from '../../core/input/definition-fields.ts';
import type { JobContext, JobType } from '../../core/model/job-type.ts';
import { type Backoff, DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT_MS } from '../../core/model/retry.ts';
import type { TypeVersions } from '../../core/nodes/membership.ts';
import { EngineError, type JobTypeInfo } from '../engine-port.ts';
import { backoffFields, backoffOf, timeoutMs } from './type-defaults.ts';

/** A job type that was checked, with its defaults filled in. */
export interface RegisteredType {
  readonly jobType: JobType;
  /** Undefined for an inline type. */
  readonly thread: ThreadHandler | undefined;
  /** Calls the handler on this event loop, with the dependencies of inline handlers. */
  run(context: JobContext<unknown>): Promise<unknown>;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly payloadSchema: Readonly<Record<string, unknown>>;
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

/** Checks the job types at start. Throws for a faulty one, and says what to change (P21, payloads). */
export function createRegistry<Deps>(jobTypes: readonly JobType<Deps>[], deps: Deps): Registry {
  const byName = new Map<string, RegisteredType>();
  for (const jobType of jobTypes) {
    if (byName.has(jobType.type))
      throw new EngineError('invalid', `The job type ${jobType.type} is registered twice.`);
    byName.set(jobType.type, registered(jobType, deps));
  }
  return {
    versions: Object.fromEntries([...byName].map(([name, { jobType }]) => [name, jobType.version])),
    types: [...byName.values()],
    get: (type) => byName.get(type),
  };
}

export function jobTypeInfo({ jobType, backoff, ...defaults }: RegisteredType): JobTypeInfo {
  const { type, description, version, isolation, operatorsMaySet } = jobType;
  const { timeoutMs, maxAttempts, payloadSchema } = defaults;
  const payload = jobType.payload.safeParse({});
  return {
    type,
    description,
    version,
    isolation,
    timeoutMs,
    maxAttempts,
    backoff: backoffFields(backoff),
    payloadSchema,
    defaults: payload.success ? payload.data : undefined,
    operatorsMaySet,
  };
}

function registered<Deps>(jobType: JobType<Deps>, deps: Deps): RegisteredType {
  const refuse = (why: string): never => {
    throw new EngineError('invalid', `The job type ${jobType.type} can't be registered: ${why}`);
  };
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(jobType.type)) refuse('its name must be lower-case words joined by _.');
  if (!Number.isInteger(jobType.version) || jobType.version < 1) refuse('its version must be 1, 2, 3, …');
  const unknown = jobType.operatorsMaySet.find((name) => !Object.hasOwn(jobType.payload.shape, name));
  if (unknown !== undefined)
    refuse(`operatorsMaySet names ${JSON.stringify(unknown)}, which its payload does not have.`);
  if (jobType.memoryMb !== undefined && !(jobType.memoryMb >= LEAST_THREAD_MEMORY_MB)) {
    refuse(`memoryMb must be at least ${LEAST_THREAD_MEMORY_MB}, such as 512, not ${jobType.memoryMb}.`);
  }
  const timeout = jobType.timeout === undefined ? DEFAULT_TIMEOUT_MS : timeoutMs(jobType.timeout);
  const backoff = backoffOf(jobType.backoff);
  const maxAttempts = jobType.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
  if (typeof timeout === 'string') return refuse(timeout);
  if (typeof backoff === 'string') return refuse(backoff);
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1) refuse('maxAttempts must be at least 1.');
  const payloadSchema = strictJsonSchema(jobType.payload, refuse);
  const thread = threadHandler(jobType);
  if (typeof thread === 'string') return refuse(thread);
  return {
    jobType,
    thread,
    run: (context) => jobType.run(context, deps),
    timeoutMs: timeout,
    maxAttempts,
    backoff,
    payloadSchema,
  };
}

/** What a thread needs of a type that runs in one, or what is wrong with it. */
function threadHandler({ type, isolation, module, memoryMb }: JobType): ThreadHandler | undefined | string {
  if (isolation === 'inline') return undefined;
  if (module?.startsWith('file:')) return { type, module, memoryMb };
  return 'a type with `isolation: "thread"` needs `module: import.meta.url`, in a file that exports the type by name: a thread imports this file.';
}

/** The schema as JSON Schema. Refuses one that is not strict or can't be expressed in it (P21, payloads). */
function strictJsonSchema(
  schema: z.ZodObject,
  refuse: (why: string) => never,
): Readonly<Record<string, unknown>> {
  try {
    return z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'throw',
      override: ({ zodSchema, jsonSchema, path }) => {
        const at = path.filter((part) => part !== 'properties').join('.') || 'its payload';
        const { type, checks } = zodSchema._zod.def as {
          type: string;
          checks?: { _zod: { def: { check: string } } }[];
        };
        if (
          ['transform', 'custom', 'pipe'].includes(type) ||
          checks?.some((check) => check._zod.def.check === 'custom')
        ) {
          refuse(
            `${at} uses a refinement or transform, which JSON Schema can't express. Check it in the handler.`,
          );
        }
        if (jsonSchema.type === 'object' && isOpen(jsonSchema.additionalProperties)) {
          refuse(`${at} takes unknown keys. Use z.strictObject at every level.`);
        }
      },
    });
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('The job type')) throw error;
    return refuse(
      `its payload can't be expressed in JSON Schema: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function isOpen(additional: unknown): boolean {
  if (additional === false) return false;
  return typeof additional !== 'object' || additional === null || Object.keys(additional).length === 0;
}
