import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../problem.ts';
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

const UNREADABLE: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request took too long to arrive.'],
};

/** Answers what is not even HTTP, where there is no request yet and so no reply. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = UNREADABLE[error.code ?? ''];
  const [status, title, detail] = known ?? [400, 'Bad Request', 'The request is not valid HTTP.'];
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, instance: 'unreadable' });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
