import { setImmediate } from 'node:timers';
import { Worker } from 'node:worker_threads';
import { StoreError } from '../../../core/model/errors.ts';
import {
  type Closing,
  type Fault,
  type Inputs,
  type Method,
  OPENED,
  type Output,
  type Reply,
  type Request,
  type ThreadData,
} from './protocol.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

/** A thread that ended is started again by the next request, but no sooner than so long after its start. */
const MIN_LIFE_MS = 1_000;

/** With so many the thread begins, while more are asked for in this turn: both threads work at once. */
const FULL_MESSAGE = 128;

/**
 * What many may ask for at once goes out when all of them were heard, or at {@link FULL_MESSAGE}: fewer
 * messages, fewer commits.
 */
const GATHERED: ReadonlySet<Method> = new Set<Method>(['insertJob', 'command']);

/**
 * The main thread's end of a database thread. What is asked for together travels together, {@link
 * FULL_MESSAGE} at most. A thread that crashes is replaced.
 */
export class ThreadChannel {
  readonly #module: string;
  readonly #data: ThreadData;
  readonly #now: () => number;
  readonly #pending = new Map<number, Pending>();
  #thread: { readonly worker: Worker; readonly ended: Promise<void> } | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #outbox: Request[] = [];
  #lastId: number = OPENED;
  #isClosed = false;
  #lost: StoreError | undefined;
  /** Why the last thread ended. */
  #lastFailure: StoreError | undefined;

  constructor(input: { readonly module: string; readonly data: ThreadData; readonly now: () => number }) {
    this.#module = input.module;
    this.#data = input.data;
    this.#now = input.now;
  }

  /**
   * Resolves with the service's `opened` once the database is open; rejects with the error that prevents it.
   */
  open(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending.set(OPENED, { resolve, reject });
      this.#start();
    });
  }

  ask<M extends Method>(method: M, input: Inputs[M]): Promise<Output<M>> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    if (this.#isClosed) return Promise.reject(new StoreError('unavailable', 'The store is closed.'));
    if (this.#thread === undefined) {
      if (performance.now() - this.#startedAt < MIN_LIFE_MS) return Promise.reject(this.#unavailable());
      this.#start();
    }
    this.#lastId += 1;
    const id = this.#lastId;
    if (!GATHERED.has(method)) queueMicrotask(() => this.#send());
    else if (this.#outbox.length === 0) setImmediate(() => this.#send());
    this.#outbox.push({ id, method, input, now: this.#now() });
    if (this.#outbox.length >= FULL_MESSAGE) this.#send();
    return new Promise<Output<M>>((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(outputOf<M>(value)), reject });
    });
  }

  /**
   * The database is lost: rejects all requests, pending and future, and ends the thread, which must write
   * nothing more.
   */
  lose(error: StoreError): void {
    this.#lost = error;
    this.#failAll(error);
    void this.#thread?.worker.terminate();
  }

  /** Lets the thread answer what was asked, and waits for its end. */
  async close(how: Closing = 'close'): Promise<void> {
    this.#isClosed = true;
    this.#send();
    this.#thread?.worker.postMessage(how);
    await this.#thread?.ended;
  }

  #start(): void {
    // Source and build have the same names but for this.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const url = new URL(`./${this.#module}.${extension}`, import.meta.url);
    const worker = new Worker(url, { workerData: this.#data, name: this.#module });
    this.#startedAt = performance.now();
    worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#receive(reply);
    });
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        this.#thread = undefined;
        this.#failAll(new StoreError('unavailable', 'The database thread has ended.', { cause }));
        resolve();
      });
    });
    this.#thread = { worker, ended };
    worker.postMessage('open');
  }

  #send(): void {
    if (this.#outbox.length === 0) return;
    this.#thread?.worker.postMessage(this.#outbox);
    this.#outbox = [];
  }

  #receive(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.ok) return pending?.resolve(reply.value);
    const error = errorOf(reply.fault);
    pending?.reject(error);
    // It is about to end.
    if (reply.id === OPENED) this.#failAll(error);
  }

  #failAll(error: StoreError): void {
    this.#lastFailure = error;
    this.#outbox = [];
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(error);
  }

  #unavailable(): StoreError {
    return new StoreError(
      'unavailable',
      'The database thread has ended, `cause` says why: try again in a second, which starts it again.',
      {
        cause: this.#lastFailure,
      },
    );
  }
}

function errorOf({ code, message, stack }: Fault): StoreError {
  const cause = new Error(message);
  if (stack !== undefined) cause.stack = stack;
  return new StoreError(code, message, { cause });
}

/** The thread's answer to a method is that method's: `Handlers` holds the pairs on its side. */
function outputOf<M extends Method>(value: unknown): Output<M> {
  return value as Output<M>;
}
