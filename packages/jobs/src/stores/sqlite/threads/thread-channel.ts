import { parse } from 'node:path';
import { setImmediate } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreError } from '../../../core/model/errors.ts';
import {
  type Closing,
  type Input,
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

/** The next request restarts an ended thread, but only this long after its last start. */
const MIN_LIFE_MS = 1_000;

/** The most requests in a message: the thread works while the main thread collects further ones. */
const FULL_MESSAGE = 128;

/** Requests that wait for the end of the event-loop turn, so that those of many clients share a commit. */
const GATHERED: ReadonlySet<Method> = new Set<Method>(['insertJob', 'command']);

/** The main thread's end of a database thread. A thread that crashes is replaced. */
export class ThreadChannel {
  readonly #file: URL;
  readonly #data: ThreadData;
  readonly #now: () => number;
  readonly #pending = new Map<number, Pending>();
  #thread: { readonly worker: Worker; readonly ended: Promise<void> } | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #outbox: Request[] = [];
  #lastId: number = OPENED;
  /** Why the channel takes no more requests: the store is closed, or the database is lost. */
  #ended: StoreError | undefined;
  /** Why the last thread ended. */
  #lastFailure: StoreError | undefined;

  constructor(input: { readonly file: URL; readonly data: ThreadData; readonly now: () => number }) {
    this.#file = input.file;
    this.#data = input.data;
    this.#now = input.now;
  }

  /** Resolves with the service's `opened`; rejects with the error that prevents the database from opening. */
  open(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#pending.set(OPENED, { resolve, reject });
      this.#start();
    });
  }

  ask<M extends Method>(method: M, input: Input<M>): Promise<Output<M>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#thread === undefined) {
      if (performance.now() - this.#startedAt < MIN_LIFE_MS)
        return Promise.reject(unavailable(this.#lastFailure));
      this.#start();
    }
    this.#lastId += 1;
    const id = this.#lastId;
    if (!GATHERED.has(method)) queueMicrotask(() => this.#send());
    else if (this.#outbox.length === 0) setImmediate(() => this.#send());
    this.#outbox.push({ id, method, input, now: this.#now() });
    if (this.#outbox.length >= FULL_MESSAGE) this.#send();
    return new Promise<Output<M>>((resolve, reject) => {
      // The answer has the method's type: `Handlers` pairs methods and outputs on the thread's side.
      this.#pending.set(id, { resolve: (value) => resolve(value as Output<M>), reject });
    });
  }

  /** The database is lost: rejects all requests, now and later, and ends the thread before it writes more. */
  lose(error: StoreError): void {
    this.#ended = error;
    this.#failAll(error);
    void this.#thread?.worker.terminate();
  }

  /** Lets the thread answer the sent requests, and waits for its end. */
  async close(how: Closing = 'close'): Promise<void> {
    this.#ended ??= new StoreError('unavailable', 'The store is closed.');
    this.#send();
    this.#thread?.worker.postMessage(how);
    await this.#thread?.ended;
  }

  #start(): void {
    const name = parse(this.#file.pathname).name;
    const worker = new Worker(this.#file, { workerData: this.#data, name });
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
        this.#failAll(this.#endOf(cause));
        resolve();
      });
    });
    this.#thread = { worker, ended };
    worker.postMessage('open');
  }

  /** A thread replies to each fault of opening. So an error before this reply is one of its file. */
  #endOf(cause: unknown): StoreError {
    if (cause instanceof Error && this.#pending.has(OPENED)) return new ThreadLoadError(this.#file, cause);
    return new StoreError('unavailable', 'The database thread has ended.', { cause });
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
    const error = new StoreError(reply.code, reply.error.message, { cause: reply.error });
    pending?.reject(error);
    // After this reply, the thread ends.
    if (reply.id === OPENED) this.#failAll(error);
  }

  #failAll(error: StoreError): void {
    this.#lastFailure = error;
    this.#outbox = [];
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/** A database thread can't load its file: as a rule, a bundler has put its own copy of it elsewhere. */
export class ThreadLoadError extends StoreError {
  constructor(file: URL, cause: Error) {
    super(
      'unavailable',
      `The thread of the database can't load its file ${fileURLToPath(file)} (${cause.message}): as a rule, @greenvue/jobs is in a bundle. Keep the package out of the bundle, as with Next.js's serverExternalPackages or esbuild's --external:@greenvue/jobs --external:@greenvue/jobs/*, and deploy node_modules beside the bundle.`,
      { cause },
    );
  }
}

function unavailable(cause: StoreError | undefined): StoreError {
  const message =
    'The database thread has ended, `cause` says why: try again in a second, which starts it again.';
  return new StoreError('unavailable', message, { cause });
}
