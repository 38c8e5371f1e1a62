import { MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { endThread } from '../../../end-thread.ts';
import { faultCode } from '../sqlite-faults.ts';
import {
  type Closing,
  type Input,
  type Method,
  OPENED,
  type Output,
  type Reply,
  type Request,
  type ThreadData,
  type ToThread,
} from './protocol.ts';

/** A function for each method of a thread. */
export type Handlers<Methods extends Method> = {
  readonly [M in Methods]: (input: Input<M>, now: number) => Output<M>;
};

/** A database thread's work. */
export interface Service {
  /** The result of opening, for the caller. */
  readonly opened: unknown;
  /** Replies to one or more of the waiting requests, in order from index `from`. */
  answer(requests: readonly Request[], from: number): readonly Reply[];
  close(how: Closing): void;
}

/** Runs a service on this thread until a message closes it. The entry of the threads' modules. */
export function serve(open: (data: ThreadData) => Service): void {
  const port = parentPort;
  if (port === null) throw new Error('this module is the entry of a worker thread');
  let service: Service | undefined;
  port.on('message', (first: ToThread) => {
    // Requests that arrived during the last transaction's commit share the next transaction.
    const requests: Request[] = [];
    let closing: Closing | undefined;
    for (let message: ToThread | undefined = first; message !== undefined; message = nextOf(port)) {
      if (message === 'close' || message === 'close unchecked') closing = message;
      else if (message !== 'open') requests.push(...message);
      else {
        service = opened(port, open);
        if (service === undefined) closing = 'close unchecked';
      }
    }
    for (let done = 0; service !== undefined && done < requests.length; ) {
      const replies = service.answer(requests, done);
      done += replies.length;
      port.postMessage(replies);
    }
    if (closing === undefined) return;
    service?.close(closing);
    endThread(port);
  });
}

function opened(port: MessagePort, open: (data: ThreadData) => Service): Service | undefined {
  try {
    const service = open(workerData as ThreadData);
    port.postMessage([{ id: OPENED, ok: true, value: service.opened } satisfies Reply]);
    return service;
  } catch (error) {
    port.postMessage([faultOf(OPENED, error)]);
    return undefined;
  }
}

function nextOf(port: MessagePort): ToThread | undefined {
  // Deno's port is of another kind, and cannot receive in advance.
  if (!(port instanceof MessagePort)) return undefined;
  return receiveMessageOnPort(port)?.message as ToThread | undefined;
}

/** `ThreadChannel.ask` pairs methods with their inputs; the types cannot show that here. */
export function replyTo<Methods extends Method>(
  handlers: Handlers<Methods>,
  { id, method, input, now }: Request,
): Reply {
  const handler = handlers[method as Methods] as ((input: unknown, now: number) => unknown) | undefined;
  if (handler === undefined) throw new Error(`this thread does not answer ${method}`);
  return { id, ok: true, value: handler(input, now) };
}

export function faultOf(id: number, error: unknown): Reply {
  return {
    id,
    ok: false,
    code: faultCode(error),
    error: error instanceof Error ? error : new Error(String(error)),
  };
}
