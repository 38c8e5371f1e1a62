import { Worker } from 'node:worker_threads';
import { threadFile } from '../../package-file.ts';
import type { Attempt, Stop } from '../attempts/attempt.ts';
import { logStray, logThreadEnd } from '../attempts/attempt-log.ts';
import { readThrown, type ThrownError } from '../attempts/thrown-error.ts';
import type { ThreadHandler } from '../job-types/registry.ts';
import type { Settings } from '../options.ts';
import { answerCall, type HandlerCall } from './handler-calls.ts';
import { createHandlerStart, type HandlerStart, resetStart, takeBackStart } from './handler-start.ts';
import {
  type FromThread,
  type HandlerEnd,
  type Reply,
  readMessage,
  type ThreadData,
  type ToThread,
} from './thread-messages.ts';

interface Thread {
  readonly worker: Worker;
  readonly memoryMb: number;
  readonly start: HandlerStart;
  /** Without an attempt, it loads modules. */
  current:
    | { readonly attempt: Attempt | undefined; resolve(reply: Reply): void; reject(error: unknown): void }
    | undefined;
  /** What it loads, or loaded last. */
  loading?: string;
  idleSince: number;
  ended: boolean;
  /** The end of the worker, once asked for. Asking again and again would add listeners to the worker. */
  ending?: Promise<unknown>;
}

type ThreadSettings = Pick<Settings, 'clock' | 'threadDeps' | 'threadMemoryMb' | 'logger' | 'outbound'>;

const IDLE_THREAD_MS = 60_000;
/** How long to wait for threads to end (ms). A thread in a long native call can't be ended. */
const END_LIMIT_MS = 2_000;

/**
 * The threads of a node. Each runs one handler at a time, starts when needed, and ends after a minute without
 * work. Other pools give a stopped run no grace before its thread is terminated (P11, timeout).
 */
export class ThreadPool {
  readonly #threads = new Set<Thread>();
  readonly #settings: ThreadSettings;

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  get hasAny(): boolean {
    return this.#threads.size > 0;
  }

  /** What the threads load at the moment, such as `the job type report`. */
  get loading(): readonly string[] {
    return [...this.#threads].flatMap(({ current, loading }) =>
      current === undefined || loading === undefined ? [] : [loading],
    );
  }

  /** Loads job types' modules in a thread per memory size, which later serves runs. Returns the faults. */
  async load(handlers: readonly ThreadHandler[]): Promise<readonly string[]> {
    const byMemory = Map.groupBy(handlers, (handler) => this.#memoryOf(handler));
    const faults = await Promise.all([...byMemory].map(([memoryMb, group]) => this.#loadIn(memoryMb, group)));
    // Each thread loads the dependencies: a fault of theirs is named once.
    return [...new Set(faults.flat())];
  }

  async #loadIn(memoryMb: number, handlers: readonly ThreadHandler[]): Promise<readonly string[]> {
    const types = handlers.map(({ module, type }) => ({ module, type }));
    const fault = ({ message }: ThrownError) => {
      const names = types.map(({ type }) => type).join(', ');
      return [
        `the job type${types.length === 1 ? '' : 's'} ${names} can't be loaded in a thread: ${message}`,
      ];
    };
    try {
      const reply = await this.#ask(this.#start(memoryMb), undefined, { kind: 'load', types });
      if (reply.kind === 'threw') return fault(reply.thrown);
      return reply.kind === 'loaded' ? reply.faults : [];
    } catch (error) {
      return fault(readThrown(error));
    }
  }

  /** Runs an attempt's handler in a free thread; rejects because the thread ended or can't be had. */
  async run(handler: ThreadHandler, attempt: Attempt): Promise<HandlerEnd> {
    const memoryMb = this.#memoryOf(handler);
    const thread = this.#free(memoryMb) ?? this.#start(memoryMb);
    const { module, type } = handler;
    const { job, run, lastSuccess, traceparent, input } = attempt;
    const payload = { json: input.json, mustValidate: input.schema !== undefined, secrets: input.secrets };
    const saved = attempt.state?.saved;
    const task = { kind: 'run', module, type, payload, job, run, lastSuccess, traceparent, saved } as const;
    const reply = await this.#ask(thread, attempt, task);
    if (reply.kind === 'loaded')
      throw new Error(
        'The thread of the handler sent an unexpected message in the place of its result. Report this as a bug.',
      );
    return reply;
  }

  /** An attempt whose handler has not begun is over at once: the handler never begins. */
  abort(attempt: Attempt, { reason, error }: Stop): void {
    const thread = this.#of(attempt);
    if (thread === undefined || reason === 'stray') return;
    if (!takeBackStart(thread.start)) return this.#post(thread, { kind: 'abort', reason });
    const { current } = thread;
    thread.current = undefined;
    void terminated(thread);
    current?.reject(error);
  }

  /** Ends the thread of an attempt, whose promise then rejects; a native call has to return first. */
  terminate(attempt: Attempt): void {
    const thread = this.#of(attempt);
    if (thread !== undefined) void terminated(thread);
  }

  sweep(now: number): void {
    for (const thread of this.#threads) {
      if (thread.current === undefined && !thread.ended && now - thread.idleSince > IDLE_THREAD_MS)
        this.#post(thread, { kind: 'end' });
    }
  }

  /** Ends all threads at once, and waits a moment. Leaves no timer that keeps the process alive. */
  async end(): Promise<void> {
    const limit = Promise.withResolvers<void>();
    const cancel = this.#settings.clock.setTimer(END_LIMIT_MS, limit.resolve);
    try {
      await Promise.race([Promise.all([...this.#threads].map(terminated)), limit.promise]);
    } finally {
      cancel();
    }
  }

  #memoryOf({ memoryMb }: ThreadHandler): number {
    return memoryMb ?? this.#settings.threadMemoryMb;
  }

  #free(memoryMb: number): Thread | undefined {
    for (const thread of this.#threads)
      if (thread.current === undefined && !thread.ended && thread.memoryMb === memoryMb) return thread;
    return undefined;
  }

  #ask(thread: Thread, attempt: Attempt | undefined, message: ToThread): Promise<Reply> {
    return new Promise((resolve, reject) => {
      thread.current = { attempt, resolve, reject };
      resetStart(thread.start);
      this.#post(thread, message);
    });
  }

  #of(attempt: Attempt): Thread | undefined {
    for (const thread of this.#threads) if (thread.current?.attempt === attempt) return thread;
    return undefined;
  }

  #post(thread: Thread, message: ToThread): void {
    if (message.kind === 'end') thread.ended = true;
    thread.worker.postMessage(message);
  }

  #start(memoryMb: number): Thread {
    const { threadDeps: deps, outbound } = this.#settings;
    const start = createHandlerStart();
    const workerData: ThreadData = {
      start,
      deps: deps === undefined ? undefined : { module: deps.module, data: deps.data },
      outbound,
    };
    const resourceLimits = { maxOldGenerationSizeMb: memoryMb };
    const worker = new Worker(threadFile('engine/threads/thread-entry'), {
      workerData,
      name: 'job',
      resourceLimits,
    });
    const thread: Thread = { worker, memoryMb, start, current: undefined, idleSince: 0, ended: false };
    this.#threads.add(thread);
    let failure: unknown;
    worker.on('message', (message: unknown) => {
      const checked = readMessage(message);
      if (checked !== undefined) this.#receive(thread, checked);
    });
    worker.on('error', (error) => {
      failure = asFailure(error, memoryMb);
    });
    worker.on('exit', (code) => {
      this.#threads.delete(thread);
      const { current, ended } = thread;
      thread.ended = true;
      // The end of an idle thread fails no attempt.
      if (current === undefined && !ended)
        logThreadEnd(this.#settings.logger, readThrown(failure ?? endedWith(code)));
      thread.current = undefined;
      const stopped = current?.attempt?.stop;
      current?.reject(failure ?? stopped?.error ?? endedWith(code));
    });
    return thread;
  }

  #receive(thread: Thread, message: FromThread): void {
    if (message.kind === 'stray') return logStray(this.#settings.logger, message.ids, message.thrown);
    if (message.kind === 'loading') {
      thread.loading = message.what;
      return;
    }
    const { current } = thread;
    if (message.kind === 'call') return this.#answer(thread, message.call);
    if (current === undefined) return this.#receiveIdle(thread, message);
    if ('output' in message) current.attempt?.output.add(message.output);
    if (message.kind === 'output') return;
    thread.current = undefined;
    thread.idleSince = performance.now();
    // Node keeps a failed import for the life of a thread: only a new one can do better (P8, retries).
    const isUsable =
      message.kind === 'threw'
        ? message.isUsable
        : message.kind === 'returned' || message.faults.length === 0;
    if (!isUsable) this.#post(thread, { kind: 'end' });
    current.resolve(message);
  }

  /** A call of a handler that has ended gets no answer. */
  #answer(thread: Thread, call: HandlerCall): void {
    const attempt = thread.current?.attempt;
    if (attempt === undefined) return;
    const saveState = (content: string) => saveFor(attempt, content);
    const ask = () => answerCall({ ...attempt.jobs, saveState }, call);
    const asked = attempt.span === undefined ? ask() : attempt.span.within(ask);
    void asked.then((answer) => {
      if (thread.current?.attempt === attempt) this.#post(thread, { kind: 'answer', id: call.id, answer });
    });
  }

  /** An error of an idle thread, such as in a timer of its module, ends the thread. */
  #receiveIdle(thread: Thread, message: FromThread): void {
    if (message.kind !== 'threw' || thread.ended) return;
    logThreadEnd(this.#settings.logger, message.thrown);
    this.#post(thread, { kind: 'end' });
  }
}

/** Saves the state of an attempt for its thread, which may ask for anything. */
async function saveFor({ state }: Attempt, content: unknown): Promise<void> {
  if (state === undefined || typeof content !== 'string') throw new Error('The thread has nothing to save.');
  await state.save(content);
}

function terminated(thread: Thread): Promise<unknown> {
  thread.ended = true;
  thread.ending ??= thread.worker.terminate();
  return thread.ending;
}

function endedWith(code: number): Error {
  return new Error(
    `The thread of the handler ended with code ${code}: as a rule, something in it has called process.exit().`,
  );
}

/** The error that ended a thread, with a plain message when the thread ran out of memory. */
function asFailure(cause: unknown, memoryMb: number): unknown {
  const isFull = cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (!isFull) return cause;
  return new Error(
    `The thread of the handler ended: it needed more than the ${memoryMb} MB of heap that it may use. Work in smaller batches, or raise \`memoryMb\` of the job type, as in \`memoryMb: ${2 * memoryMb}\`.`,
    { cause },
  );
}
