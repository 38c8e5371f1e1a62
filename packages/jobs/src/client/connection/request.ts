import { ApiError } from './errors.ts';
import type { Repeat } from './repeat.ts';

export type Kind = 'object' | 'list' | 'nothing';

/** The answer to a request that succeeded. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** A request, and how its answer is to be read. `T`: the body of a success. */
export interface ApiRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the API's prefix; made by {@link path} when there are values in it. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What a success has: a JSON object (the default), one with a list as its `data`, or nothing at all. */
  readonly answer?: Kind;
  readonly repeat: Repeat;
  /** Sent without a token: a bad one is refused even where none is needed. */
  readonly isAnonymous?: true;
  /**
   * After a try that may have been done unseen: a refusal with this status may only say that it was. `answer`
   * finds out what to answer with, or throws.
   */
  readonly ifDone?: {
    readonly status: number;
    readonly answer: (refusal: ApiError) => Promise<Answer<T>>;
  };
  readonly signal?: AbortSignal | undefined;
}

/**
 * A path with its values encoded: path`/jobs/${id}/runs`. What can be no part of a path, since URLs read it
 * as "here" or "one up", is the 404 that it would be, before it reaches another route.
 */
export function path(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: texts }, ...values.map(encoded));
}

function encoded(value: string): string {
  if (value !== '' && value !== '.' && value !== '..') return encodeURIComponent(value.toWellFormed());
  throw new ApiError({
    status: 404,
    title: 'Not Found',
    detail: `Nothing has the id "${value}".`,
    faults: [],
    requestId: undefined,
    retryAfterMs: undefined,
  });
}

/** The whole URL of a request; what is undefined in its query is left out. */
export function urlOf(
  base: string,
  { path: below, query = {} }: Pick<ApiRequest<never>, 'path' | 'query'>,
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.append(name, String(value));
  }
  return parameters.size === 0 ? `${base}${below}` : `${base}${below}?${parameters}`;
}

/**
 * What `fetch` is to send, but for the signal. Throws a `TypeError` for a body or a token that can't be sent.
 */
export function messageOf(
  { method, body, headers, answer }: Pick<ApiRequest<never>, 'method' | 'body' | 'headers' | 'answer'>,
  token: string | undefined,
) {
  const sent = new Headers(headers);
  if (answer !== 'nothing' && !sent.has('accept')) sent.set('accept', 'application/json');
  if (body !== undefined) sent.set('content-type', 'application/json');
  if (token !== undefined) sent.set('authorization', `Bearer ${token}`);
  return {
    method,
    headers: sent,
    // What is shown must be what is.
    cache: 'no-store',
    // The API has none; one of a proxy would make a GET of a POST, and a list of what was to be created.
    redirect: 'error',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  } as const;
}
