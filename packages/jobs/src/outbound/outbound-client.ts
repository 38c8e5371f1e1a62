import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import type { Clock } from '../core/clock.ts';
import {
  OUTBOUND_METHODS,
  type OutboundClient,
  type OutboundOptions,
  type OutboundRequest,
  type OutboundResponse,
} from '../core/outbound/outbound.ts';
import { createSystemClock } from '../system-clock.ts';
import { type AllowedAddresses, allowedAddresses } from './addresses/allowed-addresses.ts';
import { type Lookup, resolveHost, systemLookup } from './addresses/resolve-host.ts';
import { type Agents, exchange } from './exchange.ts';
import type { Answer, Hop } from './messages.ts';
import { OutboundError } from './outbound-error.ts';
import { followRedirect, tooManyRedirects } from './redirects.ts';
import { checkedHeaders, checkedUrl } from './request-rules.ts';

/** The client of one engine, which closes it. */
export interface ClosableOutboundClient extends OutboundClient {
  /** Ends all requests and connections. */
  close(): void;
}

export interface OutboundDeps extends OutboundOptions {
  readonly clock?: Pick<Clock, 'monotonic' | 'setTimer'>;
  /** For tests: how names are resolved. */
  readonly lookup?: Lookup;
  /** For tests: the authorities that sign certificates, as PEM. */
  readonly ca?: string;
}

/** A server often closes an idle connection after 5 s. */
const IDLE_CONNECTION_MS = 4_000;
const IDLE_CONNECTIONS_PER_HOST = 2;
/** Further addresses of a name are not tried. */
const MOST_ADDRESSES = 4;
const USER_AGENT = 'greenvue-jobs';
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_RESPONSE_BYTES = 65_536;
const DEFAULT_REDIRECTS = 5;

export function createOutboundClient(deps: OutboundDeps = {}): ClosableOutboundClient {
  return new GuardedClient(deps);
}

class GuardedClient implements ClosableOutboundClient {
  readonly #clock: Pick<Clock, 'monotonic' | 'setTimer'>;
  readonly #resolving: { readonly lookup: Lookup; readonly allowed: AllowedAddresses };
  readonly #agents: Agents;
  readonly #requests = new Set<AbortController>();
  #isClosed = false;

  constructor({ allow = [], clock = createSystemClock(), lookup = systemLookup, ca }: OutboundDeps) {
    this.#clock = clock;
    this.#resolving = { lookup, allowed: allowedAddresses(allow) };
    const pool = { keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS_PER_HOST, timeout: IDLE_CONNECTION_MS };
    const trusted = ca === undefined ? {} : { ca };
    this.#agents = { kept: agentsOf({ ...pool, ...trusted }), fresh: agentsOf(trusted) };
  }

  async request(request: OutboundRequest): Promise<OutboundResponse> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
    const first = firstHop(request);
    if (this.#isClosed) throw closed();
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    const cancelTimer = this.#clock.setTimer(timeoutMs, () =>
      controller.abort(timedOut(first.url, timeoutMs)),
    );
    this.#requests.add(controller);
    const startedAt = this.#clock.monotonic();
    try {
      const { hop, answer } = await this.#follow(first, request, controller.signal);
      return { ...answer, url: hop.url.href, durationMs: this.#clock.monotonic() - startedAt };
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', abort);
      this.#requests.delete(controller);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const controller of this.#requests) controller.abort(closed());
    this.#agents.kept.http.destroy();
    this.#agents.kept.https.destroy();
  }

  /** Sends a request, and those of its redirects. Each new address is checked like the first. */
  async #follow(
    first: Hop,
    request: OutboundRequest,
    signal: AbortSignal,
  ): Promise<{ readonly hop: Hop; readonly answer: Answer }> {
    const most = request.maxRedirects ?? DEFAULT_REDIRECTS;
    let hop = first;
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#send(hop, request, signal);
      const next = most === 0 ? undefined : followRedirect(hop, answer);
      if (next === undefined) return { hop, answer };
      if (redirects === most) throw tooManyRedirects(hop, most);
      hop = next;
    }
  }

  /** Sends one request to the first address of its host that can be reached. */
  async #send(hop: Hop, request: OutboundRequest, signal: AbortSignal): Promise<Answer> {
    const { connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, maxResponseBytes = DEFAULT_RESPONSE_BYTES } =
      request;
    const addresses = await this.#addressesOf(hop.url, { connectTimeoutMs, signal });
    const limits = { connectTimeoutMs, maxResponseBytes, signal };
    let failure: unknown;
    for (const address of addresses.slice(0, MOST_ADDRESSES)) {
      try {
        return await exchange({ hop, address, ...limits, agents: this.#agents, clock: this.#clock });
      } catch (error) {
        if (!(error instanceof OutboundError) || error.code !== 'connect_failed') throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  /** Node can't end a lookup: after the time or the signal, nobody waits for it. */
  async #addressesOf(
    url: URL,
    { connectTimeoutMs, signal }: { readonly connectTimeoutMs: number; readonly signal: AbortSignal },
  ): Promise<readonly string[]> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    const cancel = this.#clock.setTimer(connectTimeoutMs, () => reject(notResolved(url, connectTimeoutMs)));
    signal.addEventListener('abort', abort);
    try {
      return await Promise.race([resolveHost(url, this.#resolving), ended]);
    } finally {
      cancel();
      signal.removeEventListener('abort', abort);
    }
  }
}

/** Agents of their own: the global ones may use a proxy, which would resolve names once more. */
function agentsOf(options: HttpsAgentOptions) {
  const direct = { ...options, proxyEnv: {} };
  return { http: new HttpAgent(direct), https: new HttpsAgent(direct) };
}

function firstHop({ url: text, method = 'GET', headers: given = {}, body }: OutboundRequest): Hop {
  if (!OUTBOUND_METHODS.includes(method))
    throw new OutboundError('invalid_request', `The method must be one of ${OUTBOUND_METHODS.join(', ')}.`);
  const url = checkedUrl(text);
  const headers = { 'user-agent': USER_AGENT, ...credentialsOf(url), ...checkedHeaders(given) };
  url.username = '';
  url.password = '';
  return { method, url, headers, body };
}

/** Of a URL such as `https://user:password@example.com`. */
function credentialsOf({ username, password }: URL): { readonly authorization?: string } {
  if (username === '' && password === '') return {};
  const pair = [username, password].map(decoded).join(':');
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A URL may have a percent sign that begins no code. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function timedOut({ origin }: URL, timeoutMs: number): OutboundError {
  const message = `${origin} did not answer in full within ${timeoutMs} ms. Allow more time, or let the server answer sooner.`;
  return new OutboundError('timeout', message);
}

function notResolved({ hostname }: URL, connectTimeoutMs: number): OutboundError {
  const message = `The name ${hostname} was not resolved within ${connectTimeoutMs} ms. Check the name servers of this machine.`;
  return new OutboundError('name_not_resolved', message);
}

function closed(): OutboundError {
  return new OutboundError('closed', 'The client was closed: the program is stopping.');
}
