import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InputFault, ProblemJson } from '../../http/index.ts';

/** The content of an error response. */
export interface ProblemAnswer {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly InputFault[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Refuses a request for a reason that the client may know. Every error handler that honors `statusCode` responds
 * with the right status.
 */
export class HttpProblem extends Error implements ProblemAnswer {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly statusCode: number;
  readonly detail: string;
  readonly errors: readonly InputFault[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(answer: ProblemAnswer, options?: ErrorOptions) {
    super(answer.detail, options);
    this.status = answer.status;
    this.statusCode = answer.status;
    this.detail = answer.detail;
    this.errors = answer.errors;
    this.retryAfterSeconds = answer.retryAfterSeconds;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/**
 * Sends `application/problem+json` (RFC 9457) with `WWW-Authenticate` and `Retry-After` where they belong.
 */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ProblemAnswer,
): FastifyReply {
  const { status, detail, errors, retryAfterSeconds } = answer;
  const body: ProblemJson = {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    instance: request.id,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
  if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined && !reply.hasHeader('retry-after')) {
    reply.header('retry-after', String(retryAfterSeconds));
  }
  // As bytes, so that Fastify neither serializes it nor adds a charset, which the media type does not have.
  return reply
    .code(status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(body)));
}
