import { ApiError, ConnectionError } from './errors.ts';
import { problemOf } from './problem.ts';
import { type Answer, type ApiRequest, type Kind, kindOf, messageOf, urlOf } from './request.ts';

/** The outcome of one try. */
export type Outcome<A> =
  | { readonly ok: true; readonly answer: A }
  | { readonly ok: false; readonly error: ApiError | ConnectionError };

/** One try of a request. */
export interface Try<T> {
  readonly request: ApiRequest<T>;
  /** URL of the API. */
  readonly url: string;
  readonly token: string | undefined;
  /** Of the connection. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
}

/**
 * Sends a request once and reads the complete response. Rejects with the reason of the caller's signal, or
 * with a `TypeError` for a request that can't be sent.
 */
export async function exchange<T>({
  request,
  url,
  token,
  headers,
  fetch,
  timeoutMs,
}: Try<T>): Promise<Outcome<Answer<T>>> {
  const { signal } = request;
  signal?.throwIfAborted();
  const target = urlOf(url, request);
  const message = messageOf(request, { token, headers });
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const response = await fetch(target, { ...message, signal: either });
    return readAnswer(request, response, await textOf(response));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ConnectionError) return { ok: false, error };
    return { ok: false, error: timeout.aborted ? tooSlow(url, timeoutMs, error) : noAnswer(url, error) };
  }
}

/**
 * Sends a request once and leaves the body of a success to the caller. The timeout applies to its start only.
 */
export async function openStream({
  request,
  url,
  token,
  headers,
  fetch,
  timeoutMs,
}: Try<never>): Promise<Outcome<Response>> {
  const { signal } = request;
  signal?.throwIfAborted();
  const target = urlOf(url, request);
  const message = messageOf(request, { token, headers });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    const response = await fetch(target, { ...message, signal: either });
    if (!response.ok) return { ok: false, error: new ApiError(problemOf(response, await textOf(response))) };
    return { ok: true, answer: response };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ConnectionError) return { ok: false, error };
    return { ok: false, error: late.signal.aborted ? tooSlow(url, timeoutMs, error) : noAnswer(url, error) };
  } finally {
    clearTimeout(timer);
  }
}

/** In bytes. A page of runs with the largest payloads and results has 25 MiB. */
const LONGEST_ANSWER = 64 * 1_048_576;

/** The text of a response. Limited, so that an endless response does not fill the memory. */
async function textOf({ body, url }: Response): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > LONGEST_ANSWER) {
      await reader.cancel();
      throw tooLong(url);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function readAnswer<T>(request: ApiRequest<T>, response: Response, text: string): Outcome<Answer<T>> {
  const { status } = response;
  if (!response.ok) return { ok: false, error: new ApiError(problemOf(response, text)) };
  const read = parseBody<T>(text, kindOf(request));
  return read === undefined
    ? { ok: false, error: notThisApi(response) }
    : { ok: true, answer: { status, body: read.body } };
}

/**
 * Parses a body without validation: the server validated it against the schema of `T`.
 */
function parseBody<T>(text: string, kind: Kind): { readonly body: T } | undefined {
  try {
    const body = kind === 'nothing' && text === '' ? undefined : JSON.parse(text);
    return isOf(kind, body) ? { body } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a body has the shape that this API sends. */
function isOf(kind: Kind, body: unknown): boolean {
  if (kind === 'nothing') return body === undefined;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  return isObject && (kind === 'object' || ('data' in body && Array.isArray(body.data)));
}

/** The error for a success that is not from this API. */
export function notThisApi(response: Pick<Response, 'status' | 'headers' | 'url'>): ConnectionError {
  const kind = response.headers.get('content-type') ?? 'no content type';
  const where = response.url === '' ? '' : ` at ${response.url}`;
  return new ConnectionError(
    'not_this_api',
    `The response${where} (${response.status}, ${kind}) is not from this API. Check the URL.`,
  );
}

function tooLong(url: string): ConnectionError {
  return new ConnectionError(
    'too_long',
    `The response${url === '' ? '' : ` at ${url}`} exceeds 64 MiB, the limit of this API. Check the URL.`,
  );
}

/** The error for a missing or incomplete response. */
function noAnswer(url: string, cause: unknown): ConnectionError {
  const why = reasonOf(cause);
  return new ConnectionError('no_answer', `No response from ${url}${why === '' ? '' : `: ${why}`}.`, {
    cause,
  });
}

function tooSlow(url: string, timeoutMs: number, cause: unknown): ConnectionError {
  return new ConnectionError('timeout', `No complete response from ${url} within ${timeoutMs / 1_000} s.`, {
    cause,
  });
}

/**
 * The reason of a failed `fetch`: Node gives it in the cause. The cause for a host with several addresses has
 * only a code, and of an OpenSSL error only `reason` is readable.
 */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const deeper = error.cause === undefined ? '' : reasonOf(error.cause);
  if (deeper !== '') return deeper;
  if ('reason' in error && typeof error.reason === 'string') return error.reason.replace(/\.$/, '');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return error.message === '' ? code : error.message.replace(/\.$/, '');
}
