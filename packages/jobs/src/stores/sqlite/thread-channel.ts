import { Worker } from 'node:worker_threads';
import { StoreError } from '../../core/errors.ts';
import {
  type Fault,
  type Inputs,
  type Method,
  OPENED,
  type Output,
  type Reply,
  type Request,
} from './protocol.ts';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
}

/** The main thread's end of a database thread. Requests of one turn travel in one message. */
export class ThreadChannel {
  readonly #worker: Worker;
  readonly #now: () => number;
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  #outbox: Request[] = [];
  #lastId: number = OPENED;
  /** Why nothing more can be asked. */
  #over: StoreError | undefined;

  constructor(input: { readonly module: string; readonly file: string; readonly now: () => number }) {
    // Source and build have the same names but for this.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const url = new URL(`./${input.module}.${extension}`, import.meta.url);
    this.#now = input.now;
    this.#worker = new Worker(url, { workerData: { file: input.file }, name: input.module });
    this.#worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#receive(reply);
    });
    this.#worker.on('error', (error) => this.#fail('The database thread crashed.', error));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail('The database thread has ended.');
        resolve();
      });
    });
  }

  /** Resolves once the database is open, and rejects with what prevents it. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.set(OPENED, { resolve: () => resolve(), reject });
      this.#worker.postMessage('open');
    });
  }

  ask<M extends Method>(method: M, input: Inputs[M]): Promise<Output<M>> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.#outbox.length === 0) queueMicrotask(() => this.#send());
    this.#outbox.push({ id, method, input, now: this.#now() });
    return new Promise<Output<M>>((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(outputOf<M>(value)), reject });
    });
  }

  /** Lets the thread answer what was asked, and waits for its end. */
  async close(): Promise<void> {
    this.#over ??= new StoreError('unavailable', 'The store is closed.');
    this.#send();
    this.#worker.postMessage('close');
    await this.#ended;
  }

  #send(): void {
    if (this.#outbox.length === 0) return;
    this.#worker.postMessage(this.#outbox);
    this.#outbox = [];
  }

  #receive(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.ok) pending?.resolve(reply.value);
    else pending?.reject(errorOf(reply.fault));
  }

  #fail(message: string, cause?: unknown): void {
    this.#over ??= new StoreError('unavailable', message, { cause });
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(new StoreError('unavailable', message, { cause }));
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
