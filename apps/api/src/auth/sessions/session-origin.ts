import type { FastifyRequest } from 'fastify';
import { LONGEST_ADDRESS } from '../../rest/client-address.ts';
import type { SessionOrigin } from './sessions.ts';

const LONGEST_USER_AGENT = 200;

/** Where a request comes from, as its session notes it: bounded, and without control characters. */
export function originOf(request: FastifyRequest): SessionOrigin {
  return {
    address: printable(request.clientAddress, LONGEST_ADDRESS),
    userAgent: printable(request.headers['user-agent'] ?? '', LONGEST_USER_AGENT) || undefined,
  };
}

function printable(text: string, longest: number): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, longest)
    .toWellFormed()
    .trim();
}
