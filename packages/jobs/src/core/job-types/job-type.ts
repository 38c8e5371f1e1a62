import type {
  EnqueueOptions,
  PauseAfterOptions,
  ScheduledJobInput,
  TriggerInput,
} from '../model/job-requests.ts';
import type { BackoffOptions } from '../model/retry.ts';
import type { AttemptError } from '../model/run.ts';
import type { OutboundClient } from '../outbound/outbound.ts';
import type { Transaction } from '../store/store.ts';
import type { RequestedRun, RunView, ScheduledJob } from '../store/store-views.ts';
import type { TypeLimitsOptions } from '../type-limits/limit-options.ts';
import type { JsonOf } from './json-of.ts';
import type { CheckpointSchema, PayloadSchema } from './payload-schema.ts';
import type { ResumeContext } from './resume-context.ts';

export type { BackoffOptions } from '../model/retry.ts';

/** Where a handler runs: on the API's event loop (I/O), or in a thread of its own (heavy on the CPU). */
export type Isolation = 'inline' | 'thread';

/** Writes lines into the run's log (64 KiB are kept). `fields` must be JSON. */
export interface RunLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a handler is told of the run it executes. */
export interface RunContext {
  /** Stable over attempts and recoveries: a key for idempotent effects. */
  readonly id: string;
  /** 1 for the first execution. */
  readonly attempt: number;
  /** Rises with each claim; pass it along with effects to refuse those of an older claim. */
  readonly fence: number;
  /** The slot of the run. A run by hand has none, unless it is the retry of a run with a slot. */
  readonly scheduledFor: Date | undefined;
  /** True when this run makes up for missed slots. */
  readonly catchUp: boolean;
  /** How many slots a catch-up run covers, its own included; 0 for a run on time. */
  readonly missed: number;
}

/**
 * What a handler can ask of the engine. After `signal` has fired, every call rejects with its reason. The
 * audit log shows `run:<id>` as the caller. An attempt that is repeated asks again: give `enqueue`
 * and `trigger` a `key`, such as one with `ctx.run.id`.
 */
export interface HandlerJobs {
  /** As `enqueue` of `Jobs`. In a thread, without `tx`. */
  enqueue<Input>(
    type: JobType<never, string, Input> | string,
    payload: NoInfer<Input>,
    options?: Omit<EnqueueOptions, 'by' | 'signal'>,
  ): Promise<RequestedRun>;
  /** As `schedule` of `Jobs`. */
  schedule<Input>(
    type: JobType<never, string, Input> | string,
    job: ScheduledJobInput<NoInfer<Input>>,
  ): Promise<ScheduledJob>;
  /** As `trigger` of `Engine`: runs a job now. In a thread, without `tx`. */
  trigger(jobId: string, input?: TriggerInput): Promise<RequestedRun>;
  /** As `cancelRun` of `Engine`. */
  cancelRun(runId: string): Promise<RunView>;
}

/** What a handler gets besides its dependencies. */
export interface JobContext<Payload, Checkpoint = unknown, Steps extends boolean = boolean>
  extends ResumeContext<Checkpoint, Steps> {
  readonly payload: Payload;
  readonly job: { readonly id: string; readonly uid: string; readonly name: string; readonly type: string };
  readonly run: RunContext;
  /** The start of this job's last run that succeeded. */
  readonly lastSuccess: Date | undefined;
  /** Fires on timeout, cancel and shutdown, with a reason. Pass it to what you await, and throw soon. */
  readonly signal: AbortSignal;
  /** W3C Trace Context for requests of the handler: of the attempt if it is traced, else of the trigger. */
  readonly traceparent: string | undefined;
  readonly log: RunLog;
  /** The engine: to make runs and jobs from inside a handler. */
  readonly jobs: HandlerJobs;
  /**
   * Sends requests to addresses that people configure, and refuses private ones, unless the engine's option
   * `outbound` allows them (P27, HTTP requests). A request ends with `signal`, if it has none of its own.
   */
  readonly outbound: OutboundClient;
  /**
   * Ends the run as succeeded in the handler's own PostgreSQL transaction: the run has succeeded if and only
   * if that commits (P31, completion). `tx` is as in `enqueue`; `result` is JSON, at most 64 KiB. Call it
   * last, await the commit, then return. Throws an `EngineError` if the run was cancelled, if another node
   * has it, or for a `result` that is too large. After each error, the transaction can only roll back. Throws
   * in a thread, and where the jobs are not in PostgreSQL.
   */
  complete(tx: Transaction, result?: unknown): Promise<void>;
  /** Reports progress; cheap to call often, written at most about once a second. */
  progress(done: number, total?: number, note?: string): void;
}

/** What each hook gets of the engine. */
export interface HookContext {
  readonly job: JobContext<unknown>['job'];
  /** Fires 10 s after the call, and when the engine stops: the engine then no longer waits for the hook. */
  readonly signal: AbortSignal;
  /** The engine, until `signal` fires. The audit log shows `run:<id>`, or `job:<id>` for a pause. */
  readonly jobs: HandlerJobs;
}

/** The run that a hook is called for. `attempt` is the number of its last attempt. */
export interface HookRunContext extends HookContext {
  readonly run: Omit<RunContext, 'fence'>;
}

export interface SucceededContext<Payload = unknown, Result = unknown> extends HookRunContext {
  readonly payload: Payload;
  /** What the handler returned, after a way through JSON. */
  readonly result: Result;
}

export interface FailedContext<Payload = unknown> extends HookRunContext {
  /** Undefined if it can't be read: the schema refuses it, or one of its secrets can't be opened. */
  readonly payload: Payload | undefined;
  /** Of the last attempt. `reason` says whether the handler failed, or another thing ended the run. */
  readonly error: AttemptError;
}

export interface PausedContext extends HookContext {
  readonly reason: string | undefined;
  /** Such as `user:42`; `engine` if the job has used up its failure budget. */
  readonly by: string | undefined;
  /** When the pause ends by itself. */
  readonly until: Date | undefined;
}

/** What hooks get as their second argument. Dependencies of threads exist only in the threads. */
export type HookDeps<Deps, Where extends Isolation> = Where extends 'thread' ? undefined : Deps;

/**
 * What code calls after the end of a run or the pause of a job was written: once at most, on the node that
 * wrote it. Hooks take no place, and change no run. What they throw is logged.
 */
export interface JobHooks {
  /** A run has succeeded. */
  readonly onSucceeded?: ((ctx: SucceededContext) => unknown) | undefined;
  /** A run has failed for good. */
  readonly onFailed?: ((ctx: FailedContext) => unknown) | undefined;
  /** A job was paused: by a person, by code, or because its failure budget is used up. */
  readonly onPaused?: ((ctx: PausedContext) => unknown) | undefined;
}

export interface JobTypeDefinition<
  Input,
  Output,
  Deps,
  Name extends string = string,
  Result = unknown,
  Where extends Isolation = Isolation,
  Checkpoint = never,
  Steps extends boolean = false,
> {
  /** Lower-case words joined by `_`, such as `send_notifications`. */
  readonly type: Name;
  /** For people: one sentence. */
  readonly description?: string;
  /** With `thread`: `import.meta.url` of the file that exports this job type. A thread imports the file. */
  readonly module?: string;
  /** Raise it when older code can't run the payload: nodes run only versions that they know. Default 1. */
  readonly version?: number;
  /**
   * An object schema of a Standard Schema library, such as `z.object({ … })`. Unknown keys are refused,
   * unless the schema says what they may be. It must check at once; the handler gets what it gives back.
   */
  readonly payload: PayloadSchema<Input, Output>;
  /**
   * Payload fields that an operator may change for one run (`POST /api/jobs/:id/runs`). Default: none. Leave
   * fields that decide which data is removed, or who gets a message, to admins.
   */
  readonly operatorsMaySet?: readonly NoInfer<keyof Input & string>[];
  /**
   * JSON pointers to payload fields that are secret, such as `/auth/token` or, for each entry, `/headers/*`:
   * sealed in the database, and shown as `[secret]` (P40, secrets in payloads). zod marks them in the schema:
   * `z.string().meta({ secret: true })`.
   */
  readonly secrets?: readonly string[];
  /**
   * The schema of what the handler saves with `ctx.checkpoint` and finds in `ctx.lastCheckpoint` (P30,
   * resume), such as `z.object({ after: z.string() })`. A value that it refuses is not saved, or not found.
   */
  readonly checkpoint?: CheckpointSchema<Checkpoint>;
  /** The handler calls `ctx.step` (P30, resume). Default false. */
  readonly steps?: Steps;
  /** Default `inline`. */
  readonly isolation?: Where;
  /** Heap (MB) that its thread may use, at least 16. Default: the engine's `threadMemoryMb`. */
  readonly memoryMb?: number;
  /** Go duration; default `30m`. A job can set its own. */
  readonly timeout?: string;
  /** Default 3. A job can set its own. */
  readonly maxAttempts?: number;
  readonly backoff?: BackoffOptions;
  /**
   * The failure budget of its jobs: `{ failures: 3, ofLast: 5 }` pauses a job once 3 of its last 5 runs have
   * failed. A job can set its own, or `none`. Default: none. It does not hold for enqueued runs.
   */
  readonly pauseAfter?: PauseAfterOptions;
  /**
   * Limits across all nodes (P29): `{ running: 5, per: '/tenant_id' }` runs at most 5 runs at a time for each
   * tenant, and `{ rate: { runs: 100, per: '1m' } }` starts at most 100 in any minute. Runs above wait, in
   * the order of their due time. Default: none.
   */
  readonly limits?: TypeLimitsOptions;
  /**
   * Does the work. What it returns (JSON, at most 64 KiB) is the run's result. A throw fails the attempt,
   * which is retried; throw a {@link PermanentError} for what a retry can't mend. Delivery is at least once:
   * make effects idempotent.
   */
  readonly run: (ctx: JobContext<Output, Checkpoint, Steps>, deps: Deps) => Promise<Result>;
  /**
   * Hooks, called after what they are about was written: once at most, without a retry. Write them after
   * `run`: the compiler knows the result and the dependencies from there. See {@link JobHooks}.
   */
  readonly onSucceeded?:
    | ((
        ctx: SucceededContext<NoInfer<Output>, JsonOf<NoInfer<Result>>>,
        deps: HookDeps<Deps, Where>,
      ) => unknown)
    | undefined;
  readonly onFailed?:
    | ((ctx: FailedContext<NoInfer<Output>>, deps: HookDeps<Deps, Where>) => unknown)
    | undefined;
  readonly onPaused?: ((ctx: PausedContext, deps: HookDeps<Deps, Where>) => unknown) | undefined;
}

/**
 * A job type as the engine takes it. `JobType<Deps>` is one with any name, payload and result; `JobType` one
 * with any dependencies, too. `InputOf`, `ResultOf` and `DepsOf` read the parts of a given one.
 */
export interface JobType<
  Deps = never,
  Name extends string = string,
  Input = unknown,
  Result = unknown,
  Where extends Isolation = Isolation,
> {
  readonly type: Name;
  readonly description: string;
  readonly module: string | undefined;
  readonly version: number;
  readonly isolation: Where;
  readonly payload: PayloadSchema<Input>;
  readonly operatorsMaySet: readonly string[];
  readonly secrets: readonly string[];
  readonly checkpoint: CheckpointSchema | undefined;
  readonly steps: boolean;
  readonly memoryMb: number | undefined;
  readonly timeout: string | undefined;
  readonly maxAttempts: number | undefined;
  readonly backoff: BackoffOptions | undefined;
  readonly pauseAfter: PauseAfterOptions | undefined;
  readonly limits: TypeLimitsOptions | undefined;
  readonly run: (ctx: JobContext<unknown>, deps: Deps) => Promise<Result>;
  readonly onSucceeded: ((ctx: SucceededContext, deps: Deps) => unknown) | undefined;
  readonly onFailed: ((ctx: FailedContext, deps: Deps) => unknown) | undefined;
  readonly onPaused: ((ctx: PausedContext, deps: Deps) => unknown) | undefined;
}
