import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { faultCode } from '../sqlite-faults.ts';
import type { Closing, Inputs, Method, Output, Reply, Request, ThreadData, ToThread } from './protocol.ts';
import { OPENED } from './protocol.ts';

/** One function for each method that a thread answers. */
export type Handlers<Methods extends Method> = {
  readonly [M in Methods]: (input: Inputs[M], now: number) => Output<M>;
};

/** A database thread's work. */
export interface Service {
  /** The result of opening, for the caller. */
  readonly opened: unknown;
  /** Replies to one or more of the requests that wait, from the one at `from` on, in order. */
  answer(requests: readonly Request[], from: number): readonly Reply[];
  close(how: Closing): void;
}

/** Runs a service on this thread until it is told to close. Entry of the thread's modules. */
export function serve(open: (data: ThreadData) => Service): void {
  const port = parentPort;
  if (port === null) throw new Error('this module is the entry of a worker thread');
  let service: Service | undefined;
  port.on('message', (first: ToThread) => {
    // What came in while the last transaction was on its way to the disk goes into the next one together.
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
    if (service !== undefined) {
      for (const replies of inGroups(service, requests)) port.postMessage(replies);
    }
    if (closing === undefined) return;
    service?.close(closing);
    port.close();
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

function* inGroups(service: Service, requests: readonly Request[]): Generator<readonly Reply[]> {
  for (let done = 0; done < requests.length; ) {
    const replies = service.answer(requests, done);
    done += replies.length;
    yield replies;
  }
}

export function replyTo<Methods extends Method>(handlers: Handlers<Methods>, request: Request): Reply {
  return { id: request.id, ok: true, value: handle(handlers, request) };
}

export function faultOf(id: number, error: unknown): Reply {
  const code = faultCode(error);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { id, ok: false, fault: { code, message, stack } };
}

function nextOf(port: MessagePort): ToThread | undefined {
  return receiveMessageOnPort(port)?.message as ToThread | undefined;
}

/** `ThreadChannel.ask` pairs methods with their inputs; a message can't carry that proof. */
function handle<Methods extends Method>(
  handlers: Handlers<Methods>,
  { method, input, now }: Request,
): unknown {
  const handler = handlers[method as Methods] as ((input: unknown, now: number) => unknown) | undefined;
  if (handler === undefined) throw new Error(`this thread does not answer ${method}`);
  return handler(input, now);
}
