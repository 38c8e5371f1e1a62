import type { JobType } from '../../core/job-types/job-type.ts';
import type { InputOf, ResultOf } from '../../core/job-types/job-type-inference.ts';
import type { JobEventType } from '../../core/model/events.ts';
import type { EnqueueOptions, ScheduledJobInput } from '../../core/model/job-requests.ts';
import type { AttemptError, Run } from '../../core/model/run.ts';
import type { RequestedRun, ScheduledJob } from '../../core/store/store-views.ts';
import type { CommandOptions, Engine } from './engine-port.ts';

/** Job types as `createJobs` takes them. */
export type JobTypes = readonly JobType[];

/** One of the job types, or its name. */
export type TypeRef<Types extends JobTypes> = Types[number] | Types[number]['type'];

/** Any job type or name, so that {@link Listed} can refuse it. With `{}`, editors still suggest the names. */
type AnyTypeRef<Types extends JobTypes> = TypeRef<Types> | JobType | (string & {});

/** A reference to one of the job types; for another one, what the compiler's error says. */
type Listed<Types extends JobTypes, Ref> =
  Ref extends TypeRef<Types> ? Ref : 'add this job type to types of createJobs()';

/** The job type that a {@link TypeRef} stands for. */
export type TypeOf<Types extends JobTypes, Ref> = Ref extends string ? Named<Types[number], Ref> : Ref;

/** Of a union of job types, the one with the name; of types that are only known at run time, all. */
type Named<Type extends JobType, Name> = Type extends unknown
  ? Name extends Type['type']
    ? Type
    : never
  : never;

export function nameOf(type: JobType | string): string {
  return typeof type === 'string' ? type : type.type;
}

export type { EnqueueOptions, ScheduledJobInput } from '../../core/model/job-requests.ts';

export interface WaitOptions extends Omit<EnqueueOptions, 'tx' | 'signal'> {
  /** How long to wait for the end of the run, as a Go duration. Default: as long as it takes. */
  readonly timeout?: string | undefined;
  /** Ends the wait, not the run. */
  readonly signal?: AbortSignal | undefined;
}

export type RunEventType = Extract<JobEventType, `run.${string}`>;

/** An event of a run, with the run as it is when the event is delivered. */
export interface RunEvent<Event extends RunEventType = RunEventType, Result = unknown> {
  readonly type: Event;
  /** Rises with each event of the node that delivers it. */
  readonly id: number;
  /** When it happened (ms since the epoch). */
  readonly at: number;
  readonly jobId: string;
  readonly run: Run;
  /** What the handler returned; undefined unless the run has succeeded. */
  readonly result: Event extends 'run.succeeded' ? Result : Result | undefined;
  /** Those of its attempts, the newest last. */
  readonly errors: readonly AttemptError[];
}

/** {@link RunEvent} of each of these types: a `switch` over `type` narrows it. */
export type RunEventOf<Event extends RunEventType, Result> = Event extends RunEventType
  ? RunEvent<Event, Result>
  : never;

export interface RunListenerOptions {
  /**
   * Called when events may have been lost: above 200 a second for a job, or while another node was
   * unreachable. Read with `listRuns` what you have to know.
   */
  readonly onMissed?: (() => unknown) | undefined;
}

export interface RunSubscription {
  unsubscribe(): void;
}

/**
 * An engine that knows its job types: all that an {@link Engine} does, and methods that take a job type, or
 * its name, and check the payload when the program is compiled.
 */
export interface Jobs<Types extends JobTypes = JobTypes> extends Engine {
  /**
   * Creates the job, or changes it to be as given: omitted fields are reset, and an input equal in value
   * changes nothing (P16, edit). So a program can call it at each start.
   */
  schedule<Ref extends AnyTypeRef<Types>>(
    type: Listed<Types, Ref>,
    input: ScheduledJobInput<InputOf<TypeOf<Types, Ref>>>,
    options?: CommandOptions,
  ): Promise<ScheduledJob>;
  /**
   * Makes a run without a job of your own. The runs of a type belong to one on-demand job, which the first
   * call makes: `enqueued.<type>`.
   */
  enqueue<Ref extends AnyTypeRef<Types>>(
    type: Listed<Types, Ref>,
    payload: InputOf<TypeOf<Types, Ref>>,
    options?: EnqueueOptions,
  ): Promise<RequestedRun>;
  /**
   * Makes a run as `enqueue` does, waits for its end on any node, and returns the result of its handler.
   * Rejects with a `RunError` when the run fails or is cancelled, or has not ended by `timeout`; with the
   * reason of `signal`; and with an `EngineError` of code `unavailable` when this engine stops (see `stop`).
   *
   * Don't call it in a handler: while it waits, it holds a place that the other run may need.
   */
  enqueueAndWait<Ref extends AnyTypeRef<Types>>(
    type: Listed<Types, Ref>,
    payload: InputOf<TypeOf<Types, Ref>>,
    options?: WaitOptions,
  ): Promise<ResultOf<TypeOf<Types, Ref>>>;
  /**
   * Calls the listener with events of runs of a job type, on whichever node they happen, in their order: the
   * next one waits until the listener's promise has settled. A listener that throws is removed.
   */
  on<Event extends RunEventType, Ref extends AnyTypeRef<Types>>(
    events: Event | readonly Event[],
    type: Listed<Types, Ref>,
    listener: (event: RunEventOf<Event, ResultOf<TypeOf<Types, Ref>>>) => unknown,
    options?: RunListenerOptions,
  ): RunSubscription;
}

/** {@link Jobs} of types that are known only when the program runs. */
export interface UntypedJobs extends Omit<Jobs, 'enqueueAndWait' | 'on'> {
  enqueueAndWait(type: JobType | string, payload: unknown, options?: WaitOptions): Promise<unknown>;
  on(
    events: RunEventType | readonly RunEventType[],
    type: JobType | string,
    listener: (event: RunEvent) => unknown,
    options?: RunListenerOptions,
  ): RunSubscription;
}
