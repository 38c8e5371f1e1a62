import type { FastifyPluginAsync } from 'fastify';
import { accountRoutes } from './auth/account-routes.ts';
import type { AuditSource } from './auth/audit-log.ts';
import { auditRoutes } from './auth/audit-routes.ts';
import { confirmationRoutes } from './auth/confirmation-routes.ts';
import { passwordRoutes } from './auth/password-routes.ts';
import { resetRoutes } from './auth/reset-routes.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import { tokenRoutes } from './auth/token-routes.ts';
import { userRoutes } from './auth/user-routes.ts';
import type { Deps } from './deps.ts';
import { healthRoutes, type ReadyCheck } from './health/health-routes.ts';
import { listingRoutes } from './listings/routes.ts';
import { notificationRoutes } from './notifications/notification-routes.ts';

/** What the job engine adds to routes that are not its own. */
export interface RouteExtras {
  readonly checks?: readonly ReadyCheck[];
  readonly auditSources?: readonly AuditSource[];
}

/** The routes of all features. */
export function featureRoutes(
  deps: Deps,
  { checks = [], auditSources = [] }: RouteExtras = {},
): FastifyPluginAsync[] {
  const database: ReadyCheck = {
    name: 'database',
    check: () => deps.database.selectFrom('settings').select('key').limit(1).execute(),
  };
  return [
    healthRoutes({
      checks: [database, ...checks],
      metrics: deps.metrics,
      metricsToken: deps.config.metricsToken,
      mayHaveProxy: deps.config.env === 'production' || deps.config.trustProxy !== false,
    }),
    accountRoutes(deps),
    passwordRoutes(deps),
    resetRoutes(deps),
    sessionRoutes(deps),
    confirmationRoutes(deps),
    tokenRoutes(deps),
    userRoutes(deps),
    auditRoutes({ sources: [deps.audit, ...auditSources] }),
    listingRoutes(deps),
    notificationRoutes(deps),
  ];
}
