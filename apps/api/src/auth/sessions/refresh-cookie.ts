import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { REFRESH_TOKEN_MS } from './sessions.ts';

/**
 * Over HTTPS, the prefix `__Host-` keeps servers on other subdomains from setting the cookie, which would
 * sign a visitor in to an account of theirs. It requires the path `/`.
 */
const OVER_HTTPS = { name: '__Host-greenvue_refresh', path: '/', secure: true } as const;
/** Only these routes read it. A browser would not store a secure cookie from http://. */
const OVER_HTTP = { name: 'greenvue_refresh', path: '/api/auth', secure: false } as const;

function formFor({ protocol }: FastifyRequest) {
  return protocol === 'https' ? OVER_HTTPS : OVER_HTTP;
}

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

export function cookieOf(request: FastifyRequest): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[formFor(request).name];
}

export function setCookie(request: FastifyRequest, reply: FastifyReply, refreshToken: string): void {
  reply.header('set-cookie', cookieText(request, refreshToken, REFRESH_TOKEN_MS / 1000));
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', cookieText(request, '', 0));
}

function cookieText(request: FastifyRequest, value: string, maxAge: number): string {
  return stringifySetCookie({ ...formFor(request), value, maxAge, httpOnly: true, sameSite: 'strict' });
}
