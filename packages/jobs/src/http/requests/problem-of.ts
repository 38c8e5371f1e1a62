import { StoreError, type StoreErrorCode } from '../../core/model/errors.ts';
import { EngineError, type EngineErrorCode, type InvalidField } from '../../engine/ports/engine-port.ts';
import { TOO_LARGE } from '../bodies/strict-json.ts';
import { HttpProblem, type ProblemAnswer } from './http-problem.ts';
import { inRestNames, restFault } from './rest-fault.ts';

interface Status {
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

/** The HTTP status of each coded error. */
export const ERROR_STATUS: Readonly<Record<EngineErrorCode | StoreErrorCode, Status>> = {
  invalid: { status: 422 },
  forbidden: { status: 403 },
  not_found: { status: 404 },
  exists: { status: 409 },
  stale: { status: 412 },
  conflict: { status: 409 },
  too_many: { status: 429, retryAfterSeconds: 10 },
  unavailable: { status: 503, retryAfterSeconds: 5 },
  newer_schema: { status: 503, retryAfterSeconds: 60 },
  unusable: { status: 503, retryAfterSeconds: 60 },
  in_use: { status: 503, retryAfterSeconds: 60 },
  gone: { status: 503, retryAfterSeconds: 60 },
  damaged: { status: 503, retryAfterSeconds: 60 },
  full: { status: 503, retryAfterSeconds: 60 },
  busy: { status: 503, retryAfterSeconds: 2 },
  // The client has disconnected and does not read the response.
  aborted: { status: 400 },
};

/** For errors of the HTTP framework and the host, whose messages may say too little or reveal too much. */
const WORDS: Readonly<Record<number, string>> = {
  400: 'The request is malformed. Check its URL, headers and body.',
  401: 'This route requires a valid token.',
  403: 'Your role does not allow this.',
  404: 'The resource does not exist.',
  413: TOO_LARGE,
  415: 'Send the body as application/json.',
  429: 'Too many requests. Retry after the time in Retry-After.',
  503: 'The server is temporarily unavailable. Retry after the time in Retry-After.',
};

const SERVER_FAULT: ProblemAnswer = {
  status: 500,
  detail: 'The server failed to process the request. Its log has the cause under the id in "instance".',
};

/**
 * Whether the response to an error hides a cause that the server's log needs. An `HttpProblem` is a
 * deliberate refusal, such as when all event streams are in use, and not a server fault.
 */
export function isServerFault(error: unknown, { status }: ProblemAnswer): boolean {
  return status >= 500 && !(error instanceof HttpProblem);
}

const UNAVAILABLE = 'The database is temporarily unavailable. Retry later.';
const STORE_WORDS: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  busy: 'Another transaction has locked rows that this request needs, such as the job. Nothing was changed. Retry later.',
  full: 'The disk of the server is full. Nothing was changed. Free space on it, then retry.',
  aborted:
    'The client closed the connection before the request was sent to the database. Nothing was changed.',
  damaged: 'The database of the jobs is damaged. Stop the server and restore a backup.',
};

/** The HTTP response to an error. Only errors that are meant for the client keep their message. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof EngineError) return engineProblem(error);
  if (error instanceof StoreError) {
    return { ...ERROR_STATUS[error.code], detail: STORE_WORDS[error.code] ?? UNAVAILABLE };
  }
  return foreignProblem(error);
}

function engineProblem(error: EngineError): ProblemAnswer {
  const { faults, summary } = error;
  return {
    ...ERROR_STATUS[error.code],
    detail: inRestNames(summary),
    ...(error.code === 'invalid' || error.code === 'forbidden' ? { errors: faults.map(restFault) } : {}),
  };
}

/** The response to an error of the HTTP framework or of a host's hook, by its status. */
function foreignProblem(error: unknown): ProblemAnswer {
  if (error instanceof HttpProblem) return error;
  if (typeof error !== 'object' || error === null) return SERVER_FAULT;
  const status = clientStatus(error);
  if (status === undefined) return SERVER_FAULT;
  const detail = detailOf(error, status);
  const retry = 'retryAfterSeconds' in error ? error.retryAfterSeconds : undefined;
  const errors = 'errors' in error && Array.isArray(error.errors) ? error.errors.filter(isFault) : undefined;
  const retryAfterSeconds = typeof retry === 'number' ? retry : undefined;
  return { status, detail: detail ?? WORDS[status] ?? 'The request was refused.', errors, retryAfterSeconds };
}

/** The text that an error has for the client. The message of a 401 or 403 is the host's own refusal. */
function detailOf(error: object, status: number): string | undefined {
  if ('detail' in error && typeof error.detail === 'string') return error.detail;
  if (status !== 401 && status !== 403) return undefined;
  return error instanceof Error && error.message !== '' ? error.message : undefined;
}

/** The status of an error if it is a deliberate response (4xx or 503); any other status is a fault. */
function clientStatus(error: object): number | undefined {
  const own = 'statusCode' in error ? error.statusCode : 'status' in error ? error.status : undefined;
  if (typeof own !== 'number' || !Number.isInteger(own)) return undefined;
  return (own >= 400 && own < 500) || own === 503 ? own : undefined;
}

function isFault(value: unknown): value is InvalidField {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'pointer' in value &&
    typeof value.pointer === 'string' &&
    'detail' in value &&
    typeof value.detail === 'string'
  );
}
