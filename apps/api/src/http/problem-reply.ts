import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../rest/problem.ts';
import { problemOf } from './problem-table.ts';

/** Answers with the problem that an error is, and logs what is a fault of ours. */
export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request.routeOptions.bodyLimit);
  if (problem.status >= 500) request.log.error({ err: error }, `answered ${problem.status}`);
  if (problem.status === 401 && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', 'Bearer');
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  return (
    reply
      .code(problem.status)
      .type('application/problem+json')
      // No hook has set it yet when a URL can't be read.
      .header('x-request-id', request.id)
      // As bytes: to a string, Fastify would add a charset, which the media type does not have.
      .send(Buffer.from(JSON.stringify(bodyOf(problem, request.id))))
  );
}

function bodyOf(problem: Problem, requestId: string) {
  return {
    type: 'about:blank',
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    instance: requestId,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
}
