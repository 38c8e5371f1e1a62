// What runs in a job thread: imports the job type's module, makes its own dependencies once, runs one handler
// at a time.
import { AsyncLocalStorage } from 'node:async_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import type { JobContext, JobType } from '../../core/job-types/job-type.ts';
import type { ThreadDeps } from '../../core/job-types/thread-deps.ts';
import { PermanentError } from '../../core/model/errors.ts';
import { isRecord } from '../../core/objects.ts';
import { createSecretMask, type SecretMask } from '../../core/secrets/secret-mask.ts';
import { type ClosableOutboundClient, createOutboundClient } from '../../outbound/outbound-client.ts';
import { createSystemClock } from '../../system-clock.ts';
import { lowerThreadPriority } from '../../thread-priority.ts';
import { handlerPayload, stopError } from '../attempts/attempt.ts';
import type { NewOutput } from '../attempts/attempt-output.ts';
import { createHandlerOutbound } from '../attempts/handler-jobs.ts';
import { readResult } from '../attempts/handler-result.ts';
import { HandlerResume } from '../attempts/handler-resume.ts';
import { readThrown } from '../attempts/thrown-error.ts';
import { refuseTx, ThreadJobs } from './handler-calls.ts';
import { beginHandler } from './handler-start.ts';
import { enterJobThread } from './job-thread.ts';
import { OutputSender } from './output-sender.ts';
import type { Envelope, FromThread, ThreadData, ToThread } from './thread-messages.ts';

type Closable = { close?(): unknown };

/** A run that this thread was asked for. */
type Task = Extract<ToThread, { kind: 'run' }> & {
  readonly outputSender: OutputSender;
  readonly mask: SecretMask | undefined;
};

const clock = createSystemClock();

const port = parentPort;
if (port === null) throw new Error('This file runs in a thread of the job engine only.');
const { start, deps: depsSource, outbound: outboundOptions } = workerData as ThreadData;
const thread = enterJobThread();

let hasLowPriority = false;
let deps: Promise<unknown> | undefined;
let outbound: ClosableOutboundClient | undefined;
let controller = new AbortController();
let current: Task | undefined;
const tasks = new AsyncLocalStorage<Task>();
const calls = new ThreadJobs((call) => send({ kind: 'call', call }));

process.on('unhandledRejection', strayed).on('uncaughtException', strayed);
process.on('exit', () => {
  // The module may have caught the refusal, and ended the process itself.
  if (thread.refused !== undefined) reportEnd(thread.refused);
});

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'run':
      lowerPriority();
      controller = new AbortController();
      current = taskOf(message);
      void tasks.run(current, execute, current, controller.signal);
      break;
    case 'load':
      void loadAll(message.types);
      break;
    case 'abort':
      controller.abort(stopError(message.reason));
      break;
    case 'answer':
      calls.answered(message.id, message.answer);
      break;
    case 'end':
      void end();
      break;
    default:
      message satisfies never;
  }
});

/** Not while modules are loaded: the start of the server waits for that. */
function lowerPriority(): void {
  if (!hasLowPriority) lowerThreadPriority();
  hasLowPriority = true;
}

function send(message: FromThread): void {
  port?.postMessage({ '@greenvue/jobs': message } satisfies Envelope);
}

function taskOf(message: Extract<ToThread, { kind: 'run' }>): Task {
  const mask = message.payload.secrets && createSecretMask(message.payload.secrets);
  return { ...message, mask, outputSender: new OutputSender(clock, send, mask) };
}

async function execute(task: Task, signal: AbortSignal): Promise<void> {
  let isUsable = false;
  let resume: HandlerResume | undefined;
  try {
    const jobType = await load(task.module, task.type);
    deps ??= makeDeps();
    const made = await deps;
    isUsable = true;
    // Taken back meanwhile: the engine has settled it, and ends this thread.
    if (!beginHandler(start)) return;
    resume = resumeOf(task, jobType);
    const returned = await jobType.run(contextOf(task, jobType, { signal, resume }), made as never);
    // A stray error of a handler that has returned comes within the turn.
    await new Promise((resolve) => setImmediate(resolve));
    send({ kind: 'returned', result: readResult(returned, task.mask), output: endTask(task) });
  } catch (error) {
    send({ kind: 'threw', thrown: readThrown(error, task.mask), isUsable, output: endTask(task) });
  } finally {
    resume?.end();
  }
}

function endTask(task: Task): NewOutput | undefined {
  current = undefined;
  return task.outputSender.end();
}

/** A stray error fails its attempt and ends this thread. One of an earlier attempt is only reported. */
function strayed(error: unknown): void {
  const task = tasks.getStore();
  if (task !== undefined && task !== current) {
    const ids = { jobId: task.job.id, type: task.type, runId: task.run.id };
    return send({ kind: 'stray', thrown: readThrown(error, task.mask), ids });
  }
  reportEnd(error);
  process.exit(1);
}

function reportEnd(error: unknown): void {
  const thrown = readThrown(error, current?.mask);
  send({ kind: 'threw', thrown, isUsable: false, output: current?.outputSender.end() });
}

/** Loads the modules of job types, and that of the dependencies; runs nothing. */
async function loadAll(types: Extract<ToThread, { kind: 'load' }>['types']): Promise<void> {
  const faults: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      send({ kind: 'loading', what });
      await work();
    } catch (error) {
      faults.push(
        thread.refused?.message ?? `${what} can't be loaded in a thread: ${readThrown(error).message}`,
      );
    }
  };
  for (const { module, type } of types) await attempt(`the job type ${type}`, () => load(module, type));
  if (depsSource !== undefined) await attempt('the dependencies of threads', loadDeps);
  send({ kind: 'loaded', faults });
  lowerPriority();
}

async function load(module: string, type: string): Promise<JobType> {
  thread.at = { module, type };
  const exports = Object.values((await import(module)) as Record<string, unknown>);
  if (thread.refused !== undefined) throw thread.refused;
  const found = exports.find((value): value is JobType => isRecord(value) && value.type === type);
  if (found === undefined)
    throw new PermanentError(
      `${module} has no export that is the job type ${type}: export it by name from the file whose import.meta.url it has.`,
    );
  return found;
}

async function makeDeps(): Promise<unknown> {
  const create = await loadDeps();
  return create?.(depsSource?.data as never);
}

async function loadDeps(): Promise<ThreadDeps['create'] | undefined> {
  if (depsSource === undefined) return undefined;
  const { at } = thread;
  thread.at = { module: depsSource.module };
  const exports = Object.values((await import(depsSource.module)) as Record<string, unknown>);
  thread.at = at;
  const [found, ...others] = new Set(exports.filter(isThreadDeps));
  if (found !== undefined && others.length === 0) return found.create;
  throw new PermanentError(
    `${depsSource.module} must export one result of defineThreadDeps() by name. It exports ${found === undefined ? 'none' : others.length + 1}.`,
  );
}

function isThreadDeps(value: unknown): value is ThreadDeps {
  return isRecord(value) && typeof value.create === 'function' && typeof value.module === 'string';
}

function resumeOf({ saved }: Task, jobType: JobType): HandlerResume {
  return new HandlerResume({ jobType, saved, save: (content) => calls.saveState(content) });
}

function contextOf(
  task: Task,
  { payload: schema }: JobType,
  { signal, resume }: { readonly signal: AbortSignal; readonly resume: HandlerResume },
): JobContext<unknown> {
  const { job, run, lastSuccess, traceparent } = task;
  const { json, mustValidate } = task.payload;
  const { output } = task.outputSender;
  return {
    payload: handlerPayload({ json, schema: mustValidate ? schema : undefined }),
    job,
    run,
    lastSuccess,
    signal,
    traceparent,
    log: output.log,
    jobs: calls.of(signal),
    get outbound() {
      outbound ??= createOutboundClient(outboundOptions);
      return createHandlerOutbound(outbound, { signal });
    },
    progress: (done, total, note) => output.progress(done, total, note),
    lastCheckpoint: resume.lastCheckpoint,
    checkpoint: resume.checkpoint,
    step: resume.step,
    complete: async () => refuseTx('The run is not completed.'),
  };
}

async function end(): Promise<void> {
  try {
    const made = (await deps) as Closable | undefined;
    await made?.close?.();
  } finally {
    // Not by closing the port: a timer that a handler has left behind would keep the thread.
    process.exit();
  }
}
