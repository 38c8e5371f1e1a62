import type { BulkCommand, BulkJobs } from '@greenvue/jobs/client';
import { type PauseOptions, pauseBody } from '../../actions/job-steps.ts';
import type { BulkSelection } from '../../bulk/use-bulk-plan.ts';
import type { JobMark } from '../../data/job-mark.ts';
import { isFiltered, type JobFilters } from '../filter/filters.ts';
import type { Selection } from '../selection/selection.ts';

export type JobOrder =
  | { readonly action: 'pause'; readonly pause: PauseOptions }
  | { readonly action: 'resume' | 'delete' };

/** The body of a bulk command. */
export function bulkJobsBody(order: JobOrder, which: BulkSelection): BulkJobs {
  if (order.action === 'pause') return { action: 'pause', ...pauseBody(order.pause), ...which };
  return { action: order.action, ...which };
}

/** These jobs, one by one. */
export function idsOf(jobs: readonly JobMark[]): BulkSelection {
  return { ids: jobs.map(({ id }) => id) };
}

/** All jobs that match the filters: without filters, all jobs. */
export function matchingOf(filters: JobFilters): BulkSelection {
  const { sort: _, ...filter } = filters;
  return isFiltered(filters) ? { filter } : { all: true };
}

/** The selection after a command: what failed stays selected; after an early end, everything does. */
export function failedOnes(selection: Selection, { status, failures }: BulkCommand): Selection {
  if (status !== 'finished') return selection;
  const failed = new Set(failures.map(({ job_id: id }) => id));
  return new Map([...selection].filter(([id]) => failed.has(id)));
}
