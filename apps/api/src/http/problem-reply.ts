import { problemJson } from '@greenvue/jobs/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './problem-table.ts';

/** Responds to an error with a problem document. Logs faults of the server. */
export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request.routeOptions.bodyLimit);
  if (problem.status >= 500) request.log.error({ err: error }, `responded with ${problem.status}`);
  if (problem.status === 401 && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', 'Bearer');
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  return (
    reply
      .code(problem.status)
      .type('application/problem+json')
      // Hooks, which set it otherwise, do not run for a malformed URL.
      .header('x-request-id', request.id)
      // As bytes: Fastify would add a charset to a string, which the media type does not have.
      .send(Buffer.from(JSON.stringify(problemJson(problem, request.id))))
  );
}
