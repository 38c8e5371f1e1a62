import { checkOptions } from '../core/input/check-options.ts';
import { jobTypeRule } from '../core/input/definition-fields.ts';
import { required } from '../core/input/rule.ts';
import { shape } from '../core/input/shape.ts';
import type { HandlerJobs, JobContext, JobType } from '../core/job-types/job-type.ts';
import { savedStateIn, savedStateText } from '../core/model/checkpoint.ts';
import type { OutboundClient } from '../core/outbound/outbound.ts';
import type { Transaction } from '../core/store/store.ts';
import { HandlerResume } from '../engine/attempts/handler-resume.ts';
import { checkPayload } from '../engine/job-types/payload-check.ts';
import { payloadRules } from '../engine/job-types/payload-rules.ts';
import { acceptPayload } from '../engine/job-types/stored-payload.ts';
import { EngineError } from '../engine/ports/engine-port.ts';

export interface RunHandlerOptions {
  readonly signal?: AbortSignal;
  readonly lastSuccess?: Date;
  readonly run?: Partial<JobContext<unknown>['run']>;
  readonly traceparent?: string;
  /** What `ctx.lastCheckpoint` is, as if an earlier attempt had saved it. */
  readonly lastCheckpoint?: unknown;
  /** Answers the calls of `ctx.jobs`. A call without an answer here throws. */
  readonly jobs?: Partial<HandlerJobs>;
  /** Answers the requests of `ctx.outbound`. Without it, each request throws. */
  readonly outbound?: OutboundClient;
}

/** The result of a handler, its log lines and its last progress. */
export interface RunHandlerReport<Result = unknown> {
  readonly result: Result;
  readonly logs: readonly { readonly level: string; readonly message: string; readonly fields: unknown }[];
  readonly progress:
    | { readonly done: number; readonly total: number | undefined; readonly note: string | undefined }
    | undefined;
  /** What the handler has saved with `ctx.checkpoint`, in order. */
  readonly checkpoints: readonly unknown[];
  /** How it has completed the run with `ctx.complete`; runs no statement on `tx`. */
  readonly completed: { readonly tx: Transaction; readonly result: unknown } | undefined;
}

/**
 * Runs a job type's handler once, at once, and validates its payload and fills in defaults as the engine
 * does. Throws the handler's error, or an `EngineError` of code `invalid` for an invalid payload.
 */
export async function runHandler<Deps, Input, Result>(
  type: JobType<Deps, string, Input, Result>,
  payload: NoInfer<Input>,
  deps: Deps,
  options: RunHandlerOptions = {},
): Promise<RunHandlerReport<Result>> {
  checkOptions('runHandler', argumentRules, { type });
  const logs: { level: string; message: string; fields: unknown }[] = [];
  let progress: RunHandlerReport['progress'];
  const checkpoints: unknown[] = [];
  let completed: RunHandlerReport['completed'];
  const resume = resumeOf(type, options, (value) => void checkpoints.push(value));
  const line = (level: string) => (message: string, fields?: unknown) => {
    logs.push({ level, message, fields });
  };
  const result = await type.run(
    {
      payload: validated(type, payload),
      job: { id: 'test-job', uid: '1', name: 'Test job', type: type.type },
      run: {
        id: '1',
        attempt: 1,
        fence: 1,
        scheduledFor: undefined,
        catchUp: false,
        missed: 0,
        ...options.run,
      },
      lastSuccess: options.lastSuccess,
      signal: options.signal ?? new AbortController().signal,
      traceparent: options.traceparent,
      jobs: { ...NO_JOBS, ...options.jobs },
      outbound: options.outbound ?? NO_OUTBOUND,
      log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
      progress: (done, total, note) => {
        progress = { done, total, note };
      },
      lastCheckpoint: resume.lastCheckpoint,
      checkpoint: resume.checkpoint,
      step: resume.step,
      complete: async (tx, value) => {
        completed = { tx, result: value };
      },
    },
    deps,
  );
  resume.end();
  return { result, logs, progress, checkpoints, completed };
}

function resumeOf(
  jobType: JobType,
  options: RunHandlerOptions,
  saved: (value: unknown) => void,
): HandlerResume {
  const value = options.lastCheckpoint === undefined ? undefined : JSON.stringify(options.lastCheckpoint);
  let last = value;
  return new HandlerResume({
    jobType,
    saved: savedStateIn(savedStateText({ value, steps: [] })),
    save: async (content) => {
      const now = savedStateIn(content)?.value;
      // A step saves the checkpoint again.
      if (now !== undefined && now !== last) saved(JSON.parse(now));
      last = now;
    },
  });
}

const argumentRules = shape<{ readonly type: JobType }>('a job type', { type: required(jobTypeRule) });

const unanswered = (method: string) => () =>
  Promise.reject(
    new Error(
      `The handler called ctx.jobs.${method}(), which runHandler does not do. Pass \`jobs: { ${method}: … }\`, or use createTestJobs.`,
    ),
  );
const NO_JOBS: HandlerJobs = {
  enqueue: unanswered('enqueue'),
  schedule: unanswered('schedule'),
  trigger: unanswered('trigger'),
  cancelRun: unanswered('cancelRun'),
};

const NO_OUTBOUND: OutboundClient = {
  request: () =>
    Promise.reject(
      new Error(
        'The handler called ctx.outbound.request(), which runHandler does not do. Pass `outbound: { request: … }`.',
      ),
    ),
};

function validated({ type, payload: schema }: JobType, payload: unknown): unknown {
  const rules = payloadRules(schema);
  if (typeof rules === 'string') throw new Error(`The payload of the job type ${type} ${rules}`);
  const accepted = acceptPayload(rules, payload);
  const checked = accepted.ok ? checkPayload(rules, JSON.parse(accepted.json)) : accepted;
  if (checked.ok) return checked.output;
  throw new EngineError('invalid', 'The payload is not valid.', checked.faults);
}
