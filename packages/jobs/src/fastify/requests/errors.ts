import type { FastifyReply, FastifyRequest } from 'fastify';
import { StoreError, type StoreErrorCode } from '../../core/errors.ts';
import { EngineError, type EngineErrorCode, type InvalidField } from '../../engine/engine-port.ts';
import { HttpProblem, type ProblemAnswer, sendProblem } from './http-problem.ts';

interface Status {
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

/** What each coded error is over HTTP: the one place that says so. */
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
  // Nobody hears it.
  aborted: { status: 400 },
};

/**
 * What Fastify's own errors and the host's mean to the client, where their words would say too much or too
 * little.
 */
const WORDS: Readonly<Record<number, string>> = {
  400: 'The request could not be read.',
  401: 'A valid token is needed.',
  403: 'Your role does not allow this.',
  404: 'There is nothing here.',
  413: 'The body is larger than 128 KiB, the limit of this route. Send a smaller one.',
  415: 'Send the body as application/json.',
  429: 'Too many requests.',
  503: 'The server can not do this now. Try again in a while.',
};

const SERVER_FAULT: ProblemAnswer = {
  status: 500,
  detail: 'The server failed to do this. The fault is in its log, under the id in "instance".',
};

/** Answers any error of a route as a problem; tells the log, and never the client, what went wrong inside. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = problemOf(error);
  // Such a one is no fault: it was decided, as where all event streams are taken.
  const isDecided = error instanceof HttpProblem;
  if (answer.status >= 500 && !isDecided)
    request.log.error({ err: error }, 'a request to the jobs API failed');
  return sendProblem(request, reply, answer);
}

const UNAVAILABLE = 'The database is not available. Try again in a while.';
const STORE_WORDS: Readonly<Partial<Record<StoreErrorCode, string>>> = {
  busy: 'Another transaction has locked what this request needs, such as the job. Nothing was done. Try again in a while.',
  full: 'The disk of the server is full. Nothing was done. Free space on it, then try again.',
  aborted: 'The client closed the connection before the request was sent to the database. Nothing was done.',
  damaged: 'The database of the jobs is damaged. Stop the server and restore a backup.',
};

/** What an error is over HTTP. Only errors that are meant for the client keep their words. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof EngineError) return engineProblem(error);
  if (error instanceof StoreError) {
    return { ...ERROR_STATUS[error.code], detail: STORE_WORDS[error.code] ?? UNAVAILABLE };
  }
  return foreignProblem(error);
}

function engineProblem(error: EngineError): ProblemAnswer {
  const { faults, message } = error;
  return {
    ...ERROR_STATUS[error.code],
    detail: message,
    ...(error.code === 'invalid' || error.code === 'forbidden' ? { errors: faults } : {}),
  };
}

/** An error of Fastify, of a hook of the host's, or an {@link HttpProblem}: known by its status. */
function foreignProblem(error: unknown): ProblemAnswer {
  if (typeof error !== 'object' || error === null) return SERVER_FAULT;
  const status = clientStatus(error);
  if (status === undefined) return SERVER_FAULT;
  const detail = 'detail' in error && typeof error.detail === 'string' ? error.detail : undefined;
  const retry = 'retryAfterSeconds' in error ? error.retryAfterSeconds : undefined;
  const errors = 'errors' in error && Array.isArray(error.errors) ? error.errors.filter(isFault) : undefined;
  const retryAfterSeconds = typeof retry === 'number' ? retry : DEFAULT_RETRY[status];
  return { status, detail: detail ?? WORDS[status] ?? 'The request was refused.', errors, retryAfterSeconds };
}

/** RFC 9110 wants a Retry-After on these, whoever answers them. */
const DEFAULT_RETRY: Readonly<Record<number, number>> = { 429: 10, 503: 5 };

/** 4xx and 503 are somebody's decision; any other status is a fault. */
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
