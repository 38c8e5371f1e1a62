import type { Route } from '../routing/route.ts';
import { alertRoutes } from './alert-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { backfillRoutes } from './backfill-routes.ts';
import { enqueueRoute } from './enqueue-route.ts';
import { eventRoutes } from './event-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { failureRoutes } from './failure-routes.ts';
import { jobCommandRoutes } from './job-command-routes.ts';
import { jobListRoutes } from './job-list-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { pauseAllRoutes } from './pause-all-routes.ts';
import { runRoutes } from './run-routes.ts';
import { versionRoutes } from './version-routes.ts';

/** All routes of the REST API. */
export const ROUTES: readonly Route[] = [
  ...pauseAllRoutes,
  ...jobListRoutes,
  ...jobRoutes,
  ...jobCommandRoutes,
  ...versionRoutes,
  ...failureRoutes,
  ...exportRoutes,
  ...backfillRoutes,
  ...runRoutes,
  enqueueRoute,
  ...overviewRoutes,
  ...auditRoutes,
  ...alertRoutes,
  ...eventRoutes,
];
