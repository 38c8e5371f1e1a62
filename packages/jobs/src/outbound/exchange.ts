import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '../core/clock.ts';
import { collectBody } from './collect-body.ts';
import { failureOf, notConnected } from './exchange-failure.ts';
import type { Answer, Hop } from './messages.ts';
import type { OutboundError } from './outbound-error.ts';

export interface Exchange {
  readonly hop: Hop;
  /** The checked address to connect to, as text such as `93.184.216.34`. */
  readonly address: string;
  readonly agents: Agents;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  /** Its reason is what the exchange rejects with. */
  readonly signal: AbortSignal;
  readonly clock: Pick<Clock, 'setTimer'>;
}

interface AgentPair {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

export interface Agents {
  /** Keeps connections for later requests. */
  readonly kept: AgentPair;
  /** Opens a connection for each request. */
  readonly fresh: AgentPair;
}

const MOST_HEADER_BYTES = 16_384;
/** If a kept connection was closed, it fails within a round trip. Later, the server had the request. */
const STALE_MS = 1_000;

/**
 * Sends one request to one address and reads the answer. Rejects with an `OutboundError`, or as `signal`
 * says.
 */
export async function exchange(wanted: Exchange): Promise<Answer> {
  const answer = await sendOnce(wanted, { reuse: true });
  // The server has closed a kept connection just before the request: it was not served.
  return answer === 'stale' ? requireAnswer(await sendOnce(wanted, { reuse: false })) : answer;
}

function requireAnswer(answer: Answer | 'stale'): Answer {
  if (answer === 'stale') throw new Error('a new connection was taken for a kept one');
  return answer;
}

function sendOnce(wanted: Exchange, { reuse }: { readonly reuse: boolean }): Promise<Answer | 'stale'> {
  const { signal, hop, maxResponseBytes, clock } = wanted;
  const { promise, resolve, reject } = Promise.withResolvers<Answer | 'stale'>();
  if (signal.aborted) return Promise.reject(signal.reason);
  const request = open(wanted, { reuse });
  // Deno emits nothing for a request that is destroyed: the promise does not wait for an event.
  const cancelTimer = limitConnect(request, wanted, (late) => {
    reject(late);
    request.destroy();
  });
  const abort = () => {
    reject(signal.reason);
    request.destroy();
  };
  signal.addEventListener('abort', abort);
  let hasAnswer = false;
  let isLate = false;
  const cancelLate = clock.setTimer(STALE_MS, () => {
    isLate = true;
  });
  const failed = (error: Error) => {
    if (signal.aborted) reject(signal.reason);
    else if (request.reusedSocket && !hasAnswer && !isLate && isReset(error)) resolve('stale');
    else reject(failureOf(error, { origin: hop.url.origin, hasAnswer }));
  };
  request.on('error', failed);
  request.on('response', (answer) => {
    hasAnswer = true;
    cancelTimer();
    collectBody(answer, maxResponseBytes).then(({ body, isTruncated }) => {
      if (isTruncated) request.destroy();
      resolve({ status: answer.statusCode ?? 0, headers: headersOf(answer), body, isTruncated });
    }, failed);
  });
  request.on('close', () => {
    cancelTimer();
    cancelLate();
    signal.removeEventListener('abort', abort);
    // Nothing happens if the promise is settled, which it is after an answer or an error.
    if (!hasAnswer) failed(new Error('closed without an answer'));
  });
  request.end(hop.body);
  return promise;
}

function open({ hop, address, agents }: Exchange, { reuse }: { readonly reuse: boolean }): ClientRequest {
  const { url, method, body } = hop;
  const isTls = url.protocol === 'https:';
  const options: RequestOptions & https.RequestOptions = {
    agent: agents[reuse ? 'kept' : 'fresh'][isTls ? 'https' : 'http'],
    method,
    // An address, so that Node looks up nothing: it was checked.
    host: address,
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: { ...hop.headers, host: url.host, ...lengthOf(body) },
    maxHeaderSize: MOST_HEADER_BYTES,
  };
  const name = url.hostname;
  if (isTls && isIP(name.replace(/^\[(.*)\]$/, '$1')) === 0) options.servername = name.replace(/\.$/, '');
  return (isTls ? https : http).request(options);
}

function lengthOf(body: Hop['body']): { readonly 'content-length'?: number } {
  return body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
}

/** Ends the request if no connection is open in time. Returns how to end the limit. */
function limitConnect(
  request: ClientRequest,
  { hop, address, connectTimeoutMs, clock }: Exchange,
  late: (error: OutboundError) => void,
): () => void {
  const cancel = clock.setTimer(connectTimeoutMs, () =>
    late(notConnected({ origin: hop.url.origin, address, connectTimeoutMs })),
  );
  request.on('socket', (socket) => {
    if (!socket.connecting && !isHandshaking(socket)) return cancel();
    socket.once(hop.url.protocol === 'https:' ? 'secureConnect' : 'connect', cancel);
  });
  return cancel;
}

function isHandshaking(socket: object): boolean {
  return 'secureConnecting' in socket && socket.secureConnecting === true;
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function headersOf({ headersDistinct }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
  );
}
