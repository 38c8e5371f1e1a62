import { z } from 'zod';
import { RUN_REASONS, RUN_STATUSES } from '../../../core/model/run.ts';
import type { RecentRun } from '../../../core/store/store-views.ts';
import { instantJson, instantSchema } from '../../fields/instant.ts';
import { countParameter } from '../../fields/page.ts';

/** A run in a list of jobs. */
export const recentRunSchema = z.object({
  id: z.string(),
  status: z.enum(RUN_STATUSES),
  reason: z.enum(RUN_REASONS).nullable(),
  queued_at: instantSchema,
  started_at: instantSchema.nullable(),
  finished_at: instantSchema.nullable(),
});

export type RecentRunJson = z.output<typeof recentRunSchema>;

const MOST_RECENT_RUNS = 20;

/** How many of each job's newest runs a list of jobs includes. */
export const recentRunsParameter = countParameter({ min: 0, max: MOST_RECENT_RUNS })
  .default(0)
  .describe('Number of newest runs to include with each job, as recent_runs; default 0');

export function recentRunJson(run: RecentRun): RecentRunJson {
  return {
    id: run.id,
    status: run.status,
    reason: run.reason ?? null,
    queued_at: instantJson(run.queuedAt),
    started_at: instantJson(run.startedAt),
    finished_at: instantJson(run.finishedAt),
  };
}
