import type { FastifyReply, FastifyRequest } from 'fastify';
import { type InputFault, problemJson } from '../../http/index.ts';

/** The content of an error response. */
export interface ProblemAnswer {
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly InputFault[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Refuses a request for a reason that the client may know. Every error handler that honors `statusCode`
 * responds with the right status.
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

/**
 * Sends `application/problem+json` (RFC 9457) with `WWW-Authenticate` and `Retry-After` where they belong.
 */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ProblemAnswer,
): FastifyReply {
  const { status, retryAfterSeconds } = answer;
  if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer');
  if (retryAfterSeconds !== undefined && !reply.hasHeader('retry-after')) {
    reply.header('retry-after', String(retryAfterSeconds));
  }
  // As bytes, so that Fastify neither serializes it nor adds a charset, which the media type does not have.
  return reply
    .code(status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(problemJson(answer, request.id))));
}
