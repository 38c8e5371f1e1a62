import type { JobPolicy } from '@greenvue/jobs';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../db/audit.ts';
import type { Role } from '../db/schema.ts';
import { forbidden, unauthorized } from './problem.ts';

/** Who sent a request. An API token acts for itself: its id is the token's, and no user's. */
export interface Principal {
  readonly id: string;
  /** For people: a user's e-mail address, or the name of an API token. */
  readonly name: string;
  readonly role: Role;
  readonly kind: 'user' | 'api_token';
  /** Absent for an API token. */
  readonly sessionId?: string;
  /** Bounds on the jobs that an API token may make or change. */
  readonly policy?: JobPolicy;
  /** While true, the account can only change its password. */
  readonly mustChangePassword?: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent without a token. A request with a bad token never reaches a route. */
    principal: Principal | undefined;
  }
}

/** The signed-in user. Throws a 403 for an API token, and the errors of {@link requireRole}. */
export function requireUser(request: FastifyRequest): Principal {
  return requireUserKind(requireRole(request, 'user'));
}

/** Throws a 403 for an API token. */
export function requireUserKind(principal: Principal): Principal {
  if (principal.kind === 'api_token')
    throw forbidden(
      'This route requires a signed-in user: an API token has no password and no sessions. Sign in, and send the access token.',
    );
  return principal;
}

/**
 * An admin without bounds. Throws a 403 for a token with a policy, which could make a token or an account
 * without one, and the errors of {@link requireRole}.
 */
export function requireUnboundedAdmin(request: FastifyRequest): Principal {
  const principal = requireRole(request, 'admin');
  if (principal.policy !== undefined)
    throw forbidden(
      'This token has a policy for jobs, so it manages jobs only. Use a token without a policy, or sign in.',
    );
  return principal;
}

/** The principal as the actor of an audit entry. */
export function actorOf(principal: Principal): Actor {
  return { id: `${principal.kind === 'user' ? 'user' : 'token'}:${principal.id}`, name: principal.name };
}

const RANKS: Readonly<Record<Role, number>> = { user: 0, operator: 1, admin: 2 };

/** Whether `role` is at least `least`: user < operator < admin. */
export function hasRole(role: Role, least: Role): boolean {
  return RANKS[role] >= RANKS[least];
}

/** Whether {@link requireRole} would accept the principal: for requests that run for a long time. */
export function isAllowed({ role, mustChangePassword }: Principal, least: Role): boolean {
  return mustChangePassword !== true && hasRole(role, least);
}

/**
 * The sender of the request, even if they must change their password first. Throws a 401 without a token.
 */
export function requirePrincipal(request: FastifyRequest): Principal {
  const { principal } = request;
  if (principal === undefined) throw unauthorized();
  return principal;
}

/**
 * The sender of the request. Throws a 401 without a token, and a 403 if the role is below `least` or the
 * password must be changed first.
 */
export function requireRole(request: FastifyRequest, least: Role): Principal {
  const principal = requirePrincipal(request);
  if (principal.mustChangePassword === true)
    throw forbidden(
      'This account must change its password first: POST /api/auth/password with current_password and new_password, or sign in to the console.',
    );
  if (!hasRole(principal.role, least))
    throw forbidden(`This requires the role ${least}; yours is ${principal.role}.`);
  return principal;
}
