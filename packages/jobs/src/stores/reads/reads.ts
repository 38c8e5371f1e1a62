import { createAuditReads } from './audit-reads.ts';
import { createBackfillReads } from './backfill-reads.ts';
import { createBulkReads } from './bulk-reads.ts';
import type { Dialect } from './dialect.ts';
import { createFailureReads } from './failure-reads.ts';
import { createForecastReads } from './forecast-reads.ts';
import { createHistoryReads } from './history-reads.ts';
import { createJobReads } from './job-reads.ts';
import { createRunReads } from './run-reads.ts';
import { createStatReads } from './stat-reads.ts';
import { createTimelineReads } from './timeline-reads.ts';

/** The reads for people and the API, in the SQL of one database. */
export function createReads(sql: Dialect) {
  return {
    ...createJobReads(sql),
    ...createRunReads(sql),
    ...createFailureReads(sql),
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
