import type { JobType } from '../../core/job-types/job-type.ts';
import { type ConnectOptions, checkConnectOptions } from './connect-options.ts';
import { ApiError, ConnectionError } from './errors.ts';
import { exchange, type Outcome, openStream } from './exchange.ts';
import { isUnsure, waitBeforeRepeat } from './repeat.ts';
import type { Answer, ApiRequest } from './request.ts';
import { wait } from './wait.ts';

/** Options of every function of the client. */
export interface Call {
  /** Cancels the request: it rejects with the signal's reason and is not retried. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates a connection to an API. Sends no request. Throws a `TypeError` for an invalid option. `Types` are
 * the job types of the server, for `enqueue`: `connect<typeof types>({ url })`.
 */
export function connect<const Types extends readonly JobType[] = readonly JobType[]>(
  options: ConnectOptions,
): TypedConnection<Types> {
  checkConnectOptions(options);
  return new Connection(options);
}

const RETRIES = 3;
const TIMEOUT_MS = 30_000;

/** Only the compiler knows it. */
declare const TYPES: unique symbol;

/**
 * A connection that knows the job types of its server, for the compiler: `connect<typeof types>({ url })`,
 * with `import type { types }` from the server's code. Nothing of that code is loaded.
 */
export interface TypedConnection<Types extends readonly JobType[]> extends Connection {
  readonly [TYPES]?: Types;
}

/** A connection to one API. */
export class Connection {
  readonly #options: ConnectOptions;
  readonly #url: string;
  /** The renewal in progress: all requests that got a 401 wait for the same one. */
  #renewal: Promise<boolean> | undefined;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#url = baseOf(options.url);
  }

  /**
   * Sends a request to a route of the server, also one of the host's own, as the functions of the client do.
   * Returns the body of the response. Rejects with an ApiError, a ConnectionError, or the reason of the
   * caller's signal.
   */
  async ask<T = undefined>(request: ApiRequest<T>, call: Call | undefined): Promise<T> {
    const { body } = await this.send<T>({ ...request, signal: call?.signal });
    return body;
  }

  /**
   * Sends a request and retries it where that is safe. Rejects with an ApiError, a ConnectionError, or the
   * reason of the caller's signal.
   * @internal
   */
  async send<T>(request: ApiRequest<T>): Promise<Answer<T>> {
    const { signal, repeat = 'safe' } = request;
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
   * Opens a stream, without retries. The timeout applies to the start of the response only.
   * @internal
   */
  async open(request: ApiRequest<never>): Promise<Response> {
    const outcome = await this.#authorized<Response>(request, (token) =>
      openStream({ ...this.#target(token), request }),
    );
    if (outcome.ok) return outcome.answer;
    throw outcome.error;
  }

  /** Sends with the current token, and after a 401 once more if there is a different token. */
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

  /** Whether there is a token other than `used`. Renews only if no other request has renewed it. */
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
    const { headers = {}, fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS } = this.#options;
    return { url: this.#url, token, headers, fetch, timeoutMs };
  }
}

/** Resolves a refusal that may only mean that an earlier try, whose response was lost, succeeded. */
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

/** The same error, marked: an earlier try may have succeeded. */
function unsureOf<E>(error: E): E | ApiError | ConnectionError {
  if (error instanceof ApiError) return new ApiError({ ...error, mayBeDone: true });
  if (!(error instanceof ConnectionError)) return error;
  const { code, message, cause } = error;
  return new ConnectionError(code, message, { cause, mayBeDone: true });
}

/** The absolute URL of the API. Only a page in a browser has a location to which a URL can be relative. */
function baseOf(url: string): string {
  const place: unknown = Reflect.get(globalThis, 'location');
  const parsed = URL.parse(url, place === undefined ? undefined : String(place));
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(
      `"${url}" is not a valid URL of an API. Use one such as http://127.0.0.1:8080/api, or /api in a browser.`,
    );
  }
  if (parsed.search !== '' || parsed.hash !== '' || parsed.username !== '' || parsed.password !== '') {
    throw new TypeError(
      'The URL of an API must not contain a user, a password, "?" or "#". Use one such as http://127.0.0.1:8080/api.',
    );
  }
  return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '');
}
