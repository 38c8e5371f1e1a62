import type { FastifyPluginAsync } from 'fastify';
import type { Clock } from '../clock.ts';
import type { SecurityLog } from '../security-log/security-log.ts';
import { accountRoutes } from './accounts/account-routes.ts';
import { confirmationRoutes } from './accounts/confirmation-routes.ts';
import { createUserRoute } from './accounts/create-user-route.ts';
import { userRoutes } from './accounts/user-routes.ts';
import type { AuditSource } from './audit/audit-log.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import type { Auth } from './auth.ts';
import { passwordRoutes } from './passwords/password-routes.ts';
import { resetRoutes } from './passwords/reset-routes.ts';
import { sessionRoutes } from './sessions/session-routes.ts';
import { tokenRoutes } from './tokens/token-routes.ts';

export interface AuthRoutesDeps extends Auth {
  readonly clock: Clock;
  readonly securityLog: SecurityLog;
  /** Logs that `/api/audit` shows beside the log of GreenVue's own changes. */
  readonly auditSources: readonly AuditSource[];
}

/** The routes of accounts, sessions, passwords, tokens and the audit log. */
export function authRoutes(deps: AuthRoutesDeps): FastifyPluginAsync[] {
  return [
    accountRoutes(deps),
    passwordRoutes(deps),
    resetRoutes(deps),
    sessionRoutes(deps),
    confirmationRoutes(deps),
    tokenRoutes(deps),
    userRoutes(deps),
    createUserRoute(deps),
    auditRoutes({ sources: [deps.audit, ...deps.auditSources] }),
  ];
}
