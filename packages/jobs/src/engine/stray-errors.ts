import { AsyncLocalStorage } from 'node:async_hooks';
import { textOf } from './text.ts';

/** Hears the stray errors of code: rejections of promises that it did not await, and what its callbacks throw. */
export interface StrayErrorListener {
  strayed(error: Error): void;
}

const listeners = new AsyncLocalStorage<StrayErrorListener>();

/** How many want to hear: the two events belong to the whole process, so one pair of handlers serves all engines. */
let hearers = 0;

/** Runs code, whose stray errors go to `listener`, however long after its end they come. */
export function withStrayErrorsTo<T>(listener: StrayErrorListener, work: () => T): T {
  return listeners.run(listener, work);
}

/**
 * From now on stray errors go to their listeners, until the returned function is called. Others end the process as if nobody
 * heard, unless the host has handlers of its own for them. Those hear all, also what went to a listener.
 */
export function hearStrayErrors(): () => void {
  hearers += 1;
  if (hearers === 1) process.on('unhandledRejection', heardRejection).on('uncaughtException', heardException);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    hearers -= 1;
    if (hearers === 0) stopHearing();
  };
}

/** Whether the calling code, such as a host's own handler of `unhandledRejection`, runs for a job handler, which hears the error. */
export function isInJobHandler(): boolean {
  return listeners.getStore() !== undefined;
}

function stopHearing(): void {
  process.off('unhandledRejection', heardRejection).off('uncaughtException', heardException);
}

function heardRejection(reason: unknown): void {
  const error =
    reason instanceof Error
      ? reason
      : new Error(`A promise that nothing awaited was rejected with ${textOf(reason, 500)}.`, {
          cause: reason,
        });
  const listener = listeners.getStore();
  if (listener !== undefined) return listener.strayed(error);
  if (process.listenerCount('unhandledRejection') > 1) return;
  // As Node does without a handler of rejections.
  if (process.listenerCount('uncaughtException') > 1)
    process.emit('uncaughtException', error, 'unhandledRejection');
  else endProcess(error);
}

function heardException(thrown: unknown): void {
  const listener = listeners.getStore();
  if (listener !== undefined) return listener.strayed(thrown instanceof Error ? thrown : errorOf(thrown));
  if (process.listenerCount('uncaughtException') === 1) endProcess(thrown);
}

function errorOf(thrown: unknown): Error {
  return new Error(`A callback threw ${textOf(thrown, 500)}.`, { cause: thrown });
}

/** With nobody to hear it, Node prints the error, runs what waits for the exit, and ends the process with code 1. */
function endProcess(thrown: unknown): void {
  stopHearing();
  process.stderr.write(
    '@greenvue/jobs: the process ends because of the error below. No job handler is its cause, and nothing handles it.\n',
  );
  queueMicrotask(() => {
    throw thrown;
  });
}
