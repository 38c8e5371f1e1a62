import type { FastifyReply } from 'fastify';
import type { LogIds } from '../http/routing/route.ts';

/** Adds the ids to all later log lines of the request; Fastify logs the end with the logger of the reply. */
export function logWith(reply: FastifyReply, ids: LogIds): void {
  const { request } = reply;
  request.log = request.log.child(ids);
  reply.log = request.log;
}
