import { AsyncLocalStorage } from 'node:async_hooks';
import { messageOf, safeText } from './safe-text.ts';

/** Receives the stray errors of some code: rejections that it did not await, exceptions in its callbacks. */
export interface StrayErrorListener {
  strayed(error: Error): void;
}

const listeners = new AsyncLocalStorage<StrayErrorListener>();

/** Engines that listen. The two events belong to the process: one pair of handlers serves all engines. */
let listeningEngines = 0;

/** Runs `work`. Its stray errors go to `listener`, even long after `work` has ended. */
export function withStrayErrorsTo<T>(listener: StrayErrorListener, work: () => T): T {
  return listeners.run(listener, work);
}

/**
 * Sends stray errors to their listeners until the returned function is called. Errors without a listener end
 * the process, as in Node, unless the host has its own handlers, or `--unhandled-rejections` says `warn` or
 * `none`. Handlers of the host also receive errors that went to a listener.
 */
export function listenForStrayErrors(): () => void {
  listeningEngines += 1;
  if (listeningEngines === 1)
    process.on('unhandledRejection', handleRejection).on('uncaughtException', handleException);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    listeningEngines -= 1;
    if (listeningEngines === 0) removeHandlers();
  };
}

/** Whether an error comes from a job handler; for the host's `unhandledRejection` or `uncaughtException`. */
export function isInJobHandler(): boolean {
  return listeners.getStore() !== undefined;
}

function removeHandlers(): void {
  process.off('unhandledRejection', handleRejection).off('uncaughtException', handleException);
}

function handleRejection(reason: unknown): void {
  const error = asError(reason, 'A promise that nothing awaited was rejected with');
  const listener = listeners.getStore();
  if (listener !== undefined) return listener.strayed(error);
  if (process.listenerCount('unhandledRejection') > 1 || doesNodeIgnoreRejections()) return;
  // Node does the same when nothing handles rejections.
  if (process.listenerCount('uncaughtException') > 1)
    process.emit('uncaughtException', error, 'unhandledRejection');
  else endProcess(error);
}

/** Whether Node was started with `--unhandled-rejections=none`, or `warn`, where Node prints the warning. */
function doesNodeIgnoreRejections(): boolean {
  // The last option counts, and the command line counts more than the environment.
  const options = [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' ');
  return /.*--unhandled[-_]rejections[= ](?:warn|none)(?![^\s"'])(?!.*--unhandled[-_]rejections)/s.test(
    options,
  );
}

function handleException(thrown: unknown): void {
  const listener = listeners.getStore();
  if (listener !== undefined) return listener.strayed(asError(thrown, 'A callback threw'));
  if (process.listenerCount('uncaughtException') === 1) endProcess(thrown);
}

function asError(thrown: unknown, what: string): Error {
  return thrown instanceof Error ? thrown : new Error(`${what} ${safeText(thrown, 500)}.`, { cause: thrown });
}

/** Throws the error without a handler: Node prints it, runs `exit` handlers, and ends with code 1. */
function endProcess(thrown: unknown): void {
  removeHandlers();
  // First, since Node prints the line of code that throws before the error.
  const message = safeText(messageOf(asError(thrown, 'A callback threw')), 500);
  process.stderr.write(`@greenvue/jobs: nothing handles this error, so the process ends: ${message}\n`);
  queueMicrotask(() => {
    throw thrown;
  });
}
