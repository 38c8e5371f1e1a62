import { Worker } from 'node:worker_threads';
import type { JobType } from '../core/job-type.ts';
import type { Attempt, StopReason } from './attempt.ts';
import type { ThreadDeps } from './options.ts';
import { type HandlerEnd, type Heard, readMessage, type ToThread } from './thread-messages.ts';

interface Thread {
  readonly worker: Worker;
  current:
    | { readonly attempt: Attempt; resolve(ended: HandlerEnd): void; reject(error: unknown): void }
    | undefined;
  idleSince: number;
  ended: boolean;
  /** It was told to end; asked again and again, a worker in a long native call would gather who waits for that. */
  ending?: Promise<unknown>;
}

const IDLE_THREAD_MS = 60_000;

/**
 * The threads of a node: one handler at a time in each, started when needed, kept for a minute when idle, replaced when one
 * dies. Our own small pool since a run that is told to stop must get its grace before the thread is terminated (P11).
 */
export class ThreadPool {
  readonly #threads = new Set<Thread>();
  readonly #deps: ThreadDeps | undefined;

  constructor(deps: ThreadDeps | undefined) {
    this.#deps = deps;
  }

  /** Runs an attempt's handler in a free thread; rejects because the thread ended or can't be had. */
  async run(jobType: JobType<never>, attempt: Attempt): Promise<HandlerEnd> {
    const thread = this.#free() ?? this.#start();
    const { job, run, lastSuccess, payloadJson, traceparent } = attempt;
    return new Promise((resolve, reject) => {
      thread.current = { attempt, resolve, reject };
      this.#post(thread, {
        kind: 'run',
        module: jobType.module,
        type: jobType.type,
        payload: payloadJson,
        job,
        run,
        lastSuccess,
        traceparent,
      });
    });
  }

  abort(attempt: Attempt, reason: StopReason): void {
    const thread = this.#of(attempt);
    if (thread !== undefined) this.#post(thread, { kind: 'abort', reason });
  }

  /** Ends the thread under an attempt, whose promise then rejects. A native call it is in has to return first. */
  terminate(attempt: Attempt): void {
    const thread = this.#of(attempt);
    if (thread !== undefined) void terminated(thread);
  }

  /** Lets go of threads that have been idle for long. */
  sweep(now: number): void {
    for (const thread of this.#threads) {
      if (thread.current === undefined && !thread.ended && now - thread.idleSince > IDLE_THREAD_MS)
        this.#post(thread, { kind: 'end' });
    }
  }

  /** Ends all threads, at once. */
  async close(): Promise<void> {
    await Promise.all([...this.#threads].map(terminated));
  }

  #free(): Thread | undefined {
    for (const thread of this.#threads) if (thread.current === undefined && !thread.ended) return thread;
    return undefined;
  }

  #of(attempt: Attempt): Thread | undefined {
    for (const thread of this.#threads) if (thread.current?.attempt === attempt) return thread;
    return undefined;
  }

  #post(thread: Thread, message: ToThread): void {
    if (message.kind === 'end') thread.ended = true;
    thread.worker.postMessage(message);
  }

  #start(): Thread {
    // The extension is that of this file: .ts in the sources, .js once built.
    const entry = new URL(
      import.meta.url.endsWith('.ts') ? './thread-entry.ts' : './thread-entry.js',
      import.meta.url,
    );
    const deps = this.#deps;
    const workerData = {
      deps: deps === undefined ? undefined : { module: String(deps.module), data: deps.data },
    };
    const worker = new Worker(entry, { workerData, name: 'job' });
    const thread: Thread = { worker, current: undefined, idleSince: 0, ended: false };
    this.#threads.add(thread);
    let failure: unknown;
    worker.on('message', (message: unknown) => {
      const heard = readMessage(message);
      if (heard !== undefined) this.#receive(thread, heard);
    });
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', (code) => {
      this.#threads.delete(thread);
      thread.ended = true;
      const { current } = thread;
      thread.current = undefined;
      const stopped = current?.attempt.stop;
      current?.reject(
        failure ??
          (stopped === undefined
            ? new Error(
                `The thread of the handler ended with code ${code}: as a rule, something in it has called process.exit().`,
              )
            : stopped.error),
      );
    });
    return thread;
  }

  #receive(thread: Thread, heard: Heard): void {
    const { current } = thread;
    if (current === undefined) return;
    current.attempt.notes.add(heard.noted);
    if (heard.kind === 'noted') return;
    this.#release(thread);
    // Node keeps a failed import for the life of a thread: only a new one can do better (P8).
    if (heard.kind === 'threw' && !heard.isUsable) this.#post(thread, { kind: 'end' });
    current.resolve(heard);
  }

  #release(thread: Thread): void {
    thread.current = undefined;
    thread.idleSince = performance.now();
  }
}

function terminated(thread: Thread): Promise<unknown> {
  thread.ended = true;
  thread.ending ??= thread.worker.terminate();
  return thread.ending;
}
