import { ApiError, ConnectionError } from './errors.ts';
import { exchange, type Outcome, openStream } from './exchange.ts';
import { isUnsure, waitBeforeRepeat } from './repeat.ts';
import type { Answer, ApiRequest } from './request.ts';
import { wait } from './wait.ts';

/** How to reach an API, and as whom. */
export interface ConnectOptions {
  /** Where the API is, with its prefix: `http://127.0.0.1:8080/api`; in a browser also `/api`. */
  readonly url: string;
  /** Sent as bearer token; a function is asked before each request. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /**
   * Asked after a 401, once for all requests that meet one at the same time. True: there is a new token, try
   * once more. What it throws, the request rejects with. It may use the connection for `refreshSession` and
   * `logIn` alone: others would wait for it.
   */
  readonly renew?: (() => Promise<boolean>) | undefined;
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * How often a request that is safe to repeat is tried again: after no answer, and after 429, 502, 503 and
   * 504. Retry-After is kept to; one of more than a minute is left to the caller. Default 3.
   */
  readonly retries?: number | undefined;
  /** Time for one whole answer, in ms. Default 30,000. */
  readonly timeoutMs?: number | undefined;
}

/** What every function of the client takes. */
export interface Call {
  /** Gives the request up: it rejects with the signal's reason, and is not tried again. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Says where the API is. Sends nothing yet. Throws a `TypeError` for a URL that no request could be sent to.
 */
export function connect(options: ConnectOptions): Connection {
  return new Connection(options);
}

const RETRIES = 3;
const TIMEOUT_MS = 30_000;

/** The way to one API. Only the functions of the client look inside. */
export class Connection {
  readonly #options: ConnectOptions;
  readonly #url: string;
  /** Under way: all requests that met a 401 wait for the same one. */
  #renewal: Promise<boolean> | undefined;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#url = baseOf(options.url);
  }

  /**
   * Sends a request, and again where that is safe and may help. Rejects with an ApiError, a ConnectionError,
   * or the reason of the caller's signal.
   * @internal
   */
  async send<T>(request: ApiRequest<T>): Promise<Answer<T>> {
    const { signal, repeat } = request;
    const { retries = RETRIES } = this.#options;
    let mayBeDone = false;
    for (let failures = 0; ; failures += 1) {
      const outcome = await this.#authorized<Answer<T>>(request, (token) =>
        exchange<T>({ ...this.#target(token), request }),
      );
      if (outcome.ok) return outcome.answer;
      const { error } = outcome;
      const last = failures >= retries;
      const waitMs = last ? undefined : waitBeforeRepeat(error, { repeat, failures, random: Math.random });
      if (waitMs === undefined) return settle(request, error, mayBeDone);
      mayBeDone ||= isUnsure(error);
      await wait(waitMs, signal);
    }
  }

  /**
   * Opens a stream, once: its answer must begin in time, and then has as long as it takes.
   * @internal
   */
  async open(request: ApiRequest<never>): Promise<Response> {
    const outcome = await this.#authorized<Response>(request, (token) =>
      openStream({ ...this.#target(token), request }),
    );
    if (outcome.ok) return outcome.answer;
    throw outcome.error;
  }

  /** Asks with the token of now, and after a 401 once more, if there is another token by then. */
  async #authorized<A>(
    request: Pick<ApiRequest<never>, 'isAnonymous'>,
    ask: (token: string | undefined) => Promise<Outcome<A>>,
  ): Promise<Outcome<A>> {
    if (request.isAnonymous) return ask(undefined);
    const token = await this.#token();
    const outcome = await ask(token);
    if (outcome.ok || !(outcome.error instanceof ApiError) || outcome.error.status !== 401) return outcome;
    return (await this.#hasOtherToken(token)) ? ask(await this.#token()) : outcome;
  }

  /** A request that was under way while another one renewed has no need to renew again. */
  async #hasOtherToken(used: string | undefined): Promise<boolean> {
    if ((await this.#token()) !== used) return true;
    const { renew } = this.#options;
    if (renew === undefined) return false;
    this.#renewal ??= renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #token(): Promise<string | undefined> {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  #target(token: string | undefined) {
    const { fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS } = this.#options;
    return { url: this.#url, token, fetch, timeoutMs };
  }
}

/** When an earlier try may have been done unseen, some refusals of a later one only say so. */
function settle<T>(
  { ifDone }: ApiRequest<T>,
  error: ApiError | ConnectionError,
  mayBeDone: boolean,
): Promise<Answer<T>> {
  if (!mayBeDone) return Promise.reject(error);
  const unsure = unsureOf(error);
  if (!(unsure instanceof ApiError) || ifDone?.status !== unsure.status) return Promise.reject(unsure);
  return ifDone.answer(unsure).catch((failure: unknown) => {
    throw unsureOf(failure);
  });
}

/** The same, where an earlier try may have been done. */
function unsureOf<E>(error: E): E | ApiError | ConnectionError {
  if (error instanceof ApiError) return new ApiError({ ...error, mayBeDone: true });
  if (!(error instanceof ConnectionError)) return error;
  const { code, message, cause } = error;
  return new ConnectionError(code, message, { cause, mayBeDone: true });
}

/** Only a page has a place of its own that a URL can be relative to. */
function baseOf(url: string): string {
  const place: unknown = Reflect.get(globalThis, 'location');
  const parsed = URL.parse(url, place === undefined ? undefined : String(place));
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(
      `"${url}" is not the URL of an API: it should be like http://127.0.0.1:8080/api, or in a browser /api.`,
    );
  }
  if (parsed.search !== '' || parsed.hash !== '' || parsed.username !== '' || parsed.password !== '') {
    throw new TypeError('The URL of an API has no user, no password, no "?" and no "#" in it.');
  }
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '');
}
