import { z } from 'zod';
import { parseWholeMs } from '../../core/duration.ts';
import type { BackoffOptions, JobType } from '../../core/job-type.ts';
import type { TypeVersions } from '../../core/membership.ts';
import { type Backoff, DEFAULT_BACKOFF, DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT_MS } from '../../core/retry.ts';
import type { JsonText } from '../../core/run.ts';
import type { InvalidField } from '../engine-port.ts';
import { LEAST_THREAD_MEMORY_MB } from '../options.ts';

const LARGEST_PAYLOAD_BYTES = 65_536;

/** A job type, checked, with its defaults worked out. */
export interface RegisteredType<Deps> {
  readonly jobType: JobType<Deps>;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly payloadSchema: Readonly<Record<string, unknown>>;
}

export type CheckedPayload =
  | { readonly ok: true; readonly json: JsonText }
  | { readonly ok: false; readonly faults: readonly InvalidField[] };

export interface Registry<Deps> {
  readonly versions: TypeVersions;
  readonly types: readonly RegisteredType<Deps>[];
  get(type: string): RegisteredType<Deps> | undefined;
}

/**
 * Checks the job types once, at start; a faulty one is a programming error and throws, naming what to mend
 * (P21).
 */
export function createRegistry<Deps>(jobTypes: readonly JobType<Deps>[]): Registry<Deps> {
  const byName = new Map<string, RegisteredType<Deps>>();
  for (const jobType of jobTypes) {
    if (byName.has(jobType.type)) throw new Error(`The job type ${jobType.type} is registered twice.`);
    byName.set(jobType.type, registered(jobType));
  }
  return {
    versions: Object.fromEntries([...byName].map(([name, { jobType }]) => [name, jobType.version])),
    types: [...byName.values()],
    get: (type) => byName.get(type),
  };
}

function registered<Deps>(jobType: JobType<Deps>): RegisteredType<Deps> {
  const refuse = (why: string): never => {
    throw new Error(`The job type ${jobType.type} can't be registered: ${why}`);
  };
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(jobType.type)) refuse('its name must be lower-case words joined by _.');
  if (!Number.isInteger(jobType.version) || jobType.version < 1) refuse('its version must be 1, 2, 3, …');
  if (jobType.isolation === 'thread' && !jobType.module.startsWith('file:')) {
    refuse('a type that runs in a thread needs `module: import.meta.url`.');
  }
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
  return {
    jobType,
    timeoutMs: timeout,
    maxAttempts,
    backoff,
    payloadSchema: strictJsonSchema(jobType.payload, refuse),
  };
}

/** P21: the schema as JSON Schema, or a refusal of what is not strict or can't be expressed. */
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

/** The most faults of a payload that are reported. */
const MOST_FAULTS = 20;

/** Checks a payload and fills in the type's defaults; equal payloads give equal text. */
export function checkPayload<Deps>(type: RegisteredType<Deps>, payload: unknown): CheckedPayload {
  const parsed = type.jobType.payload.safeParse(payload === undefined ? {} : payload);
  if (parsed.success) return { ok: true, json: canonicalJson(parsed.data) };
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue));
  return { ok: false, faults: faults.slice(0, MOST_FAULTS) };
}

/** {@link checkPayload} of one that somebody gives now: what is kept of payloads must stay small. */
export function acceptPayload<Deps>(type: RegisteredType<Deps>, payload: unknown): CheckedPayload {
  const checked = checkPayload(type, payload);
  if (!checked.ok || Buffer.byteLength(checked.json) <= LARGEST_PAYLOAD_BYTES) return checked;
  return {
    ok: false,
    faults: [{ pointer: '/payload', detail: 'must be at most 64 KiB as JSON, defaults included' }],
  };
}

function faultsOf(issue: z.core.$ZodIssue): InvalidField[] {
  const pointer = payloadPointer(...issue.path.map(String));
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
  return issue.keys.slice(0, MOST_FAULTS).map((key) => ({
    pointer: payloadPointer(...issue.path.map(String), key),
    detail: 'unknown key: the job type has no such payload field',
  }));
}

/** The JSON pointer of a payload's part. */
export function payloadPointer(...path: readonly string[]): string {
  return ['/payload', ...path.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

/** JSON with sorted keys: the order in which somebody wrote them is not a change (P16). */
function canonicalJson(value: unknown): JsonText {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

const LONGEST_TIMEOUT_MS = 7 * 86_400_000;

/** A timeout in ms, or what is wrong with it. */
export function timeoutMs(text: string): number | string {
  const parsed = parseWholeMs(text);
  if (!parsed.ok) return parsed.detail;
  if (parsed.value < 1 || parsed.value > LONGEST_TIMEOUT_MS) return 'a timeout lies between 1ms and 168h';
  return parsed.value;
}

/** A backoff with its defaults, or what is wrong with it. */
export function backoffOf(
  options: BackoffOptions | undefined,
  defaults: Backoff = DEFAULT_BACKOFF,
): Backoff | string {
  if (options === undefined) return defaults;
  const initial = options.initial === undefined ? undefined : parseWholeMs(options.initial);
  const max = options.max === undefined ? undefined : parseWholeMs(options.max);
  if (initial?.ok === false) return `backoff.initial: ${initial.detail}`;
  if (max?.ok === false) return `backoff.max: ${max.detail}`;
  const backoff: Backoff = {
    initialMs: initial?.value ?? defaults.initialMs,
    maxMs: max?.value ?? defaults.maxMs,
    factor: options.factor ?? defaults.factor,
    jitter: options.jitter ?? defaults.jitter,
  };
  if (backoff.initialMs < 0 || backoff.maxMs < backoff.initialMs)
    return 'backoff.max must be at least backoff.initial, which is at least 0s';
  if (!(backoff.factor >= 1 && backoff.factor <= 100)) return 'backoff.factor lies between 1 and 100';
  if (!(backoff.jitter >= 0 && backoff.jitter <= 1)) return 'backoff.jitter lies between 0 and 1';
  return backoff;
}
