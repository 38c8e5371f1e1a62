import { Worker } from 'node:worker_threads';
import { DatabaseError } from '../errors.ts';
import { failureOf, openConnection, type SqliteConnection } from './connection.ts';
import { databaseError } from './error-codes.ts';
import type {
  ConnectionOptions,
  SqlCommand,
  SqlOutcome,
  SqlResult,
  ThreadReply,
  ThreadRequest,
} from './protocol.ts';

/** The way to one connection. Commands are carried out one after the other, in the order they were sent. */
export interface Channel {
  /** Commands sent and not answered yet. */
  readonly pending: number;
  /**
   * Throws a {@link DatabaseError}; of kind `unavailable` once the connection is closed or its thread has
   * died.
   */
  send(command: SqlCommand): Promise<SqlResult>;
  /** Closes the connection once what was sent before is done. */
  close(): Promise<void>;
}

/**
 * A connection on the calling thread: for threads that serve no HTTP, and for look-ups. Throws a {@link
 * DatabaseError}.
 */
export function openInlineChannel(options: ConnectionOptions): Channel {
  const connection = opened(options);
  let closed = false;
  return {
    pending: 0,
    send: async (command) => {
      if (closed) throw unavailable('the database is closed');
      return resultOf(connection.run(command));
    },
    close: async () => {
      if (!closed) connection.close();
      closed = true;
    },
  };
}

function opened(options: ConnectionOptions): SqliteConnection {
  try {
    return openConnection(options);
  } catch (error) {
    throw databaseError(failureOf(error));
  }
}

/** A connection on a thread of its own, so that no SQLite work happens on the calling one. */
export function openThreadChannel(options: ConnectionOptions): Channel {
  return new ThreadChannel(
    new Worker(new URL('./thread.ts', import.meta.url), {
      name: options.readOnly ? 'database-reader' : 'database-writer',
      workerData: options,
    }),
  );
}

interface Waiting {
  readonly settle: (outcome: SqlOutcome) => void;
  readonly fail: (error: Error) => void;
}

class ThreadChannel implements Channel {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #ended: DatabaseError | undefined;
  #closing: Promise<void> | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: ThreadReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      waiting?.settle(reply.outcome);
    });
    worker.on('error', (error) => this.#end(threadFailure(error)));
    worker.on('exit', () => this.#end(unavailable('the database is closed')));
  }

  get pending(): number {
    return this.#waiting.size;
  }

  async send(command: SqlCommand): Promise<SqlResult> {
    if (this.#closing !== undefined) throw unavailable('the database is closed');
    return resultOf(await this.#ask((id) => ({ id, command })));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const exited = new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
    });
    if (this.#ended !== undefined) return;
    await Promise.race([this.#ask((id) => ({ id, close: true })), exited]);
    await exited;
  }

  #ask(request: (id: number) => ThreadRequest): Promise<SqlOutcome> {
    const ended = this.#ended;
    if (ended !== undefined) return Promise.reject(ended);
    const id = this.#nextId++;
    return new Promise((settle, fail) => {
      this.#waiting.set(id, { settle, fail });
      this.#worker.postMessage(request(id));
    });
  }

  #end(error: DatabaseError): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.fail(this.#ended);
    this.#waiting.clear();
  }
}

function resultOf(outcome: SqlOutcome): SqlResult {
  if (!outcome.ok) throw databaseError(outcome.failure);
  return outcome.result;
}

function threadFailure(error: unknown): DatabaseError {
  const failure = databaseError(failureOf(error));
  return failure.kind === 'full' ? failure : unavailable(`the database thread failed: ${String(error)}`);
}

function unavailable(message: string): DatabaseError {
  return new DatabaseError({ kind: 'unavailable', code: 'DATABASE_UNAVAILABLE', message });
}
