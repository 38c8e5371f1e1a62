import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientAddressOf, networkOf } from '../../rest/client-address.ts';
import { hasRole } from '../../rest/principal.ts';
import { tooManyRequests } from '../../rest/problem.ts';
import type { SecurityLog } from '../../security-log/security-log.ts';
import { rateLimitKey } from './authentication.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Address of the client when the request arrived. A broken connection no longer has one.
     */
    clientAddress: string;
  }
}

export interface RateLimits {
  readonly perMinute: number;
  readonly operatorPerMinute: number;
}

type Group = 'sign-in' | 'jobs' | 'console' | 'other';

const SIGN_IN = new Set([
  '/api/auth/register',
  '/api/auth/login',
  '/api/auth/confirm-email',
  '/api/auth/password',
  '/api/auth/password-reset',
  '/api/auth/password-reset/confirm',
]);
const CONSOLE = /^\/console(?:\/|$)/;
const JOBS = /^\/api\/(?:jobs|runs|job-[a-z]+|me)(?:\/|$)/;
// Each sign-in takes 0.1 s of CPU time.
const SIGN_IN_SHARE = 1 / 10;
// A page takes a dozen requests, and people reload it.
const CONSOLE_FACTOR = 5;

/**
 * Limits requests per minute, for each principal or address, in groups: the limit for sign-ins is low and
 * always per address; the limit for operators on job routes is high.
 */
export function limitRates(
  app: FastifyInstance,
  limits: RateLimits,
  securityLog: Pick<SecurityLog, 'record'>,
): void {
  app.decorateRequest('clientAddress', '');
  app.addHook('onRequest', (request, _reply, done) => {
    request.clientAddress = clientAddressOf(request.ip ?? '');
    done();
  });
  app.register(rateLimit, {
    timeWindow: 60_000,
    cache: 20_000,
    keyGenerator: (request) => {
      const group = groupOf(request);
      const network = networkOf(request.clientAddress);
      // Sign-ins ignore the token: otherwise each account would add guesses for its network.
      return group === 'sign-in' ? `${group} ${network}` : `${group} ${rateLimitKey(request, network)}`;
    },
    max: (request) => {
      const group = groupOf(request);
      if (group === 'jobs') return limits.operatorPerMinute;
      if (group === 'console') return limits.perMinute * CONSOLE_FACTOR;
      return group === 'sign-in'
        ? Math.max(1, Math.ceil(limits.perMinute * SIGN_IN_SHARE))
        : limits.perMinute;
    },
    onExceeded: (request) => {
      if (groupOf(request) !== 'sign-in') return;
      const { clientAddress: address, routeOptions } = request;
      const detail = { route: routeOptions.url };
      securityLog.record({
        kind: 'sign_in_throttled',
        target: `address:${networkOf(address)}`,
        address,
        detail,
      });
    },
    errorResponseBuilder: (_request, { ttl }) =>
      tooManyRequests(
        'Too many requests. Retry after the time in Retry-After.',
        Math.max(1, Math.ceil(ttl / 1000)),
      ),
  });
}

function groupOf(request: FastifyRequest): Group {
  const path = request.routeOptions.url ?? '';
  if (SIGN_IN.has(path)) return 'sign-in';
  if (CONSOLE.test(path)) return 'console';
  const operates = request.principal !== undefined && hasRole(request.principal.role, 'operator');
  return operates && JOBS.test(path) ? 'jobs' : 'other';
}
