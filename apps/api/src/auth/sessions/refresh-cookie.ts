import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { REFRESH_TOKEN_MS } from './sessions.ts';

const NAME = 'greenvue_refresh';
/** Only these routes read it, so a browser sends it with no other request. */
const PATH = '/api/auth';

/**
 * The headers of a request whose refresh token is in a cookie. No page of another origin can send this header
 * without a preflight, which the server refuses, so it also answers CSRF.
 */
export const cookieHeaders = z.looseObject({
  'x-refresh-token': z
    .literal('cookie')
    .optional()
    .describe('cookie: the refresh token is in an httpOnly cookie instead of the body. For web pages'),
});

/** Whether the client keeps its refresh token in the cookie. */
export function keepsCookie({ headers }: FastifyRequest): boolean {
  return headers['x-refresh-token'] === 'cookie';
}

export function cookieOf({ headers }: FastifyRequest): string | undefined {
  return parseCookie(headers.cookie ?? '')[NAME];
}

export function setCookie(request: FastifyRequest, reply: FastifyReply, refreshToken: string): void {
  reply.header('set-cookie', cookieText(request, refreshToken, REFRESH_TOKEN_MS / 1000));
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', cookieText(request, '', 0));
}

function cookieText({ protocol }: FastifyRequest, value: string, maxAge: number): string {
  return stringifySetCookie({
    name: NAME,
    value,
    maxAge,
    path: PATH,
    httpOnly: true,
    sameSite: 'strict',
    // A browser would not store a secure cookie from http://.
    secure: protocol === 'https',
  });
}
