import type { Fault, Problem } from './errors.ts';
import { retryAfterMs } from './retry-after.ts';

interface Refusal {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Pick<Headers, 'get'>;
}

/** Reads an error response. It may come from a proxy, with HTML or without a body. */
export function problemOf({ status, statusText, headers }: Refusal, text: string): Problem {
  const body = objectOf(text);
  const requestId = textOf(body.instance) ?? headers.get('x-request-id') ?? undefined;
  return {
    status,
    title: textOf(body.title) ?? (statusText === '' ? `HTTP ${status}` : statusText),
    detail: textOf(body.detail) ?? wordsFor(status),
    faults: Array.isArray(body.errors) ? body.errors.filter(isFault) : [],
    requestId,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()),
  };
}

/** The detail for a response without one. */
function wordsFor(status: number): string {
  if (status === 401) return 'This route requires a valid token.';
  if (status === 404) return 'There is no such route. Check the URL of the API.';
  if (status >= 502 && status <= 504)
    return `The server is unreachable: the proxy in front of it responded with ${status}. Retry later.`;
  return `The server responded with ${status} and gave no reason.`;
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'pointer' in value &&
    typeof value.pointer === 'string' &&
    'detail' in value &&
    typeof value.detail === 'string'
  );
}
