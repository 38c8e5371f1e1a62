import type { Route } from '../routing/route.ts';
import { alertRoutes } from './alert-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { backfillRoutes } from './backfill-routes.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { calendarRoutes } from './calendar-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { jobCommandRoutes } from './jobs/job-command-routes.ts';
import { jobListRoutes } from './jobs/job-list-routes.ts';
import { jobRoutes } from './jobs/job-routes.ts';
import { versionRoutes } from './jobs/version-routes.ts';
import { nodeRoutes } from './node-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { pauseAllRoutes } from './pause-all-routes.ts';
import { enqueueRoute } from './runs/enqueue-route.ts';
import { exportRoutes } from './runs/export-routes.ts';
import { failureRoutes } from './runs/failure-routes.ts';
import { runRoutes } from './runs/run-routes.ts';
import { timelineRoutes } from './runs/timeline-routes.ts';
import { secretRoutes } from './secret-routes.ts';

/** All routes of the REST API. */
export const ROUTES: readonly Route[] = [
  ...pauseAllRoutes,
  ...jobListRoutes,
  ...jobRoutes,
  ...jobCommandRoutes,
  ...versionRoutes,
  ...failureRoutes,
  ...timelineRoutes,
  ...exportRoutes,
  ...backfillRoutes,
  ...bulkRoutes,
  ...runRoutes,
  enqueueRoute,
  ...overviewRoutes,
  ...nodeRoutes,
  ...auditRoutes,
  ...alertRoutes,
  ...secretRoutes,
  ...calendarRoutes,
  ...eventRoutes,
];
