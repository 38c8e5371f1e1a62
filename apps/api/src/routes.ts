import type { FastifyPluginAsync } from 'fastify';
import type { AuditSource } from './auth/audit/audit-log.ts';
import { authRoutes } from './auth/auth-routes.ts';
import type { Deps } from './deps.ts';
import { healthRoutes, type ReadyCheck } from './health/health-routes.ts';
import { listingRoutes } from './listings/routes.ts';
import { notificationRoutes } from './notifications/notification-routes.ts';

/** Additions of the job engine to the routes of features. */
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
    ...authRoutes({ ...deps, auditSources }),
    listingRoutes(deps),
    notificationRoutes(deps),
  ];
}
