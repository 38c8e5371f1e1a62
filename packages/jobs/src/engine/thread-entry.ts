import { parentPort, workerData } from 'node:worker_threads';
import { PermanentError } from '../core/errors.ts';
import type { JobContext, JobType } from '../core/job-type.ts';
import { safeJson, stopError } from './attempt.ts';
import type { FromThread, ToThread } from './threads.ts';

/** What runs in a job thread: imports the job type's module, makes its own dependencies once, runs one handler at a time. */

interface DepsModule {
  createThreadDeps?(data: unknown): unknown;
}
type Closable = { close?(): unknown };

const port = parentPort;
if (port === null) throw new Error('This file runs in a thread of the job engine only.');
const { deps: depsSource } = workerData as { deps?: { module: string; data: unknown } };

let deps: Promise<unknown> | undefined;
let controller = new AbortController();

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'run':
      controller = new AbortController();
      void execute(message, controller.signal);
      break;
    case 'abort':
      controller.abort(stopError(message.reason));
      break;
    case 'end':
      void end();
      break;
    default:
      message satisfies never;
  }
});

function send(message: FromThread): void {
  port?.postMessage(message);
}

async function execute(task: Extract<ToThread, { kind: 'run' }>, signal: AbortSignal): Promise<void> {
  try {
    const jobType = await load(task.module, task.type);
    deps ??= makeDeps();
    send(returned(await jobType.run(contextOf(task, signal), (await deps) as never)));
  } catch (error) {
    send(threw(error));
  }
}

async function load(module: string, type: string): Promise<JobType> {
  const exports = Object.values((await import(module)) as Record<string, unknown>);
  const found = exports.find(
    (value): value is JobType =>
      typeof value === 'object' && value !== null && 'type' in value && value.type === type,
  );
  if (found === undefined) throw new PermanentError(`${module} has no export that is the job type ${type}`);
  return found;
}

async function makeDeps(): Promise<unknown> {
  if (depsSource === undefined) return undefined;
  const { createThreadDeps } = (await import(depsSource.module)) as DepsModule;
  if (createThreadDeps === undefined)
    throw new PermanentError(`${depsSource.module} must export createThreadDeps`);
  return createThreadDeps(depsSource.data);
}

function contextOf(task: Extract<ToThread, { kind: 'run' }>, signal: AbortSignal): JobContext<unknown> {
  const line = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: object) =>
    send({
      kind: 'log',
      level,
      message: String(message),
      ...(fields === undefined ? {} : { fields: safeJson(fields) }),
    });
  return {
    payload: JSON.parse(task.payload) as unknown,
    job: task.job,
    run: task.run,
    lastSuccess: task.lastSuccess,
    signal,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    progress: (done, total, note) =>
      send({
        kind: 'progress',
        done,
        ...(total === undefined ? {} : { total }),
        ...(note === undefined ? {} : { note }),
      }),
  };
}

function returned(result: unknown): FromThread {
  if (result === undefined) return { kind: 'returned' };
  try {
    return { kind: 'returned', result: JSON.stringify(result) };
  } catch (error) {
    return { kind: 'returned', notJson: error instanceof Error ? error.message : String(error) };
  }
}

function threw(thrown: unknown): FromThread {
  const error = thrown instanceof Error ? thrown : new Error(safeJson(thrown));
  const stack = error.stack === undefined ? {} : { stack: error.stack };
  // By name too: a handler may have its own copy of the class.
  const permanent = error instanceof PermanentError || error.name === 'PermanentError';
  return { kind: 'threw', name: error.name, message: error.message, permanent, ...stack };
}

async function end(): Promise<void> {
  const made = deps === undefined ? undefined : ((await deps) as Closable | undefined);
  await made?.close?.();
  port?.close();
}
