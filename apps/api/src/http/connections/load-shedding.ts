import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemJson } from '@greenvue/jobs/http';

/** Handles a request; `inject` calls it without a connection. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface LoadLimits {
  /** Limit of requests that have a turn; further ones wait, in their order. */
  readonly maxInProgress: number;
  /** A request that waited longer for its turn gets a 503. One in progress gives up its turn after this time. */
  readonly maxWaitMs: number;
  /** Called for each request that got a 503. */
  onShed(address: string): void;
  /** Whether the server is closing: a 503 then also closes its connection. */
  isClosing(): boolean;
}

/** Without an answer to these, an orchestrator would restart a busy process. They do little work. */
const PROBES: ReadonlySet<string> = new Set(['GET /healthz', 'GET /readyz', 'HEAD /healthz', 'HEAD /readyz']);
/** A client that sends its body slowly loses its turn after this time. Else, few clients could take all turns. */
const BODY_MS = 50;
const RETRY_AFTER_SECONDS = 1;

interface Waiting {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Monotonic, ms. */
  readonly since: number;
}

/**
 * Limits the requests in progress; slow ones stop counting. Without a limit, each turn of the event loop would do
 * some work for thousands of requests. All of them, new connections and jobs would then wait for many seconds.
 */
export function shedLoad(
  handle: Handler,
  { maxInProgress, maxWaitMs, onShed, isClosing }: LoadLimits,
): Handler {
  const waiting: Waiting[] = [];
  let inProgress = 0;
  const begin: Handler = (request, response) => {
    inProgress += 1;
    const over = () => {
      clearTimeout(timer);
      clearTimeout(bodyTimer);
      response.off('close', over);
      inProgress -= 1;
      beginNext();
    };
    response.once('close', over);
    // An event stream, or a client that does not read, keeps its response open.
    const timer = setTimeout(over, maxWaitMs);
    const bodyTimer = setTimeout(() => request.complete || over(), BODY_MS);
    handle(request, response);
  };
  const beginNext = () => {
    while (inProgress < maxInProgress) {
      const next = waiting.shift();
      if (next === undefined) return;
      if (next.response.closed) continue;
      if (performance.now() - next.since <= maxWaitMs) begin(next.request, next.response);
      else {
        refuse(next.response, isClosing());
        onShed(next.request.socket.remoteAddress ?? '');
      }
    }
  };
  return (request, response) => {
    if (PROBES.has(`${request.method} ${request.url}`)) handle(request, response);
    else if (inProgress < maxInProgress) begin(request, response);
    else waiting.push({ request, response, since: performance.now() });
  };
}

function refuse(response: ServerResponse, isLast: boolean): void {
  const detail = `The server is overloaded. Try again in ${RETRY_AFTER_SECONDS} s.`;
  const body = JSON.stringify(problemJson({ status: 503, detail }, 'overloaded'));
  response
    .writeHead(503, {
      'content-type': 'application/problem+json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'retry-after': String(RETRY_AFTER_SECONDS),
      ...(isLast ? { connection: 'close' } : {}),
    })
    .end(body);
}
