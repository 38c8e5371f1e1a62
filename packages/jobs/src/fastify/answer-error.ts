import type { FastifyReply, FastifyRequest } from 'fastify';
import { stderrLogger } from '../engine/host/stderr-logger.ts';
import type { EngineLogger } from '../engine/ports/engine-logger.ts';
import { problemJson } from '../http/index.ts';
import { type ProblemAnswer, problemHeaders } from '../http/requests/http-problem.ts';
import { isServerFault, problemOf } from '../http/requests/problem-of.ts';

/**
 * Responds to an error of a route with a problem document. Logs internal causes, which clients don't see: to
 * stderr if the app has no logger.
 */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer = problemOf(error);
  if (isServerFault(error, answer))
    loggerOf(request).error({ err: error }, 'a request to the jobs API failed');
  return sendProblem(request, reply, answer);
}

/** Without the option `logger`, Fastify has a logger that drops all lines. Only this one has no `level`. */
function loggerOf({ id, log }: FastifyRequest): Pick<EngineLogger, 'error'> {
  if ('level' in log) return log;
  const { error } = stderrLogger();
  return { error: (fields, message) => error({ ...fields, requestId: id }, message) };
}

/**
 * Sends `application/problem+json` (RFC 9457) with `WWW-Authenticate` and `Retry-After` where they belong.
 */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ProblemAnswer,
): FastifyReply {
  for (const [name, value] of Object.entries(problemHeaders(answer))) {
    // The host may have set a scheme or a time of its own.
    if (name === 'content-type' || !reply.hasHeader(name)) reply.header(name, value);
  }
  // As bytes, so that Fastify neither serializes it nor adds a charset, which the media type does not have.
  return reply.code(answer.status).send(Buffer.from(JSON.stringify(problemJson(answer, request.id))));
}
