// What runs in a job thread: imports the job type's module, makes its own dependencies once, runs one handler at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { PermanentError } from '../core/errors.ts';
import type { JobContext, JobType } from '../core/job-type.ts';
import { lowerThreadPriority } from '../thread-priority.ts';
import { stopError } from './attempt.ts';
import { type Noted, RunNotes } from './notes.ts';
import { resultOf } from './result.ts';
import { createSystemClock } from './system-clock.ts';
import type { Envelope, FromThread, ToThread } from './thread-messages.ts';
import { readThrown } from './thrown.ts';

interface DepsModule {
  createThreadDeps?(data: unknown): unknown;
}
type Closable = { close?(): unknown };

lowerThreadPriority();

const SPEAK_EVERY_MS = 100;
const clock = createSystemClock();

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
  port?.postMessage({ '@greenvue/jobs': message } satisfies Envelope);
}

async function execute(task: Extract<ToThread, { kind: 'run' }>, signal: AbortSignal): Promise<void> {
  const speaker = createSpeaker();
  let isUsable = false;
  try {
    const jobType = await load(task.module, task.type);
    deps ??= makeDeps();
    const made = await deps;
    isUsable = true;
    const returned = await jobType.run(contextOf(task, signal, speaker.notes), made as never);
    send({ kind: 'returned', result: resultOf(returned), noted: speaker.end() });
  } catch (error) {
    send({ kind: 'threw', thrown: readThrown(error), noted: speaker.end(), isUsable });
  }
}

/** A handler may log and report as often as it likes: the engine hears of it ten times a second, and nothing after its end. */
function createSpeaker(): { readonly notes: RunNotes; end(): Noted | undefined } {
  let isOver = false;
  let spokeAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  const speak = () => {
    cancel?.();
    cancel = undefined;
    spokeAt = clock.monotonic();
    const noted = notes.take();
    if (noted !== undefined) send({ kind: 'noted', noted });
  };
  const changed = () => {
    if (isOver) return;
    // By the clock: a handler that never waits lets no timer fire.
    if (clock.monotonic() - spokeAt >= SPEAK_EVERY_MS) speak();
    else cancel ??= clock.setTimer(SPEAK_EVERY_MS, speak);
  };
  const notes = new RunNotes(clock.now, { changed });
  return {
    notes,
    end() {
      isOver = true;
      cancel?.();
      return notes.take();
    },
  };
}

async function load(module: string, type: string): Promise<JobType> {
  const exports = Object.values((await import(module)) as Record<string, unknown>);
  const found = exports.find(
    (value): value is JobType =>
      typeof value === 'object' && value !== null && 'type' in value && value.type === type,
  );
  if (found === undefined)
    throw new PermanentError(
      `${module} has no export that is the job type ${type}: export it by name from the file whose import.meta.url it has.`,
    );
  return found;
}

async function makeDeps(): Promise<unknown> {
  if (depsSource === undefined) return undefined;
  const { createThreadDeps } = (await import(depsSource.module)) as DepsModule;
  if (createThreadDeps === undefined)
    throw new PermanentError(`${depsSource.module} must export createThreadDeps`);
  return createThreadDeps(depsSource.data);
}

function contextOf(
  task: Extract<ToThread, { kind: 'run' }>,
  signal: AbortSignal,
  notes: RunNotes,
): JobContext<unknown> {
  const { job, run, lastSuccess, traceparent } = task;
  return {
    payload: JSON.parse(task.payload) as unknown,
    job,
    run,
    lastSuccess,
    signal,
    traceparent,
    log: notes.log,
    progress: (done, total, note) => notes.progress(done, total, note),
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
