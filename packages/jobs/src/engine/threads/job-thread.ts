import { PermanentError } from '../../core/model/errors.ts';

/** What a thread of the pool is at. */
export interface JobThread {
  /** The module being imported or run, and its job type; without one, the dependencies of threads. */
  at: { readonly module: string; readonly type?: string } | undefined;
  /** An engine that was to start in it was refused. */
  refused: Error | undefined;
}

/** By a symbol of all copies of this library: a bundle may have several. */
const KEY = Symbol.for('@greenvue/jobs: job thread');

export function enterJobThread(): JobThread {
  const thread: JobThread = { at: undefined, refused: undefined };
  Reflect.set(globalThis, KEY, thread);
  return thread;
}

/** Throws in a thread of the pool: an engine there would run jobs again, and start threads of its own. */
export function refuseInJobThread(): void {
  const thread: JobThread | undefined = Reflect.get(globalThis, KEY);
  if (thread === undefined) return;
  const { module = 'a module', type } = thread.at ?? {};
  const whose = type === undefined ? 'the dependencies of job threads' : `the job type ${type}`;
  thread.refused ??= new PermanentError(
    `An engine can't start in the thread of a job: ${module} of ${whose} is imported there and starts an engine. Move ${whose} into a file that starts none. If a bundler made this file, make that file an entry point of its own.`,
  );
  throw thread.refused;
}
