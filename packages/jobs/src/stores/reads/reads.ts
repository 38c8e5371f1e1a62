import { createAuditReads } from './audit-reads.ts';
import { createBackfillReads } from './backfill-reads.ts';
import { createBulkReads } from './bulk-reads.ts';
import type { Dialect } from './dialect.ts';
import { createJobReads } from './jobs/job-reads.ts';
import { createFailureReads } from './runs/failure-reads.ts';
import { createLimitReads } from './runs/limit-waits.ts';
import { createRunReads } from './runs/run-reads.ts';
import { createStatReads } from './stat-reads.ts';
import { createForecastReads } from './timeline/forecast-reads.ts';
import { createHistoryReads } from './timeline/history-reads.ts';
import { createTimelineReads } from './timeline/timeline-reads.ts';

/** The reads for people and the API, in the SQL of one database. */
export function createReads(sql: Dialect) {
  return {
    ...createJobReads(sql),
    ...createRunReads(sql),
    ...createLimitReads(sql),
    ...createFailureReads(sql),
    ...createStatReads(sql),
    ...createAuditReads(sql),
    ...createForecastReads(sql),
    ...createHistoryReads(sql),
    ...createTimelineReads(sql),
    ...createBackfillReads(sql),
    ...createBulkReads(sql),
  };
}
