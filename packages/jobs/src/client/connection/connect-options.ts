/** The address of an API, credentials and timeouts. */
export interface ConnectOptions {
  /** URL of the API with its prefix, such as `http://127.0.0.1:8080/api`; in a browser also `/api`. */
  readonly url: string;
  /** The bearer token. A function is called before each request. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Sent with each request, such as the cookie of the host's own login. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Called after a 401, once for all requests that get one at the same time. Resolves to true when there is a
   * new token: each request is then sent once more. Requests reject with what it throws. It may use the
   * connection only for `refreshSession` and `logIn`; any other request would wait for it.
   */
  readonly renew?: (() => Promise<boolean>) | undefined;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Retries of a request that is safe to repeat, after no response and after 429, 502, 503 and 504. Waits for
   * the time in Retry-After; if that is more than a minute, the request rejects. Default 3.
   */
  readonly retries?: number | undefined;
  /** Timeout of one complete response, in ms. Default 30,000. */
  readonly timeoutMs?: number | undefined;
}

/** What an option takes, after "must be", and whether a value is that. */
interface OptionRule {
  readonly what: string;
  readonly accepts: (value: unknown) => boolean;
}

/** The longest time of a timer. */
const LONGEST_MS = 2_147_483_647;
const isFunction = (value: unknown) => typeof value === 'function';

const RULES: { readonly [Name in keyof ConnectOptions]-?: OptionRule } = {
  url: {
    what: 'the URL of the API as text, such as "http://127.0.0.1:3000/api"',
    accepts: (value) => typeof value === 'string',
  },
  token: {
    what: 'a token as text, or a function that returns one',
    accepts: (value) => typeof value === 'string' || isFunction(value),
  },
  headers: { what: 'an object of texts, such as { cookie: "session=1" }', accepts: isTexts },
  renew: { what: 'a function that resolves to true when there is a new token', accepts: isFunction },
  fetch: { what: 'a function such as the global fetch', accepts: isFunction },
  retries: {
    what: 'a whole number of at least 0, such as 3',
    accepts: (value) => (Number.isInteger(value) || value === Number.POSITIVE_INFINITY) && Number(value) >= 0,
  },
  timeoutMs: {
    what: `a number of milliseconds from 1 to ${LONGEST_MS}, such as 30000`,
    accepts: (value) => typeof value === 'number' && value >= 1 && value <= LONGEST_MS,
  },
};

/** Throws a `TypeError` that says what to write instead of the first option that is not valid. */
export function checkConnectOptions(options: unknown): void {
  if (!isObject(options)) {
    throw new TypeError(
      `connect() requires options such as { url: "http://127.0.0.1:3000/api" }; got ${shown(options)}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(RULES, name)) continue;
    const known = Object.keys(RULES).join(', ');
    throw new TypeError(`connect() has no option \`${name}\`. Its options are ${known}.`);
  }
  for (const [name, { what, accepts }] of Object.entries(RULES)) {
    const value = options[name];
    if (name !== 'url' && value === undefined) continue;
    if (!accepts(value)) throw new TypeError(`\`${name}\` must be ${what}; got ${shown(value)}.`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An instance of `Headers` has no properties: its headers would get lost. */
function isTexts(value: unknown): boolean {
  if (!isObject(value) || value instanceof Headers) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

const LONGEST_SHOWN = 60;

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, LONGEST_SHOWN));
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
