import type { HandlerJobs, JobContext, RunContext, RunLog } from '../../core/job-types/job-type.ts';
import { type PayloadSchema, validate } from '../../core/job-types/payload-schema.ts';
import type { Job } from '../../core/model/job.ts';
import { type JsonText, shownTrigger, usualTrigger } from '../../core/model/run.ts';
import type { OutboundClient } from '../../core/outbound/outbound.ts';
import { createSecretMask, type SecretMask } from '../../core/secrets/secret-mask.ts';
import type { ClaimedRun, LogLine, Report } from '../../core/store/store-passes.ts';
import type { AttemptSpan, TracedAttempt } from '../ports/tracing.ts';
import { AttemptOutput, type NewOutput } from './attempt-output.ts';
import { HandlerCompletion } from './handler-completion.ts';
import { createHandlerJobs, createHandlerOutbound, type HandlerCommands } from './handler-jobs.ts';
import { type AttemptState, HandlerResume, nothingToResume } from './handler-resume.ts';
import { type StrayErrorListener, withStrayErrorsTo } from './stray-errors.ts';
import type { ThrownError } from './thrown-error.ts';

/** Why a handler is told to stop; `signal.reason` is an error of this name. */
export type StopReason = 'timeout' | 'cancel' | 'shutdown' | 'lease' | 'stale';

const STOP_ERRORS: Readonly<Record<StopReason, { readonly name: string; readonly message: string }>> = {
  timeout: { name: 'TimeoutError', message: 'The run has reached its timeout.' },
  cancel: { name: 'CancelledError', message: 'The run was cancelled.' },
  shutdown: { name: 'ShutdownError', message: 'The server is stopping; the run resumes after the restart.' },
  lease: {
    name: 'LeaseError',
    message: 'This node cannot renew its lease, so another node may soon start the run.',
  },
  stale: { name: 'StaleClaimError', message: 'Another node has taken this run over.' },
};

/** `error` becomes the reason of the handler's signal. For `stray` it is the stray error itself. */
export interface Stop {
  readonly reason: StopReason | 'stray';
  readonly error: Error;
  readonly atMonotonic: number;
}

/** The payload of an attempt as JSON. Without a `schema`, the JSON is what the handler gets. */
export interface AttemptPayload {
  readonly json: JsonText;
  /** Makes what the handler gets of the JSON. */
  readonly schema: PayloadSchema | undefined;
  /** The secrets in it, which nobody else may see (P40, secrets in payloads). */
  readonly secrets?: readonly unknown[];
}

/** Of an attempt that fails before its handler begins. */
export const UNREAD_PAYLOAD: AttemptPayload = { json: '{}', schema: undefined };

interface ReportOptions {
  readonly withOutput: boolean;
  readonly withStart: boolean;
  readonly zombieSince: number | undefined;
}

/**
 * One execution of a run's handler, and the context that the handler gets. Makes payload, signal and log at
 * their first use: a short run uses none of them, and they are most of the cost of an attempt.
 */
export class Attempt implements JobContext<unknown>, TracedAttempt, StrayErrorListener {
  readonly claimed: ClaimedRun;
  readonly owner: Job;
  /** Set again before the handler begins, if it names stored secrets. */
  input: AttemptPayload;
  readonly #now: () => number;
  #controller: AbortController | undefined;
  #parsed: { readonly payload: unknown } | undefined;
  #output: AttemptOutput | undefined;
  #mask: { readonly of: SecretMask | undefined } | undefined;
  #jobs: HandlerJobs | undefined;
  #resume: HandlerResume | undefined;
  #isOver = false;
  /** Only of a handler that has looked for `complete` (P31, completion). */
  completion: HandlerCompletion | undefined;
  /** Only of a type with checkpoints or steps (P30, resume). */
  state: AttemptState | undefined;
  onLine: ((attempt: Attempt, line: LogLine) => void) | undefined;
  /** The engine, for the handler. */
  commands: HandlerCommands | undefined;
  /** Only where attempts are traced. */
  span: AttemptSpan | undefined;
  /** When the handler was called; 0 before. */
  startedAt = 0;
  startedMonotonic = 0;
  /** How long the handler took; 0 before its end. */
  tookMs = 0;
  /** Whether the store knows `startedAt`. */
  startKnown = false;
  stop: Stop | undefined;
  /** The first stray error of its handler (unawaited rejection, error in a callback): the attempt fails. */
  stray: ThrownError | undefined;
  /** Called with each stray error of the handler. Without it, the process handles them. */
  onStray: ((attempt: Attempt, error: Error) => void) | undefined;
  /** The handler ignores its signal, and the store knows it. */
  isZombie = false;
  isReporting = false;
  #reported: (() => void) | undefined;

  constructor(run: ClaimedRun, job: Job, input: AttemptPayload, now: () => number) {
    this.claimed = run;
    this.owner = job;
    this.input = input;
    this.#now = now;
  }

  get payload(): unknown {
    this.#parsed ??= { payload: handlerPayload(this.input) };
    return this.#parsed.payload;
  }

  /** Another one than the handler has, which may have changed it. Undefined if it could not be read. */
  copyPayload(): unknown {
    return this.input === UNREAD_PAYLOAD ? undefined : handlerPayload(this.input);
  }

  get job(): JobContext<unknown>['job'] {
    const { id, uid, name, type } = this.owner;
    return { id, uid, name, type };
  }

  get run(): RunContext {
    const { id, attempt, fence, scheduledFor, catchUp, missed } = this.claimed;
    return { id, attempt, fence, catchUp, missed, scheduledFor: dateOf(scheduledFor) };
  }

  get trigger(): TracedAttempt['trigger'] {
    const { trigger = usualTrigger(this.claimed), catchUp, missed } = this.claimed;
    return shownTrigger({ trigger, catchUp, missed });
  }

  get origin(): TracedAttempt['origin'] {
    return { job: this.owner.trace, run: this.claimed.trace };
  }

  get traceparent(): string | undefined {
    return this.span === undefined ? this.claimed.trace : this.span.traceparent;
  }

  get lastSuccess(): Date | undefined {
    return dateOf(this.owner.lastSuccessAt);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.stop !== undefined && !this.#controller.signal.aborted) this.#controller.abort(this.stop.error);
    return this.#controller.signal;
  }

  get output(): AttemptOutput {
    const lineAdded = (line: LogLine) => this.onLine?.(this, line);
    this.#output ??= new AttemptOutput(this.#now, { lineAdded }, this.mask);
    return this.#output;
  }

  /** Removes the secrets of the payload from what the handler says. */
  get mask(): SecretMask | undefined {
    if (this.input.secrets === undefined) return undefined;
    this.#mask ??= { of: createSecretMask(this.input.secrets) };
    return this.#mask.of;
  }

  get jobs(): HandlerJobs {
    this.#jobs ??= createHandlerJobs(this.#engine, () => ({
      by: `run:${this.claimed.id}`,
      signal: this.signal,
    }));
    return this.#jobs;
  }

  get outbound(): OutboundClient {
    return createHandlerOutbound(this.#engine.outbound, this);
  }

  get #engine(): HandlerCommands {
    if (this.commands === undefined) throw new Error('the attempt has no engine');
    return this.commands;
  }

  get log(): RunLog {
    return this.output.log;
  }

  get lastCheckpoint(): unknown {
    return this.state === undefined ? undefined : this.#resumed.lastCheckpoint;
  }

  get checkpoint(): JobContext<unknown>['checkpoint'] {
    return this.#resumed.checkpoint;
  }

  get step(): JobContext<unknown>['step'] {
    return this.#resumed.step;
  }

  get complete(): JobContext<unknown>['complete'] {
    this.completion ??= new HandlerCompletion(this, this.#engine);
    if (this.#isOver) void this.completion.end();
    return this.completion.complete;
  }

  get #resumed(): HandlerResume {
    this.#resume ??= new HandlerResume(this.state ?? nothingToResume(this.owner.type));
    if (this.#isOver) this.#resume.end();
    return this.#resume;
  }

  progress = (done: number, total?: number, note?: string): void => this.output.progress(done, total, note);

  /** Tells the handler to stop; the first reason counts. */
  abort(stop: Stop): boolean {
    if (this.stop !== undefined) return false;
    this.stop = stop;
    const controller = this.#controller;
    // Listeners of the signal belong to the handler, so their stray errors do too.
    if (this.onStray === undefined) controller?.abort(stop.error);
    else if (controller !== undefined) withStrayErrorsTo(this, () => controller.abort(stop.error));
    return true;
  }

  /** The handler has ended: nothing more is saved. */
  end(): void {
    this.#isOver = true;
    this.#resume?.end();
    this.state?.end();
  }

  strayed(error: Error): void {
    this.onStray?.(this, error);
  }

  /** Takes what the store does not know yet of this running attempt, if there is anything. */
  takeReport(options: ReportOptions): Report | undefined {
    const output = options.withOutput ? this.takeOutput() : undefined;
    const start = options.withStart && !this.startKnown;
    const zombieSince = this.isZombie ? undefined : options.zombieSince;
    if (output === undefined && !start && zombieSince === undefined) return undefined;
    this.isReporting = true;
    this.startKnown ||= start;
    this.isZombie ||= zombieSince !== undefined;
    const { id: runId, fence } = this.claimed;
    return {
      runId,
      fence,
      ...output,
      ...(start ? { startedAt: this.startedAt } : {}),
      ...(zombieSince === undefined ? {} : { zombieSince }),
    };
  }

  /** The report has been written, or was put back. */
  endReport(): void {
    this.isReporting = false;
    this.#reported?.();
    this.#reported = undefined;
  }

  afterReport(callback: () => void): void {
    this.#reported = callback;
  }

  /** A report could not be written: its contents go into the next one. */
  putBack({ startedAt, zombieSince, ...output }: Report): void {
    if (startedAt !== undefined) this.startKnown = false;
    if (zombieSince !== undefined) this.isZombie = false;
    if (output.progress !== undefined || output.logs !== undefined) this.output.putBack(output);
  }

  takeOutput(): NewOutput | undefined {
    return this.#output?.take();
  }
}

/** What the handler gets. Throws if the schema refuses now what it has accepted before. */
export function handlerPayload({ json, schema }: AttemptPayload): unknown {
  const payload: unknown = JSON.parse(json);
  if (schema === undefined) return payload;
  const result = validate(schema, payload);
  if (result.issues === undefined) return result.value;
  const why = result.issues.map(({ message }) => message).join('; ');
  throw new Error(`The payload's schema refuses what it accepted a moment ago: ${why}`);
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

export function stopError(reason: StopReason): Error {
  const { name, message } = STOP_ERRORS[reason];
  return Object.assign(new Error(message), { name });
}
