import { ApiError } from './errors.ts';
import type { Repeat } from './repeat.ts';

export type Kind = 'object' | 'list' | 'nothing';

/** The answer to a request that succeeded. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** How a request is sent. Only a POST may have effects that a retry repeats, so it must say if it is safe. */
type Sending =
  | { readonly method?: 'GET' | 'PUT' | 'PATCH' | 'DELETE'; readonly repeat?: Repeat }
  | { readonly method: 'POST'; readonly repeat: Repeat };

/** A request, a `safe` GET by default, and how to read its response. `T`: the body of a success. */
export type ApiRequest<T> = Sending & RequestParts<T>;

/** An array is sent as one parameter for each of its values. */
type QueryValue = string | number;

interface RequestParts<T> {
  /** Path below the API's prefix; made with {@link path} if it contains values. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body of a success: a JSON object, an object with a list in `data`, or none as after each DELETE. */
  readonly answer?: Kind;
  /** Sent without a token. */
  readonly isAnonymous?: true;
  /** A browser completes the request even if the page is left: it stores the cookie of the response. */
  readonly outlivesPage?: true;
  /**
   * How to resolve a refusal with this status after a try that may have succeeded. `answer` returns the
   * response of that try, or throws.
   */
  readonly ifDone?: {
    readonly status: number;
    readonly answer: (refusal: ApiError) => Promise<Answer<T>>;
  };
  readonly signal?: AbortSignal | undefined;
}

/** What the body of a success contains. */
export function kindOf({
  answer,
  method,
}: {
  readonly answer?: Kind | undefined;
  readonly method?: string | undefined;
}): Kind {
  return answer ?? (method === 'DELETE' ? 'nothing' : 'object');
}

/**
 * A path with its values encoded: path`/jobs/${id}/runs`. Throws a 404 for a value such as `..`, which a URL
 * would resolve to another route.
 */
export function path(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: texts }, ...values.map(encoded));
}

function encoded(value: string): string {
  if (value !== '' && value !== '.' && value !== '..') return encodeURIComponent(value.toWellFormed());
  throw new ApiError({
    status: 404,
    title: 'Not Found',
    detail: `There is nothing with the id "${value}".`,
    faults: [],
    requestId: undefined,
    retryAfterMs: undefined,
  });
}

/** The complete URL of a request, without undefined query parameters. */
export function urlOf(
  base: string,
  { path: below, query = {} }: Pick<ApiRequest<never>, 'path' | 'query'>,
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) if (one !== undefined) parameters.append(name, String(one));
  }
  return parameters.size === 0 ? `${base}${below}` : `${base}${below}?${parameters}`;
}

/**
 * The options for `fetch`, apart from the signal. Throws a `TypeError` for a body, header or token that
 * can't be sent.
 */
export function messageOf(
  {
    method = 'GET',
    body,
    headers,
    answer,
    outlivesPage,
  }: Pick<ApiRequest<never>, 'method' | 'body' | 'headers' | 'answer' | 'outlivesPage'>,
  connection: { readonly token: string | undefined; readonly headers: Readonly<Record<string, string>> },
) {
  const { token } = connection;
  const sent = new Headers({ ...connection.headers, ...headers });
  if (kindOf({ answer, method }) !== 'nothing' && !sent.has('accept')) sent.set('accept', 'application/json');
  if (body !== undefined) sent.set('content-type', 'application/json');
  if (token !== undefined) sent.set('authorization', `Bearer ${token}`);
  return {
    method,
    headers: sent,
    // Always the current state.
    cache: 'no-store',
    // The API has no redirects; one from a proxy would turn a POST into a GET.
    redirect: 'error',
    ...(outlivesPage === true ? { keepalive: true } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  } as const;
}
